/** Where in an annotation's text something is wrong, and what. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';

/** Property names and array indices from the root to a value. */
export type JsonPath = readonly (string | number)[];

/**
 * A text that is no annotation: names the file, the place, what is wrong and what to do. Lines and
 * columns count from 1, offsets (UTF-16 units) from 0.
 */
export class AnnotationError extends Error {
  override readonly name = 'AnnotationError';
  readonly line: number;
  readonly column: number;
  constructor(
    readonly file: string,
    /** What is wrong, one sentence. */
    readonly problem: string,
    /** What the user can do, one sentence. */
    readonly remedy: string,
    text: string,
    readonly offset: number,
    /** Length of the offending text, at least 1. */
    readonly length: number,
    readonly code: AnnotationErrorCode,
  ) {
    const line = text.slice(0, offset).split('\n').length;
    const column = offset - text.lastIndexOf('\n', offset - 1);
    super(`${file}, line ${line}, column ${column}: ${problem} ${remedy}`);
    this.line = line;
    this.column = column;
  }
}

export type AnnotationErrorCode =
  | 'syntax'
  | 'merge-conflict'
  | 'duplicate-property'
  | 'format'
  | 'newer-version'
  | 'structure'
  | 'row-syntax'
  | 'unknown-subtype'
  | 'outside-image'
  | 'overlap';

/** What a check found wrong at a path; `parseAnnotation` turns it into an `AnnotationError` with a place in the text. */
export class Flaw {
  constructor(
    readonly path: JsonPath,
    readonly problem: string,
    readonly remedy: string,
    readonly code: AnnotationErrorCode = 'structure',
    /** Part of a string value that is meant: first character and length. */
    readonly part?: { readonly from: number; readonly length: number },
  ) {}
}

/** Places a flaw in the text. A path that is not there (a missing property) is placed at its nearest parent. */
export function locate(flaw: Flaw, text: string, file: string): AnnotationError {
  const root = parseTree(text);
  let node: ReturnType<typeof parseTree>;
  let depth = flaw.path.length;
  for (; root && !node && depth >= 0; depth--) node = findNodeAtLocation(root, flaw.path.slice(0, depth));
  const whole = depth + 1 === flaw.path.length;
  const offset = node?.offset ?? 0;
  const length = node?.length ?? 1;
  const plain = node?.type === 'string' && text.slice(offset + 1, offset + length - 1) === node.value;
  const [from, span] =
    whole && flaw.part?.length && plain
      ? [offset + 1 + flaw.part.from, flaw.part.length]
      : [offset, node?.type === 'object' || node?.type === 'array' ? 1 : length];
  return new AnnotationError(file, flaw.problem, flaw.remedy, text, from, Math.max(1, span), flaw.code);
}
