/** Figures as they are shown, with their units. */
import type { Subtype } from '../../../core/annotation/subtype';
import type { Lesion } from '../../../core/measure/lesion';
import { t } from '../../l10n';
import type { Viewer } from '../../viewer';

/** A volume: hundredths below 1 mL, tenths above. */
export function volumeText(milliliters: number): string {
  return t('{0} mL', milliliters.toFixed(milliliters < 1 ? 2 : 1));
}

export function slicesText(count: number): string {
  return count === 1 ? t('1 slice') : t('{0} slices', count);
}

/** The number by which the view names slice k of the volume. */
export function sliceNumber(viewer: Viewer, k: number): number {
  return (viewer.scan?.nativeSlice(k) ?? k) + 1;
}

/** "slice 14", "slices 14-19": as the view numbers them. */
export function lesionSlices(
  viewer: Viewer,
  { firstSlice, lastSlice }: Pick<Lesion, 'firstSlice' | 'lastSlice'>,
): string {
  const numbers = [sliceNumber(viewer, firstSlice), sliceNumber(viewer, lastSlice)].sort((a, b) => a - b);
  return numbers[0] === numbers[1] ? t('slice {0}', numbers[0] ?? 0) : t('slices {0}-{1}', ...numbers);
}

/** "14", "14-19": as the view numbers them. */
export function sliceNumbers(
  viewer: Viewer,
  { firstSlice, lastSlice }: Pick<Lesion, 'firstSlice' | 'lastSlice'>,
): string {
  const numbers = [sliceNumber(viewer, firstSlice), sliceNumber(viewer, lastSlice)].sort((a, b) => a - b);
  return [...new Set(numbers)].join('-');
}

/** "63 ± 9 HU"; without a unit where the scan has none. */
export function densityText(viewer: Viewer, { hu }: Lesion): string {
  if (!hu) return '';
  const unit = viewer.scan?.unit ? ` ${viewer.scan.unit}` : '';
  return `${hu.mean.toFixed(0)} ± ${hu.sd.toFixed(0)}${unit}`;
}

/** "IPH lesion 2, 12.4 mL". */
export function lesionText({ subtype, number, volume }: Lesion): string {
  return `${t('{0} lesion {1}', subtype, number)}, ${volumeText(volume)}`;
}

/** The full name of a subtype in the display language. */
export function subtypeName(subtype: Subtype): string {
  const names: Readonly<Record<Subtype, string>> = {
    EPH: t('Epidural hemorrhage'),
    SDH: t('Subdural hemorrhage'),
    SAH: t('Subarachnoid hemorrhage'),
    IPH: t('Intraparenchymal hemorrhage'),
    IVH: t('Intraventricular hemorrhage'),
  };
  return names[subtype];
}
