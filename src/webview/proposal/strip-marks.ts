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
 * @param colors CSS colors of the labels, from label 1; undefined for one that is hidden.
 * @param placeOf Slice of the view and label (from 1) to a place.
 */
export function drawProposed(
  context: CanvasRenderingContext2D,
  colors: readonly (string | undefined)[],
  marks: ReadonlyMap<number, { readonly labels: ReadonlySet<number>; readonly proposed: ReadonlySet<number> }>,
  placeOf: (slice: number, label: number) => StripPlace,
): void {
  for (const [slice, { labels, proposed }] of marks) {
    for (const label of proposed) {
      const color = colors[label - 1];
      if (!color) continue;
      const { left, top, width, height } = placeOf(slice, label);
      const also = labels.has(label);
      context.fillStyle = color;
      for (let x = also ? STRIPE / 2 : 0; x < width; x += STRIPE) {
        const stripe = Math.min(STRIPE / 2, width - x);
        if (also) context.clearRect(left + x, top, stripe, height);
        else context.fillRect(left + x, top, stripe, height);
      }
    }
  }
}
