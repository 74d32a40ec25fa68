/**
 * Voxels as cornerstone draws them.
 *
 * Images keep the stored values wherever cornerstone can draw them (8 and 16 bit, 32 bit floats), and
 * the window is converted instead: no copy, no rounding. What it cannot draw becomes floats of the
 * true value.
 */
import type { Volume, VoxelArray } from '../../core/volume';
import type { DrawableImage } from '../viewports/picture';

/** Values beyond these HU are metal or outside the scanner's circle; no window looks there. */
const HU_RANGE = [-4096, 4095] as const;

type Pixels = DrawableImage['pixels'];

export class Drawing {
  /** drawn = value * factor + offset. */
  private readonly factor: number;
  private readonly offset: number;
  /** True if the drawn images are floats. */
  readonly float: boolean;
  private readonly convert: (pixels: VoxelArray) => Pixels;
  private values: readonly [number, number] | undefined;

  constructor(
    private readonly volume: Pick<Volume, 'voxels' | 'slope' | 'intercept' | 'notices' | 'size' | 'padding'>,
  ) {
    const { slope, intercept, voxels } = volume;
    if (slope > 0 && isDrawable(voxels)) {
      this.factor = 1 / slope;
      this.offset = -intercept / slope;
      this.float = voxels instanceof Float32Array;
      this.convert = (pixels) => pixels as Pixels;
    } else {
      this.factor = 1;
      this.offset = 0;
      this.float = true;
      this.convert = (pixels) => {
        const out = new Float32Array(pixels.length);
        for (let n = 0; n < out.length; n++) out[n] = Number(pixels[n]) * slope + intercept;
        return out;
      };
    }
  }

  /** The drawn values for a range of HU (or the scan's own unit). */
  range(low: number, high: number): readonly [number, number] {
    return [low * this.factor + this.offset, high * this.factor + this.offset];
  }

  /** An image of stored values, ready to draw. */
  image(pixels: VoxelArray, width: number, height: number): DrawableImage {
    const drawable = this.convert(pixels);
    const [min, max] = extremes(drawable);
    return { width, height, pixels: drawable, min, max };
  }

  /** Smallest and largest value of the middle slice, padding left out. */
  valueRange(): readonly [number, number] {
    this.values ??= this.measureValues();
    return this.values;
  }

  private measureValues(): readonly [number, number] {
    const { size, voxels, slope, intercept, padding } = this.volume;
    const length = size[0] * size[1];
    const start = Math.floor(size[2] / 2) * length;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let n = start; n < start + length; n++) {
      const stored = Number(voxels[n]);
      if (!Number.isFinite(stored) || (padding && stored >= padding.from && stored <= padding.to)) continue;
      if (stored < low) low = stored;
      if (stored > high) high = stored;
    }
    if (low > high) return [0, 1];
    const ends = [low * slope + intercept, high * slope + intercept];
    return [Math.min(...ends), Math.max(...ends)];
  }

  /** The drawn values that any window looks at. */
  usefulRange(): readonly [number, number] {
    if (!this.volume.notices.some((notice) => notice.code === 'not-hounsfield')) return this.range(...HU_RANGE);
    const [low, high] = this.valueRange();
    return this.range(low, high);
  }
}

function isDrawable(voxels: VoxelArray): boolean {
  return (
    voxels instanceof Int16Array ||
    voxels instanceof Uint16Array ||
    voxels instanceof Uint8Array ||
    voxels instanceof Int8Array ||
    voxels instanceof Float32Array
  );
}

function extremes(pixels: Pixels): readonly [number, number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of pixels) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : [0, 0];
}
