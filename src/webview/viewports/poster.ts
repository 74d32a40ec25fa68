/**
 * The first picture, drawn here: cornerstone is large, and a scan's first slice is often decoded
 * before cornerstone has been loaded and has set up its WebGL. It shows exactly what cornerstone
 * will (same camera, same window) and is gone once cornerstone has painted.
 */
import { toScreen } from './camera';
import type { DrawableImage, Picture } from './picture';

/** Draws a picture into a canvas that covers its pane. */
export function drawPoster(canvas: HTMLCanvasElement, { stack, slice, camera, range, interpolation }: Picture): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(camera.size[0] * ratio);
  canvas.height = Math.round(camera.size[1] * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = windowed(stack.image(slice), range);
  const [du, dv] = stack.spacing;
  // The corner of the first pixel lies half a pixel before its centre.
  const [left, top] = toScreen(camera, [-du / 2, -dv / 2]);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.imageSmoothingEnabled = interpolation;
  context.drawImage(image, left, top, (stack.width * du) / camera.scale, (stack.height * dv) / camera.scale);
}

/** An image in gray: `low` and below black, `high` and above white. */
function windowed({ width, height, pixels }: DrawableImage, [low, high]: readonly [number, number]): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const gray = grayLevels(pixels, low, high);
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  const data = context.createImageData(width, height);
  const words = new Uint32Array(data.data.buffer);
  for (let n = 0; n < gray.length; n++) words[n] = 0xff000000 | ((gray[n] ?? 0) * 0x010101);
  context.putImageData(data, 0, 0);
  return canvas;
}

/** Gray levels 0 to 255 of values under a window. */
export function grayLevels(pixels: ArrayLike<number>, low: number, high: number): Uint8ClampedArray {
  const gray = new Uint8ClampedArray(pixels.length);
  const factor = 255 / Math.max(high - low, Number.MIN_VALUE);
  for (let n = 0; n < gray.length; n++) gray[n] = ((pixels[n] ?? 0) - low) * factor;
  return gray;
}
