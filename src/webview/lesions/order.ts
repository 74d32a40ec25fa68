/** The order of the list of lesions. */
import { SUBTYPES } from '../../core/annotation/subtype';
import type { Lesion } from '../../core/measure/lesion';

export const LESION_ORDERS = ['volume', 'slice', 'subtype', 'density'] as const;
export type LesionOrder = (typeof LESION_ORDERS)[number];

/**
 * Lesions in an order: largest first, first slice as shown first, subtypes in label order, densest first.
 * Equals stay in the order of their numbers.
 * @param shownSlice Slice of the view that shows slice k of the volume.
 */
export function sorted(
  lesions: readonly Lesion[],
  order: LesionOrder,
  shownSlice: (k: number) => number,
): readonly Lesion[] {
  const first = ({ firstSlice, lastSlice }: Lesion): number => Math.min(shownSlice(firstSlice), shownSlice(lastSlice));
  const value: (lesion: Lesion) => number = {
    volume: (lesion: Lesion) => -lesion.volume,
    slice: first,
    subtype: (lesion: Lesion) => SUBTYPES.indexOf(lesion.subtype),
    density: (lesion: Lesion) => -(lesion.hu?.mean ?? Number.NEGATIVE_INFINITY),
  }[order];
  return [...lesions].sort((a, b) => value(a) - value(b) || a.number - b.number);
}
