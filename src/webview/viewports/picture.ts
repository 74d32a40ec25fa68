/** What a pane draws, whoever draws it. */
import type { Camera } from './camera';

/** Pixels of one image in a type that cornerstone draws, with their range. */
export interface DrawableImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int8Array | Uint8Array | Int16Array | Uint16Array | Float32Array;
  readonly min: number;
  readonly max: number;
}

/** A stack of images of one size, made one by one when they are looked at. */
export interface ImageStack {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** mm per pixel, to the right and downwards. */
  readonly spacing: readonly [number, number];
  /** True if the images' pixels are floats. */
  readonly float: boolean;
  /** Values that any window looks at: what lies outside may be clipped where a renderer has fewer bits. */
  usefulRange(): readonly [number, number];
  image(n: number): DrawableImage;
}

/** What a viewport shall show. */
export interface Picture {
  readonly stack: ImageStack;
  readonly slice: number;
  readonly camera: Camera;
  /** Values (in the images' own unit) that are drawn black and white. */
  readonly range: readonly [number, number];
  readonly interpolation: boolean;
}
