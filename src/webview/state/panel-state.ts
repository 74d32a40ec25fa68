/** What of the side panel outlives a hidden tab. */
import { SUBTYPES } from '../../core/annotation/subtype';
import { LESION_ORDERS } from '../lesions/order';
import type { ViewState } from './view-state';

export type KeptPanel = Pick<ViewState, 'opacity' | 'labelOpacities' | 'lesionOrder' | 'foldedSections'>;

/** The panel as a JSON value. */
export function panelToJson({ opacity, labelOpacities, lesionOrder, foldedSections }: KeptPanel): unknown {
  return { opacity: opacity ?? null, labelOpacities, lesionOrder, foldedSections: [...foldedSections] };
}

/** The panel that `panelToJson` kept; what does not fit is as in a view that was never shown. */
export function panelFromJson(json: unknown): KeptPanel {
  const given = (typeof json === 'object' && json !== null ? json : {}) as Partial<Record<keyof KeptPanel, unknown>>;
  const { opacity, labelOpacities, lesionOrder, foldedSections } = given;
  const shares = Array.isArray(labelOpacities) && labelOpacities.length === SUBTYPES.length ? labelOpacities : [];
  return {
    opacity: isShare(opacity) ? opacity : undefined,
    labelOpacities: SUBTYPES.map((_, n) => {
      const share: unknown = shares[n];
      return isShare(share) ? share : 1;
    }),
    lesionOrder: LESION_ORDERS.find((order) => order === lesionOrder) ?? 'volume',
    foldedSections: new Set(
      Array.isArray(foldedSections) ? foldedSections.filter((name) => typeof name === 'string') : [],
    ),
  };
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
