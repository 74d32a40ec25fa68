import type { Viewer } from '../viewer';

/** Where the strip over the slider has a slice and a label. */
export interface StripPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** CSS pixels from stripe to stripe. */
const STRIPE = 2;

/**
 * Marks of what is proposed: stripes in the subtype's color, or, where the annotation has the subtype
 * on the slice too, gaps in its block.
 * @param placeOf Slice of the view and label (from 1) to a place.
 */
export function drawProposed(
  context: CanvasRenderingContext2D,
  viewer: Viewer,
  placeOf: (slice: number, label: number) => StripPlace,
): void {
  const { scan } = viewer;
  if (!scan?.whole) return;
  const colors = viewer.labelColors();
  for (const [k, labels] of scan.proposed.bySlice()) {
    const slice = scan.nativeSlice(k);
    for (const label of labels) {
      const color = colors[label - 1];
      if (!color) continue;
      const { left, top, width, height } = placeOf(slice, label);
      const also = viewer.labelsBySlice.get(slice)?.has(label) === true;
      context.fillStyle = color;
      for (let x = also ? STRIPE / 2 : 0; x < width; x += STRIPE) {
        const stripe = Math.min(STRIPE / 2, width - x);
        if (also) context.clearRect(left + x, top, stripe, height);
        else context.fillRect(left + x, top, stripe, height);
      }
    }
  }
}
