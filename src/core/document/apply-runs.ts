/** A mask change on packed runs: only the rows that it touches are looked at voxel by voxel. */
import { SUBTYPES } from '../annotation/subtype';
import { NUMBERS_PER_RUN, type SliceChange } from '../edit/changes';
import { EditRefused } from './refused';

/**
 * The runs of a slice after a change, canonical as `SliceRuns`; `runs` itself is left as it is.
 * Throws EditRefused where a voxel is not what the change says it was before, and for changes that
 * are out of order, lie outside of width x height, or write labels that there are not.
 */
export function applyToRuns(
  runs: Uint32Array,
  { slice, runs: change }: SliceChange,
  width: number,
  height: number,
): Uint32Array {
  // Each changed run splits at most one run in three.
  const out = new Uint32Array(runs.length + (change.length / NUMBERS_PER_RUN) * 8);
  const labels = new Uint8Array(width);
  let length = 0;
  let read = 0;
  let m = 0;
  while (m < change.length) {
    const row = change[m] ?? 0;
    if (row >= height) throw new EditRefused(`Slice ${slice} has no row ${row}.`);
    const untouched = read;
    while (read < runs.length && (runs[read + 1] ?? 0) < row) read += 4;
    out.set(runs.subarray(untouched, read), length);
    length += read - untouched;
    labels.fill(0);
    for (; read < runs.length && runs[read + 1] === row; read += 4) {
      const start = runs[read + 2] ?? 0;
      labels.fill(runs[read] ?? 0, start, start + (runs[read + 3] ?? 0));
    }
    m = changeRow(labels, change, m, slice);
    if (m < change.length && (change[m] ?? 0) < row) throw new EditRefused(`Slice ${slice}: rows are not in order.`);
    length = writeRow(labels, row, out, length);
  }
  out.set(runs.subarray(read), length);
  return out.slice(0, length + runs.length - read);
}

/** Applies the changed runs of one row from `m` on; returns where the next row begins. */
function changeRow(labels: Uint8Array, change: Uint32Array, m: number, slice: number): number {
  const row = change[m];
  let next = m;
  let end = 0;
  for (; next < change.length && change[next] === row; next += NUMBERS_PER_RUN) {
    const start = change[next + 1] ?? 0;
    const before = change[next + 3] ?? 0;
    const after = change[next + 4] ?? 0;
    if (start < end || start + (change[next + 2] ?? 0) > labels.length || after > SUBTYPES.length)
      throw new EditRefused(`Slice ${slice}, row ${row}: the change from column ${start} on is no valid one.`);
    end = start + (change[next + 2] ?? 0);
    for (let column = start; column < end; column++) {
      if (labels[column] !== before) {
        throw new EditRefused(
          `Slice ${slice}, row ${row}, column ${column} has label ${labels[column]}, and the edit was made where it had ${before}.`,
        );
      }
    }
    labels.fill(after, start, end);
  }
  return next;
}

/** Appends a row's runs; returns the new length. */
function writeRow(labels: Uint8Array, row: number, out: Uint32Array, at: number): number {
  let length = at;
  let column = 0;
  while (column < labels.length) {
    const label = labels[column] ?? 0;
    const start = column;
    do column++;
    while (column < labels.length && labels[column] === label);
    if (label === 0) continue;
    out[length++] = label;
    out[length++] = row;
    out[length++] = start;
    out[length++] = column - start;
  }
  return length;
}
