/**
 * The text of one image row that has blood, or that a reader has emptied:
 *
 *     row = number { " " [ subtype " " ] first [ "-" last ] } [ " @" reader ]
 *
 * Runs go from left to right; columns are 0-based and `last` is included; a run of one column has
 * no `last`. A subtype holds for the runs that follow, up to the next subtype. For instance
 * `211 SDH 60-63 IPH 100-120 165 @Jane Doe`.
 */
import type { AnnotationErrorCode } from './error';
import { SUBTYPES, type Subtype } from './subtype';

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
const DASH = 45;
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
    let label = 0;
    let editor: string | undefined;
    while (at < text.length) {
      at++;
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE && label > 0) {
        at = this.readRun(text, at, row, label);
      } else if (code === AT) {
        editor = text.slice(at + 1);
        if (editor.trim() === '')
          throw new RowFlaw(
            'The name after "@" is missing.',
            'Write the reader who changed this row, or remove "@".',
            'row-syntax',
            at,
            1,
          );
        break;
      } else {
        label = readSubtype(text, at);
        at += 3;
        if (at >= text.length || text.charCodeAt(at) !== SPACE) {
          throw new RowFlaw(
            'A subtype must be followed by a space and its runs.',
            'Write runs such as "100-120", or remove the subtype.',
            'row-syntax',
            at - 3,
            3,
          );
        }
      }
    }
    return editor;
  }

  /** Reads the run at a place in the text and appends it; returns where it ends. */
  private readRun(text: string, at: number, row: number, label: number): number {
    let end = at;
    let start = 0;
    let code = text.charCodeAt(end);
    for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++end)) start = start * 10 + code - ZERO;
    let last = start;
    if (code === DASH) {
      const digits = ++end;
      last = 0;
      for (code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(++end))
        last = last * 10 + code - ZERO;
      if (end === digits) last = -1;
    }
    if ((end < text.length && code !== SPACE) || last < start) throw noRun(text, at);
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

function readSubtype(text: string, at: number): number {
  const name = text.slice(at, at + 3);
  const label = SUBTYPES.indexOf(name as Subtype) + 1;
  if (label > 0) return label;
  const stop = text.indexOf(' ', at);
  const word = text.slice(at, stop < 0 ? text.length : stop);
  throw new RowFlaw(
    word === '' ? 'A space too many.' : `"${word}" is no subtype.`,
    `Write ${SUBTYPES.join(', ')} before the runs, with single spaces between.`,
    word === '' ? 'row-syntax' : 'unknown-subtype',
    Math.min(at, text.length - 1),
    Math.max(1, word.length),
  );
}

function noRun(text: string, at: number): RowFlaw {
  const stop = text.indexOf(' ', at);
  return new RowFlaw(
    'This is no run of columns.',
    'Write its first and last column, such as "100-120", or the one column that it has.',
    'row-syntax',
    at,
    (stop < 0 ? text.length : stop) - at,
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
