import type { DisplayPlane } from '../../core/reformat';
import type { LabelVolume } from './labels';

/**
 * The label image of a plane's slice, row by row: each pixel has the label of its nearest voxel.
 * Undefined where no pixel has one.
 */
export function planeLabels(
  plane: Pick<DisplayPlane, 'width' | 'height' | 'toIndex'>,
  labels: LabelVolume,
  slice: number,
): Uint8Array | undefined {
  if (labels.empty) return undefined;
  const { width, height } = plane;
  const [columns, rows, depth] = labels.size;
  const out = new Uint8Array(width * height);
  let any = false;
  const put = (at: number, i: number, j: number, k: number): void => {
    const [ni, nj, nk] = [Math.round(i), Math.round(j), Math.round(k)];
    if (ni < 0 || nj < 0 || nk < 0 || ni >= columns || nj >= rows || nk >= depth) return;
    const label = labels.slice(nk)?.[nj * columns + ni] ?? 0;
    if (label === 0) return;
    out[at] = label;
    any = true;
  };
  for (let y = 0; y < height; y++) {
    const start = plane.toIndex(0, y, slice);
    const next = plane.toIndex(1, y, slice);
    // Within a slice of the volume the mapping is affine, so two pixels give the whole row.
    const withinSlice = Math.abs(next[2] - start[2]) < 1e-6;
    if (withinSlice && !labels.slice(Math.round(start[2]))) continue;
    const [di, dj] = [next[0] - start[0], next[1] - start[1]];
    for (let x = 0; x < width; x++) {
      if (withinSlice) put(y * width + x, start[0] + x * di, start[1] + x * dj, start[2]);
      else put(y * width + x, ...plane.toIndex(x, y, slice));
    }
  }
  return any ? out : undefined;
}
