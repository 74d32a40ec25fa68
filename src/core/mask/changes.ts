/** Changes of masks from masks, and two changes as one; all on runs, without a voxel array. */
import type { SliceRuns } from '../annotation/runs';
import { type MaskChange, NUMBERS_PER_RUN, type SliceChange } from '../edit/changes';

/** Writes changed runs, joining neighbours that change alike. */
class ChangeWriter {
  private readonly runs: number[] = [];

  add(row: number, start: number, end: number, before: number, after: number): void {
    if (before === after || end <= start) return;
    const { runs } = this;
    const n = runs.length - NUMBERS_PER_RUN;
    const length = runs[n + 2] ?? 0;
    if (runs[n] === row && (runs[n + 1] ?? 0) + length === start && runs[n + 3] === before && runs[n + 4] === after) {
      runs[n + 2] = length + end - start;
    } else {
      runs.push(row, start, end - start, before, after);
    }
  }

  finish(slice: number): SliceChange[] {
    return this.runs.length === 0 ? [] : [{ slice, runs: Uint32Array.from(this.runs) }];
  }
}

/** Steps over runs of any packing, row by row; the current run can be cut short from the left. */
class Cursor {
  private n = 0;
  row = 0;
  start = 0;
  end = 0;
  done = false;

  constructor(
    private readonly runs: Uint32Array,
    private readonly stride: number,
    private readonly rowAt: number,
  ) {
    this.read();
  }

  /** The number at an offset within the current run. */
  value(offset: number): number {
    return this.runs[this.n + offset] ?? 0;
  }

  /** Drops what lies left of a column. */
  cut(column: number): void {
    this.start = column;
    if (this.start < this.end) return;
    this.n += this.stride;
    this.read();
  }

  private read(): void {
    this.done = this.n >= this.runs.length;
    this.row = this.value(this.rowAt);
    this.start = this.value(this.rowAt + 1);
    this.end = this.start + this.value(this.rowAt + 2);
  }
}

/**
 * Walks two lists of runs from left to right and row by row. For each stretch that at least one
 * of them covers, tells which of them do.
 */
function sweep(
  a: Cursor,
  b: Cursor,
  visit: (row: number, start: number, end: number, inA: boolean, inB: boolean) => void,
): void {
  while (!a.done || !b.done) {
    const aFirst = !a.done && (b.done || a.row < b.row || (a.row === b.row && a.start <= b.start));
    const [first, other] = aFirst ? [a, b] : [b, a];
    const sameRow = !other.done && other.row === first.row;
    if (sameRow && other.start === first.start) {
      const end = Math.min(first.end, other.end);
      visit(first.row, first.start, end, true, true);
      first.cut(end);
      other.cut(end);
    } else {
      const end = sameRow ? Math.min(first.end, other.start) : first.end;
      visit(first.row, first.start, end, aFirst, !aFirst);
      first.cut(end);
    }
  }
}

/** The change that makes `after` of `before`: masks of one size, slices not named are empty. */
export function changeBetween(before: readonly SliceRuns[], after: readonly SliceRuns[]): MaskChange {
  const old = new Map(before.map(({ slice, runs }) => [slice, runs]));
  const young = new Map(after.map(({ slice, runs }) => [slice, runs]));
  const none = new Uint32Array(0);
  const slices = [...new Set([...old.keys(), ...young.keys()])].sort((a, b) => a - b);
  return slices.flatMap((slice) => {
    const one = old.get(slice) ?? none;
    const other = young.get(slice) ?? none;
    if (one === other) return [];
    const writer = new ChangeWriter();
    const [a, b] = [new Cursor(one, 4, 1), new Cursor(other, 4, 1)];
    sweep(a, b, (row, start, end, inA, inB) => writer.add(row, start, end, inA ? a.value(0) : 0, inB ? b.value(0) : 0));
    return writer.finish(slice);
  });
}

/**
 * One change that does what two do one after the other, as small as can be: what the second takes
 * back is gone. Throws RangeError if the second was not made on the first one's result.
 */
export function mergeChanges(first: MaskChange, second: MaskChange): MaskChange {
  const early = new Map(first.map(({ slice, runs }) => [slice, runs]));
  const late = new Map(second.map(({ slice, runs }) => [slice, runs]));
  const none = new Uint32Array(0);
  const slices = [...new Set([...early.keys(), ...late.keys()])].sort((a, b) => a - b);
  return slices.flatMap((slice) => {
    const writer = new ChangeWriter();
    const a = new Cursor(early.get(slice) ?? none, NUMBERS_PER_RUN, 0);
    const b = new Cursor(late.get(slice) ?? none, NUMBERS_PER_RUN, 0);
    sweep(a, b, (row, start, end, inA, inB) => {
      if (inA && inB && a.value(4) !== b.value(3))
        throw new RangeError(
          `Slice ${slice}, row ${row}, column ${start}: the second change was made on another mask.`,
        );
      const before = inA ? a.value(3) : b.value(3);
      writer.add(row, start, end, before, inB ? b.value(4) : a.value(4));
    });
    return writer.finish(slice);
  });
}
