import type { DrawableImage, ImageStack } from './picture';

const STEPS = 65535;

/** Float images as 16 bit integers over the range that windows look at, and windows likewise. */
export function quantized(stack: ImageStack): {
  image(n: number): DrawableImage;
  range(range: readonly [number, number]): readonly [number, number];
} {
  const [low, high] = stack.usefulRange();
  const factor = STEPS / (high > low ? high - low : 1);
  return {
    range: ([lower, upper]) => [(lower - low) * factor, (upper - low) * factor],
    image: (n) => {
      const { width, height, pixels } = stack.image(n);
      const out = new Uint16Array(pixels.length);
      for (let at = 0; at < out.length; at++) {
        out[at] = Math.max(0, Math.min(STEPS, Math.round(((pixels[at] ?? 0) - low) * factor)));
      }
      return { width, height, pixels: out, min: 0, max: STEPS };
    },
  };
}
