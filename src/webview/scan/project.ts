/** Which slices of a plane show what is drawn on the volume's own slices. */
import type { SliceRuns } from '../../core/annotation/runs';
import type { PlaneView } from './planes';

type Projected = Pick<PlaneView, 'fromIndex'>;

/** First and last slice of a plane, whole numbers. */
type Range = readonly [first: number, last: number];

/** Calls `visit` with each run's label and the slices of the plane that its voxels lie nearest to; these may be outside of the plane. */
export function projectRuns(
  masks: readonly SliceRuns[],
  plane: Projected,
  visit: (label: number, range: Range) => void,
): void {
  for (const { slice: k, runs } of masks) {
    const rangeOf = withinSlice(plane, k);
    for (let n = 0; n < runs.length; n += 4) {
      const [label = 0, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
      visit(label, rangeOf(start, row, start + length - 1, row));
    }
  }
}

/** The slices of the plane that show voxels of slice k between two corners (columns and rows, both included). */
export function withinSlice(
  plane: Projected,
  k: number,
): (column: number, row: number, lastColumn: number, lastRow: number) => Range {
  // Within a slice of the volume the mapping is affine.
  const origin = plane.fromIndex([0, 0, k]).slice;
  const di = plane.fromIndex([1, 0, k]).slice - origin;
  const dj = plane.fromIndex([0, 1, k]).slice - origin;
  return (column, row, lastColumn, lastRow) => {
    const ends = [origin + column * di + row * dj, origin + lastColumn * di + lastRow * dj];
    return [Math.round(Math.min(...ends)), Math.round(Math.max(...ends))];
  };
}
