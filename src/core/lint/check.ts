/** All checks that need nothing but an annotation's text. */
import type { Annotation } from '../annotation/annotation';
import { AnnotationError } from '../annotation/error';
import { parseAgain, type ReadText } from '../annotation/parse-again';
import { checkBoxes } from './boxes';
import { checkConflicts } from './conflicts';
import type { Finding, PlacedFinding } from './finding';
import { invalidFindings } from './invalid';
import { checkIslands } from './islands';
import { checkLabels } from './labels';
import { TextPlaces } from './places';

export interface CheckOptions {
  /** mL; connected parts below it are islands. 0 finds none. */
  readonly smallestIsland: number;
  /** mm that each slice stands for, where the scan is known. */
  readonly extents?: readonly number[];
}

export const STANDARD_OPTIONS: CheckOptions = { smallestIsland: 0.01 };

/** Contradictions within an annotation. */
export function checkAnnotation(annotation: Annotation, options: CheckOptions = STANDARD_OPTIONS): Finding[] {
  return [
    ...checkConflicts(annotation),
    ...checkLabels(annotation),
    ...checkBoxes(annotation),
    ...checkIslands(annotation, options.smallestIsland, options.extents),
  ];
}

export interface CheckedText {
  /** As it was checked: without a byte order mark. */
  readonly places: TextPlaces;
  /** undefined: the text is none, and the findings say why. */
  readonly annotation: Annotation | undefined;
  /** In the order of the text. */
  readonly findings: readonly PlacedFinding[];
}

/**
 * Checks the text of an annotation; `file` is its name for messages. Never throws for what the text says.
 * @param known The text as it was read before: of what it still says nothing is read again.
 */
export function checkText(
  content: string,
  file: string,
  options: CheckOptions = STANDARD_OPTIONS,
  known?: ReadText,
): CheckedText {
  const text = content.charCodeAt(0) === 0xfeff ? content.slice(1) : content;
  const places = new TextPlaces(text);
  let annotation: Annotation;
  try {
    annotation = parseAgain(text, file, known);
  } catch (error) {
    if (!(error instanceof AnnotationError)) throw error;
    return { places, annotation: undefined, findings: invalidFindings(text, error) };
  }
  return { places, annotation, findings: place(checkAnnotation(annotation, options), places) };
}

/** Findings with their places in the text that the annotation was read from, in its order. */
export function place(findings: readonly Finding[], places: TextPlaces): PlacedFinding[] {
  return findings
    .map(({ path, column, ...finding }): PlacedFinding => {
      const span = places.nearest(path);
      const run =
        column === undefined ? undefined : runOver(places.text.slice(span.offset, span.offset + span.length), column);
      return {
        ...finding,
        offset: span.offset + (run?.offset ?? 0),
        length: Math.max(1, run?.length ?? span.length),
      };
    })
    .sort((a, b) => a.offset - b.offset);
}

/** The run of a row's line that covers a column. */
function runOver(line: string, column: number): { readonly offset: number; readonly length: number } | undefined {
  const runs = line.split(' @', 1)[0] ?? '';
  for (const match of runs.matchAll(/ [A-Z](\d+)(?:\+(\d+))?/g)) {
    const first = Number(match[1]);
    if (column >= first && column < first + Number(match[2] ?? 1))
      return { offset: match.index + 1, length: match[0].length - 1 };
  }
  return undefined;
}
