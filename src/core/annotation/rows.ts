/**
 * The text of one image row that has blood, or that a reader has emptied:
 *
 *     row = number { " " letter first [ "+" columns ] } [ " @" reader ]
 *
 * A run is the letter of its subtype, its first column (from 0) and how many columns it has, one
 * where that is left out. Runs go from left to right. For instance `211 D60+4 P100+21 P165 @Jane Doe`.
 *
 * Letters and lengths, not names and last columns: both were measured on real masks, and only so does
 * the text of most masks compress as well as the label map does (docs/annotation-format.md).
 */
import type { AnnotationErrorCode } from './error';
import { SUBTYPES } from './subtype';

/** One letter for each subtype, in label order: EPH, SDH, SAH, IPH, IVH. */
export const SUBTYPE_LETTERS = 'EDAPV';

/** What is wrong in a row, and which part of its text is meant. */
export class RowFlaw {
  constructor(
    readonly problem: string,
    readonly remedy: string,
    readonly code: AnnotationErrorCode,
    readonly from: number,
    readonly length: number,
  ) {}
}

const SPACE = 32;
const PLUS = 43;
const AT = 64;
const ZERO = 48;
const NINE = 57;

/** Reads rows one after another into one list of packed runs, which it reuses from slice to slice. */
export class RowReader {
  private runs = new Uint32Array(4096);
  private length = 0;
  /** Where the runs of the row that is being read begin. */
  private first = 0;

  constructor(private readonly width: number) {}

  /** The packed runs read since the last call. */
  take(): Uint32Array {
    const taken = this.runs.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /**
   * Reads a row's text. Returns the reader named in it, if any. Throws RowFlaw for text that does
   * not follow the grammar, another row number, unknown subtypes, runs outside of the image, and
   * columns that two runs share.
   */
  read(text: string, row: number): string | undefined {
    this.first = this.length;
    const number = String(row);
    if (!text.startsWith(number) || (text.length > number.length && text.charCodeAt(number.length) !== SPACE)) {
      throw new RowFlaw(
        `This line must be of row ${row}.`,
        'Every row has a line of its own, in order from 0: restore the missing or moved line.',
        'structure',
        0,
        text.length,
      );
    }
    let at = number.length;
    while (at < text.length) {
      at++;
      if (text.charCodeAt(at) === AT) return readEditor(text, at);
      at = this.readRun(text, at, row);
    }
    return undefined;
  }

  /** Reads the run at a place in the text and appends it; returns where it ends. */
  private readRun(text: string, at: number, row: number): number {
    const label = SUBTYPE_LETTERS.indexOf(text.charAt(at)) + 1;
    if (label === 0 || at >= text.length) throw noSubtype(text, at);
    const digits = at + 1;
    let end = digits;
    let start = 0;
    let length = 1;
    let code = text.charCodeAt(end);
    for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++end)) start = start * 10 + code - ZERO;
    if (end === digits) throw noRun(text, at);
    if (code === PLUS) {
      length = 0;
      for (code = text.charCodeAt(++end); code >= ZERO && code <= NINE; code = text.charCodeAt(++end))
        length = length * 10 + code - ZERO;
    }
    if ((end < text.length && code !== SPACE) || length === 0) throw noRun(text, at);
    const last = start + length - 1;
    if (last >= this.width) {
      throw new RowFlaw(
        `Columns ${start} to ${last} lie outside of the image, whose last column is ${this.width - 1}.`,
        'Shorten the run, or check that the annotation belongs to this image.',
        'outside-image',
        at,
        end - at,
      );
    }
    this.append(label, row, start, last, at, end);
    return end;
  }

  private append(label: number, row: number, start: number, last: number, at: number, end: number): void {
    const previous = this.length - 4;
    if (this.length > this.first) {
      const before = this.runs[previous] ?? 0;
      const next = (this.runs[previous + 2] ?? 0) + (this.runs[previous + 3] ?? 0);
      if (start < next) throw disorder(before, label, start, last, this.runs[previous + 2] ?? 0, at, end - at);
      if (start === next && label === before) {
        this.runs[previous + 3] = (this.runs[previous + 3] ?? 0) + last - start + 1;
        return;
      }
    }
    if (this.length + 4 > this.runs.length) {
      const larger = new Uint32Array(this.runs.length * 2);
      larger.set(this.runs);
      this.runs = larger;
    }
    this.runs[this.length++] = label;
    this.runs[this.length++] = row;
    this.runs[this.length++] = start;
    this.runs[this.length++] = last - start + 1;
  }
}

function readEditor(text: string, at: number): string {
  const editor = text.slice(at + 1);
  if (editor.trim() !== '') return editor;
  const remedy = 'Write the reader who changed this row, or remove "@".';
  throw new RowFlaw('The name after "@" is missing.', remedy, 'row-syntax', at, 1);
}

function wordAt(text: string, at: number): string {
  const stop = text.indexOf(' ', at);
  return text.slice(at, stop < 0 ? text.length : stop);
}

function noSubtype(text: string, at: number): RowFlaw {
  const word = wordAt(text, at);
  const letters = SUBTYPES.map((subtype, n) => `${SUBTYPE_LETTERS[n]} (${subtype})`).join(', ');
  const remedy = `Begin each run with the letter of its subtype: ${letters}.`;
  return word === ''
    ? new RowFlaw(
        'A space too many.',
        'Put single spaces between runs.',
        'row-syntax',
        Math.min(at, text.length - 1),
        1,
      )
    : new RowFlaw(`"${word}" begins with no subtype.`, remedy, 'unknown-subtype', at, word.length);
}

function noRun(text: string, at: number): RowFlaw {
  return new RowFlaw(
    'This is no run of columns.',
    'Write subtype, first column and, after "+", the number of columns, such as "P100+21".',
    'row-syntax',
    at,
    wordAt(text, at).length,
  );
}

/** A run that starts before the previous one ends: it shares a column with it, or stands left of it. */
function disorder(
  before: number,
  label: number,
  start: number,
  last: number,
  previousStart: number,
  at: number,
  length: number,
): RowFlaw {
  if (last < previousStart) {
    return new RowFlaw('Runs go from left to right.', 'Put them in order of their columns.', 'row-syntax', at, length);
  }
  const column = Math.max(start, previousStart);
  const problem =
    before === label
      ? `Column ${column} is named twice.`
      : `Column ${column} is both ${SUBTYPES[before - 1]} and ${SUBTYPES[label - 1]}; a voxel has one subtype.`;
  return new RowFlaw(problem, 'Shorten one of the two runs.', 'overlap', at, length);
}
