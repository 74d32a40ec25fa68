/** Text to annotation, with the place of whatever is wrong in it. */
import { type ParseError, parse as parseTolerantly, printParseErrorCode, visit } from 'jsonc-parser';
import type { Annotation } from './annotation';
import { AnnotationError, Flaw, locate } from './error';
import { readAnnotation } from './structure';

/**
 * Reads an annotation file's text (any JSON layout, LF or CRLF, with or without a byte order mark).
 * `file` is its name for messages. Throws AnnotationError, with line and column, for text that is
 * not JSON or not an annotation: among others merge conflicts, newer versions, unknown properties,
 * runs outside of the image and voxels with two subtypes.
 */
export function parseAnnotation(content: string, file = 'annotation'): Annotation {
  const text = content.charCodeAt(0) === 0xfeff ? content.slice(1) : content;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw syntaxError(text, file);
  }
  if (countKeys(raw) !== countKeysInText(text)) refuseDuplicates(text, file);
  try {
    return readAnnotation(raw);
  } catch (error) {
    if (error instanceof Flaw) throw locate(error, text, file);
    throw error;
  }
}

/** Keys of all objects in parsed JSON. */
export function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let count = 0;
    for (const item of value) if (typeof item === 'object') count += countKeys(item);
    return count;
  }
  const parts = Object.values(value);
  return parts.reduce<number>((count, part) => count + countKeys(part), parts.length);
}

/** Places where a string is followed by a colon: in the layout that we write, one for each key. */
export function countKeysInText(text: string): number {
  let count = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) count++;
  return count;
}

/**
 * JSON.parse keeps the last of two properties of one name without a word; a slice could vanish that
 * way after a merge by hand. Only asked where the counts of keys differ, since it takes a second
 * on the largest files.
 */
function refuseDuplicates(text: string, file: string): void {
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectEnd: () => {
      open.pop();
    },
    onObjectProperty: (name, offset, length) => {
      const names = open.at(-1);
      if (names?.has(name)) {
        const remedy = 'Keep one of the two.';
        throw new AnnotationError(file, `"${name}" is here twice.`, remedy, text, offset, length, 'duplicate-property');
      }
      names?.add(name);
    },
  });
}

function syntaxError(text: string, file: string): AnnotationError {
  const conflict = /^(?:<{7}|={7}|>{7}|\|{7})(?=\s|$)/m.exec(text);
  if (conflict) {
    return new AnnotationError(
      file,
      'A merge conflict of git is not resolved.',
      'Choose one of the sides and remove the conflict marks.',
      text,
      conflict.index,
      7,
      'merge-conflict',
    );
  }
  const errors: ParseError[] = [];
  parseTolerantly(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  const what = first === undefined ? '' : SYNTAX_PROBLEMS[printParseErrorCode(first.error)];
  return new AnnotationError(
    file,
    what || 'This is not valid JSON.',
    'Correct it, or restore the file from git.',
    text,
    first?.offset ?? 0,
    Math.max(1, first?.length ?? 1),
    'syntax',
  );
}

const SYNTAX_PROBLEMS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is no JSON value.',
  InvalidNumberFormat: 'This is no number.',
  PropertyNameExpected: 'A property name in quotes is expected here.',
  ValueExpected: 'A value is expected here.',
  ColonExpected: 'A colon is expected here.',
  CommaExpected: 'A comma is expected here.',
  CloseBraceExpected: 'A closing brace is expected here.',
  CloseBracketExpected: 'A closing bracket is expected here.',
  EndOfFileExpected: 'The file goes on after its end.',
  InvalidCommentToken: 'Comments are not allowed here.',
  UnexpectedEndOfString: 'A string has no end.',
  InvalidUnicode: 'This is no Unicode escape.',
  InvalidEscapeCharacter: 'This is no escape sequence.',
  InvalidCharacter: 'This character must be escaped in a string.',
};
