/**
 * Voxels as cornerstone draws them.
 *
 * Images keep the stored values wherever cornerstone can draw them (8 and 16 bit, and floats on the
 * GPU), and the window is converted instead: no copy, no rounding. What it cannot draw becomes
 * floats of the true value, and for the CPU, which draws integers only, 16 bits over the range that
 * matters.
 */
import type { Volume, VoxelArray } from '../../core/volume';
import type { DrawableImage } from '../viewports/renderer';

/** Values beyond these HU are metal or outside the scanner's circle; no window looks there. */
const HU_RANGE = [-4096, 4095] as const;

type Pixels = DrawableImage['pixels'];

export class Drawing {
  /** drawn = value * factor + offset. */
  private readonly factor: number;
  private readonly offset: number;
  private readonly convert: (pixels: VoxelArray) => Pixels;
  private values: readonly [number, number] | undefined;

  /** @param cpu True if the images are drawn by the CPU. */
  constructor(
    private readonly volume: Pick<Volume, 'voxels' | 'slope' | 'intercept' | 'notices' | 'size' | 'padding'>,
    cpu: boolean,
  ) {
    const { slope, intercept, voxels } = volume;
    const direct = slope > 0 && (is8or16(voxels) || (!cpu && voxels instanceof Float32Array));
    if (direct) {
      this.factor = 1 / slope;
      this.offset = -intercept / slope;
      this.convert = (pixels) => pixels as Pixels;
    } else if (cpu) {
      const [low, high] = this.interesting();
      const step = 65535 / Math.max(high - low, Number.MIN_VALUE);
      this.factor = step;
      this.offset = -low * step;
      this.convert = (pixels) => {
        const out = new Uint16Array(pixels.length);
        for (let n = 0; n < out.length; n++) {
          const drawn = (Number(pixels[n]) * slope + intercept - low) * step;
          out[n] = Math.max(0, Math.min(65535, Math.round(drawn)));
        }
        return out;
      };
    } else {
      this.factor = 1;
      this.offset = 0;
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

  private interesting(): readonly [number, number] {
    if (!this.volume.notices.some((notice) => notice.code === 'not-hounsfield')) return HU_RANGE;
    const [low, high] = this.valueRange();
    return [low, high > low ? high : low + 1];
  }
}

function is8or16(voxels: VoxelArray): boolean {
  return (
    voxels instanceof Int16Array ||
    voxels instanceof Uint16Array ||
    voxels instanceof Uint8Array ||
    voxels instanceof Int8Array
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
