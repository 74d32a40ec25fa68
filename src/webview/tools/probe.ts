import { t } from '../l10n';
import type { Viewer } from '../viewer';
import type { PanePointer } from './tool';

const ENDS = ['LR', 'PA', 'SI'] as const;

/** "HU 63  (211, 167, 14)", "R 12.3 P 4.5 S 41.1 mm": value, voxel index, place in the patient. */
export function probeText(viewer: Viewer, pointer: PanePointer | undefined): string {
  const { scan, store } = viewer;
  if (!pointer || !scan) return '';
  const slice = store.get().slices[pointer.plane];
  const world = scan.planes[pointer.plane].toWorld({ slice, point: pointer.point });
  const probe = scan.probe(world);
  if (!probe) return '';
  const value = Number.isInteger(probe.value) ? String(probe.value) : probe.value.toPrecision(5);
  const place = world.map((mm, axis) => `${ENDS[axis]?.[mm < 0 ? 1 : 0]} ${Math.abs(mm).toFixed(1)}`).join(' ');
  // The number of a first slice is not known before its series.
  const index = scan.whole ? `  (${probe.index.join(', ')})` : '';
  return `${scan.unit || t('value')} ${value}${index}\n${t('{0} mm', place)}`;
}
