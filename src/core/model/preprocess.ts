/** From pictures in HU to the network's input, as the manifest says. */
import type { Volume } from '../volume';
import { type AxialView, axialSlice, axialView } from './axial';
import { type Frame, frameOf } from './frame';
import { type Channel, inputLength, type ModelInput, type SliceInput } from './manifest-input';
import { Resampler } from './resample';

/**
 * Fills the input of one picture, [channels, height, width], from the frame of the picture itself.
 * Channels of the same picture and window are resampled once.
 * @param pictureAt HU of the picture at an offset from the one that is looked at, ends repeated; row by row, width * height.
 */
export function fillInput(
  input: ModelInput,
  pictureAt: (offset: number) => Float32Array,
  width: number,
  height: number,
  frame: Frame,
  out: Float32Array,
  resampler = new Resampler(),
): void {
  const plane = input.width * input.height;
  const before = input.windowing === 'before-resampling';
  const to = { width: input.width, height: input.height, wide: input.resampling === 'linear-antialiased' };
  const windowed = new Map<string, number>();
  input.channels.forEach((channel, c) => {
    const { slice, window } = channel;
    const target = out.subarray(c * plane, (c + 1) * plane);
    const key = `${slice} ${window.center} ${window.width}`;
    const known = windowed.get(key);
    if (known === undefined) {
      windowed.set(key, c);
      const laid = { ...to, window: before ? window : undefined, outside: input.outside };
      resampler.run(pictureAt(slice), width, height, frame, laid, target);
      if (!before) layWindow(target, window);
    } else target.set(out.subarray(known * plane, (known + 1) * plane));
  });
  input.channels.forEach((channel, c) => {
    standardize(out.subarray(c * plane, (c + 1) * plane), channel);
  });
}

/** HU to 0..1, in place. */
export function layWindow(values: Float32Array, { center, width }: Channel['window']): void {
  const low = center - width / 2;
  for (let n = 0; n < values.length; n++) {
    const value = ((values[n] as number) - low) / width;
    values[n] = value < 0 ? 0 : Math.min(value, 1);
  }
}

/** 0..1 to what the network was trained on, in place. */
export function standardize(values: Float32Array, { mean, deviation }: Pick<Channel, 'mean' | 'deviation'>): void {
  if (mean === 0 && deviation === 1) return;
  for (let n = 0; n < values.length; n++) values[n] = ((values[n] as number) - mean) / deviation;
}

/** The inputs of a volume's pictures. Pictures are kept while neighbours may want them, and their memory is used again. */
export class SliceInputs {
  readonly view: AxialView;
  /** Values of one picture's input. */
  readonly length: number;
  readonly #volume: Volume;
  readonly #input: SliceInput;
  readonly #reach: number;
  readonly #resampler = new Resampler();
  readonly #kept = new Map<number, Float32Array>();

  constructor(volume: Volume, input: SliceInput) {
    this.#volume = volume;
    this.#input = input;
    this.#reach = Math.max(...input.channels.map(({ slice }) => Math.abs(slice)));
    this.view = axialView(volume, input.orientation);
    this.length = inputLength(input);
  }

  /** What the network sees of picture n; undefined where it shows no head. */
  frame(n: number): Frame | undefined {
    const { width, height, spacing } = this.view;
    return frameOf(this.#picture(n, n), width, height, spacing, this.#input.framing);
  }

  /** Fills the input of picture n, `length` values, from its frame. */
  fill(n: number, frame: Frame, out: Float32Array): void {
    const { width, height } = this.view;
    fillInput(this.#input, (offset) => this.#picture(n + offset, n), width, height, frame, out, this.#resampler);
  }

  /** HU of a picture; beyond the ends, of the last one. */
  #picture(n: number, centre: number): Float32Array {
    const index = Math.min(this.view.depth - 1, Math.max(0, n));
    const known = this.#kept.get(index);
    if (known) return known;
    const done = [...this.#kept.keys()].find((key) => Math.abs(key - centre) > this.#reach);
    const buffer = done === undefined ? undefined : this.#kept.get(done);
    if (done !== undefined) this.#kept.delete(done);
    const picture = axialSlice(this.#volume, this.view, index, this.#input.outside, buffer);
    this.#kept.set(index, picture);
    return picture;
  }
}
