/** What measuring needs to know of a scan. */
import type { SliceRuns } from '../annotation/runs';
import { cross, norm, scale } from '../vec3';
import type { Vec3, Volume } from '../volume';

export interface MeasureGrid {
  /** Steps from column to column and from row to row, LPS mm. */
  readonly column: Vec3;
  readonly row: Vec3;
  /** LPS mm of voxel (0, 0, k). */
  readonly positions: readonly Vec3[];
  /** mm along the normal that slice k stands for (`Slice.extent`). */
  readonly extents: readonly number[];
}

/** The grid of a volume, or of what a page tells of one (`DecodedScan`). */
export function measureGrid(
  scan: Pick<Volume, 'spacing' | 'direction'> & {
    readonly slicePositions: readonly Vec3[];
    readonly sliceExtents: readonly number[];
  },
): MeasureGrid {
  return {
    column: scale(scan.direction[0], scan.spacing[0]),
    row: scale(scan.direction[1], scan.spacing[1]),
    positions: scan.slicePositions,
    extents: scan.sliceExtents,
  };
}

/** The grid of a decoded volume. */
export function volumeGrid({
  spacing,
  direction,
  slices,
}: Pick<Volume, 'spacing' | 'direction' | 'slices'>): MeasureGrid {
  return measureGrid({
    spacing,
    direction,
    slicePositions: slices.map(({ position }) => position),
    sliceExtents: slices.map(({ extent }) => extent),
  });
}

/** mm² of one voxel within its slice. */
export function pixelArea({ column, row }: MeasureGrid): number {
  return norm(cross(column, row));
}

/** mL of one voxel of slice k. Throws RangeError for a slice that the scan does not have. */
export function voxelVolume(grid: MeasureGrid, k: number): number {
  const extent = grid.extents[k];
  if (extent === undefined) throw new RangeError(`Slice ${k} is not one of the ${grid.extents.length} slices.`);
  return (pixelArea(grid) * extent) / 1000;
}

/** Voxels of each label (index 0 stays 0) in packed runs. */
export function countLabels(runs: Uint32Array): number[] {
  const counts = [0, 0, 0, 0, 0, 0];
  for (let n = 0; n < runs.length; n += 4) {
    const label = runs[n] ?? 0;
    counts[label] = (counts[label] ?? 0) + (runs[n + 3] ?? 0);
  }
  return counts;
}

/** mL of each label (index 0 stays 0), every slice with its own extent. */
export function volumesByLabel(masks: readonly SliceRuns[], grid: MeasureGrid): number[] {
  const volumes = [0, 0, 0, 0, 0, 0];
  for (const { slice, runs } of masks) {
    const unit = voxelVolume(grid, slice);
    countLabels(runs).forEach((count, label) => {
      volumes[label] = (volumes[label] ?? 0) + count * unit;
    });
  }
  return volumes;
}
