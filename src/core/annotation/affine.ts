/** The matrix of an annotation's image: index (i, j, k, 1) to LPS mm, three rows of four. */
import type { Vec3 } from '../volume';
import type { ImageReference } from './image';

export type Affine = readonly [AffineRow, AffineRow, AffineRow];
export type AffineRow = readonly [number, number, number, number];

/** Columns are direction times spacing, then the origin. */
export function affineOf({
  spacing,
  origin,
  direction,
}: Pick<ImageReference, 'spacing' | 'origin' | 'direction'>): Affine {
  const row = (axis: 0 | 1 | 2): AffineRow => [
    direction[0][axis] * spacing[0],
    direction[1][axis] * spacing[1],
    direction[2][axis] * spacing[2],
    origin[axis],
  ];
  return [row(0), row(1), row(2)];
}

/** Origin and direction from a matrix whose columns have the lengths `spacing`. */
export function geometryOf(affine: Affine, spacing: Vec3): Pick<ImageReference, 'origin' | 'direction'> {
  const column = (n: 0 | 1 | 2): Vec3 => [
    affine[0][n] / spacing[n],
    affine[1][n] / spacing[n],
    affine[2][n] / spacing[n],
  ];
  return { origin: [affine[0][3], affine[1][3], affine[2][3]], direction: [column(0), column(1), column(2)] };
}
