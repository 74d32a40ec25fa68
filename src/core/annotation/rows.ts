/**
 * The text of one image row:
 *
 *     row      = number { " " subtype { " " run } } [ " @" reader ]
 *     run      = first column [ "+" columns ]          one column where "+" is left out
 *
 * for instance `211 SDH 60+4 IPH 100+21 165 @Jane Doe`.
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
const PLUS = 43;
const ZERO = 48;

/** Reads rows one after another into one list of packed runs, which it reuses from slice to slice. */
export class RowReader {
  private runs = new Uint32Array(4096);
  private length = 0;

  constructor(private readonly width: number) {}

  /** The packed runs read since the last call. */
  take(): Uint32Array {
    const taken = this.runs.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /**
   * Reads a row's text. Returns the reader named in it, if any. Throws RowFlaw for text that does
   * not follow the grammar, another row number, unknown subtypes, runs outside the image, and
   * columns that two runs share.
   */
  read(text: string, row: number): string | undefined {
    const first = this.length;
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
      if (code >= ZERO && code <= ZERO + 9 && label > 0) {
        at = this.readRun(text, at, row, label);
      } else if (code === 64) {
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
            'Write runs such as "100+21", or remove the subtype.',
            'row-syntax',
            at - 3,
            3,
          );
        }
      }
    }
    this.settle(first);
    return editor;
  }

  private readRun(text: string, at: number, row: number, label: number): number {
    let end = at;
    let start = 0;
    let length = 1;
    let code = text.charCodeAt(end);
    for (; code >= ZERO && code <= ZERO + 9; code = text.charCodeAt(++end)) start = start * 10 + code - ZERO;
    if (code === PLUS) {
      length = 0;
      for (code = text.charCodeAt(++end); code >= ZERO && code <= ZERO + 9; code = text.charCodeAt(++end))
        length = length * 10 + code - ZERO;
    }
    if ((end < text.length && code !== SPACE) || length === 0) {
      const stop = text.indexOf(' ', at);
      throw new RowFlaw(
        'This is no run of columns.',
        'Write the first column and, after "+", the number of columns, at least 1, such as "100+21".',
        'row-syntax',
        at,
        (stop < 0 ? text.length : stop) - at,
      );
    }
    if (start + length > this.width) {
      throw new RowFlaw(
        `Columns ${start} to ${start + length - 1} lie outside of the image, whose last column is ${this.width - 1}.`,
        'Shorten the run, or check that the annotation belongs to this image.',
        'outside-image',
        at,
        end - at,
      );
    }
    if (this.length + 4 > this.runs.length) {
      const larger = new Uint32Array(this.runs.length * 2);
      larger.set(this.runs);
      this.runs = larger;
    }
    const { runs } = this;
    runs[this.length++] = label;
    runs[this.length++] = row;
    runs[this.length++] = start;
    runs[this.length++] = length;
    return end;
  }

  /** Sorts the runs of a row by column, joins touching ones of one label and refuses columns named twice. */
  private settle(first: number): void {
    const { runs } = this;
    for (let n = first + 4; n < this.length; n += 4) {
      for (let m = n; m > first && (runs[m + 2] ?? 0) < (runs[m - 2] ?? 0); m -= 4) {
        const moved = runs.slice(m - 4, m);
        runs.copyWithin(m - 4, m, m + 4);
        runs.set(moved, m);
      }
    }
    let last = first;
    for (let n = first + 4; n < this.length; n += 4) {
      const end = (runs[last + 2] ?? 0) + (runs[last + 3] ?? 0);
      const start = runs[n + 2] ?? 0;
      if (start < end) throw overlap(runs[last], runs[n], start);
      if (start === end && runs[n] === runs[last]) {
        runs[last + 3] = (runs[last + 3] ?? 0) + (runs[n + 3] ?? 0);
      } else {
        last += 4;
        runs.copyWithin(last, n, n + 4);
      }
    }
    if (this.length > first) this.length = last + 4;
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

function overlap(one: number | undefined, other: number | undefined, column: number): RowFlaw {
  const names = [one, other].map((label) => SUBTYPES[(label ?? 0) - 1]);
  return new RowFlaw(
    one === other
      ? `Column ${column} is named twice for ${names[0]}.`
      : `Column ${column} is both ${names[0]} and ${names[1]}; a voxel has one subtype.`,
    'Shorten one of the two runs.',
    'overlap',
    0,
    Number.MAX_SAFE_INTEGER,
  );
}
