/**
 * The mask of one slice as runs: how masks travel between processes and how edits are kept.
 *
 * Index frame of the volume: column = i, row = j, slice = k.
 */

/** One horizontal run of voxels of one label: columns [start, start + length) of a row. */
export interface Run {
  readonly label: number;
  readonly row: number;
  readonly start: number;
  readonly length: number;
}

/**
 * Runs of one slice packed for messages: four numbers a run (label, row, start, length), ordered by
 * row, then start. Runs of one row never overlap and equal neighbours are joined, so equal masks
 * have equal runs.
 */
export interface SliceRuns {
  /** Slice index k. */
  readonly slice: number;
  readonly runs: Uint32Array;
}

/** Packs the label image of a slice (width * height values, row by row) into runs. */
export function encodeRuns(labels: Uint8Array, width: number, height: number): Uint32Array {
  const out: number[] = [];
  for (let row = 0; row < height; row++) {
    const base = row * width;
    let column = 0;
    while (column < width) {
      const label = labels[base + column] ?? 0;
      const start = column;
      do column++;
      while (column < width && labels[base + column] === label);
      if (label !== 0) out.push(label, row, start, column - start);
    }
  }
  return Uint32Array.from(out);
}

/** Paints packed runs into a label image; voxels outside the runs keep their value. Throws RangeError for runs outside the image. */
export function paintRuns(runs: Uint32Array, labels: Uint8Array, width: number, height: number): void {
  for (let n = 0; n < runs.length; n += 4) {
    const [label = 0, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
    if (row >= height || start + length > width) {
      throw new RangeError(
        `run of row ${row}, columns ${start} to ${start + length - 1} lies outside ${width} x ${height}`,
      );
    }
    labels.fill(label, row * width + start, row * width + start + length);
  }
}
