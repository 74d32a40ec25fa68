/** The boxes that an annotation has on a slice, as they are drawn over the plane that shows it. */
import type { Box } from '../../core/annotation/annotation';
import { SUBTYPES } from '../../core/annotation/subtype';
import type { AnnotationFields } from '../../core/document/fields';
import type { PlaneView } from '../scan/planes';
import type { Point } from '../viewports/camera';
import type { Mark } from './tool-marks';

/** The corners of a box of slice k of the volume, plane mm, in order around it: edges of voxels, not centres. */
export function boxCorners(view: Pick<PlaneView, 'fromIndex'>, k: number, [i, j, ni, nj]: Box): readonly Point[] {
  const at = (u: number, v: number): Point => view.fromIndex([u - 0.5, v - 0.5, k]).point;
  return [at(i, j), at(i + ni, j), at(i + ni, j + nj), at(i, j + nj)];
}

/**
 * The boxes on a slice of a plane. Only the plane that shows the volume's own slices has any.
 * @param colors CSS colors of the subtypes; undefined for those that are not drawn.
 */
export function boxMarks(
  view: Pick<PlaneView, 'fromIndex' | 'native' | 'toIndex'>,
  slice: number,
  fields: AnnotationFields | undefined,
  colors: readonly (string | undefined)[],
): readonly Mark[] {
  if (!view.native || !fields) return [];
  const k = Math.round(view.toIndex({ slice, point: [0, 0] })[2]);
  const stated = fields.slices.find((one) => one.slice === k);
  if (!stated) return [];
  return SUBTYPES.flatMap((subtype, n): Mark[] => {
    const color = colors[n];
    if (!color) return [];
    return stated.boxes[subtype].flatMap((box): Mark[] => {
      const points = boxCorners(view, k, box);
      const top = points.reduce((best, [u, v]) => (v < best[1] || (v === best[1] && u < best[0]) ? [u, v] : best));
      return [
        { kind: 'line', points, closed: true, color },
        { kind: 'text', at: top, text: subtype, color },
      ];
    });
  });
}
