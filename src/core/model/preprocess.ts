/** From pictures in HU to the network's input, as the manifest says. */
import { AIR } from './axial';
import type { Frame } from './frame';
import type { ModelInput } from './manifest';
import { resampleFrame } from './resample';

/** Number of values of one picture's input: channels * height * width. */
export function inputLength(input: ModelInput): number {
  return input.channels.length * input.height * input.width;
}

/**
 * Fills the input of one picture, [channels, height, width], from the frame of the picture itself.
 * Each channel is windowed at full resolution, then resampled; beyond the picture there is air.
 * @param pictureAt HU of the picture at an offset from the segmented one, ends repeated; row by row, width * height.
 */
export function fillInput(
  input: ModelInput,
  pictureAt: (offset: number) => Float32Array,
  width: number,
  height: number,
  frame: Frame,
  out: Float32Array,
): void {
  const plane = input.width * input.height;
  input.channels.forEach(({ slice, window, mean, deviation }, channel) => {
    const low = window.center - window.width / 2;
    const value = (hu: number): number => (Math.min(1, Math.max(0, (hu - low) / window.width)) - mean) / deviation;
    const target = out.subarray(channel * plane, (channel + 1) * plane);
    resampleFrame(pictureAt(slice), width, height, value, frame, value(AIR), target, input.width, input.height);
  });
}
