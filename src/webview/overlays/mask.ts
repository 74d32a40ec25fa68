/** The mask over a pane: an own canvas, filled, hatched or as outlines, in the colors of the subtypes. */
import type { LabelImage, PixelRect } from '../scan/label-image';
import { type Camera, type PlaneExtent, toScreen } from '../viewports/camera';
import { OutlineTiles } from './outline';

export interface MaskStyle {
  /** CSS colors of labels 1, 2, ...; undefined for labels that are not drawn. */
  readonly colors: readonly (string | undefined)[];
  /** `hatched`: what a tool would do; `proposed`: what a model proposes, hatched the other way and outlined. */
  readonly mode: 'filled' | 'outline' | 'hatched' | 'proposed';
  /** 0 to 1, for filled masks. */
  readonly opacity: number;
  /** Width of an outline in CSS pixels; 2 unless said. */
  readonly lineWidth?: number;
}

/** Width of an outline in CSS pixels. */
const OUTLINE = 2;
/** Distance of hatching lines in CSS pixels. */
const HATCH = 6;
const PROPOSED_HATCH = 8;
/** Width of the outline of what is proposed. */
const PROPOSED_LINE = 1.5;

/** Draws label images; draws only what has changed as long as the view stays. */
export class MaskLayer {
  private readonly pixels = document.createElement('canvas');
  private data: ImageData | undefined;
  private image: LabelImage | undefined;
  /** Version of the image that `pixels` and `outlines` show. */
  private version = 0;
  private outlines: OutlineTiles | undefined;
  private colors = '';
  /** Everything else that the picture on the canvas depends on. */
  private drawn = '';

  /** @param canvas Canvas that covers the pane. */
  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Draws the labels, or nothing. */
  draw(image: LabelImage | undefined, plane: PlaneExtent, camera: Camera, style: MaskStyle): void {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(camera.size[0] * ratio), Math.round(camera.size[1] * ratio)];
    const view = JSON.stringify([width, height, camera, style, plane.spacing]);
    const changed = this.take(image, plane, style.colors);
    if (view === this.drawn && changed === undefined) return;
    const whole = view !== this.drawn || changed === 'all' || style.mode === 'hatched' || style.mode === 'proposed';
    this.drawn = view;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext('2d');
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.save();
    const rect = whole ? undefined : (changed as PixelRect);
    if (rect) {
      context.beginPath();
      context.rect(
        ...screenRect(rect, plane, camera, style.mode === 'outline' ? (style.lineWidth ?? OUTLINE) : 0, ratio),
      );
      context.clip();
    }
    context.clearRect(0, 0, camera.size[0], camera.size[1]);
    if (image) this.paint(context, plane, camera, style, rect);
    context.restore();
  }

  private paint(
    context: CanvasRenderingContext2D,
    plane: PlaneExtent,
    camera: Camera,
    style: MaskStyle,
    rect: PixelRect | undefined,
  ): void {
    // The corner of the first pixel lies half a pixel before its centre.
    const [du, dv] = plane.spacing;
    const [left, top] = toScreen(camera, [-du / 2, -dv / 2]);
    const [sx, sy] = [du / camera.scale, dv / camera.scale];
    if (style.mode === 'outline') {
      this.outlines?.stroke(
        context,
        new DOMMatrix([sx, 0, 0, sy, left, top]),
        style.colors,
        style.lineWidth ?? OUTLINE,
        rect,
      );
      return;
    }
    context.imageSmoothingEnabled = false;
    context.globalAlpha = style.opacity;
    context.drawImage(this.pixels, left, top, plane.width * sx, plane.height * sy);
    context.globalAlpha = 1;
    if (style.mode === 'filled') return;
    const [width, height] = camera.size;
    const proposed = style.mode === 'proposed';
    const step = proposed ? PROPOSED_HATCH : HATCH;
    context.globalCompositeOperation = 'destination-in';
    context.lineWidth = step / (proposed ? 4 : 3);
    context.beginPath();
    for (let x = -height; x < width; x += step) {
      context.moveTo(x, proposed ? 0 : height);
      context.lineTo(x + height, proposed ? height : 0);
    }
    context.stroke();
    context.globalCompositeOperation = 'source-over';
    if (!proposed) return;
    const toPane = new DOMMatrix([sx, 0, 0, sy, left, top]);
    // Dark under the colored line, so that it stands out from bone and from a mask of its own color.
    const dark = style.colors.map((color) => color && 'rgb(0 0 0 / 65%)');
    this.outlines?.stroke(context, toPane, dark, PROPOSED_LINE + 2);
    this.outlines?.stroke(context, toPane, style.colors, PROPOSED_LINE);
  }

  /** Takes over the image's pixels. Returns which of them changed; undefined for none. */
  private take(
    image: LabelImage | undefined,
    plane: PlaneExtent,
    colors: MaskStyle['colors'],
  ): PixelRect | 'all' | undefined {
    const key = colors.join();
    const same = image === this.image && key === this.colors && this.data?.width === plane.width;
    const rect = same && image ? image.changedSince(this.version) : undefined;
    if (same && !rect) return undefined;
    this.image = image;
    this.colors = key;
    this.version = image?.version ?? 0;
    if (!image) return 'all';
    const all = { x0: 0, y0: 0, x1: plane.width - 1, y1: plane.height - 1 };
    if (!same) {
      this.data = new ImageData(plane.width, plane.height);
      this.pixels.width = plane.width;
      this.pixels.height = plane.height;
      this.outlines = new OutlineTiles(image.pixels, plane.width, plane.height);
    }
    this.fill(image.pixels, colors, rect ?? all);
    this.outlines?.changed(rect ?? all);
    return rect ?? 'all';
  }

  private fill(labels: Uint8Array, colors: MaskStyle['colors'], { x0, y0, x1, y1 }: PixelRect): void {
    const { data } = this;
    const context = this.pixels.getContext('2d');
    if (!data || !context) return;
    const words = new Uint32Array(data.data.buffer);
    const palette = Uint32Array.from([0, ...colors.map((color) => (color ? packedColor(color) : 0))]);
    for (let y = y0; y <= y1; y++) {
      const row = y * data.width;
      for (let n = row + x0; n <= row + x1; n++) words[n] = palette[labels[n] ?? 0] ?? 0;
    }
    context.putImageData(data, 0, 0, x0, y0, x1 - x0 + 1, y1 - y0 + 1);
  }
}

/** The part of the pane (CSS pixels, whole device pixels) that pixels cover, their outline included. */
function screenRect(
  { x0, y0, x1, y1 }: PixelRect,
  { spacing: [du, dv] }: PlaneExtent,
  camera: Camera,
  margin: number,
  ratio: number,
): [number, number, number, number] {
  const [left, top] = toScreen(camera, [(x0 - 0.5) * du, (y0 - 0.5) * dv]);
  const [right, bottom] = toScreen(camera, [(x1 + 0.5) * du, (y1 + 0.5) * dv]);
  const low = (value: number): number => (Math.floor((value - margin) * ratio) - 1) / ratio;
  const high = (value: number): number => (Math.ceil((value + margin) * ratio) + 1) / ratio;
  const [x, y] = [low(left), low(top)];
  return [x, y, high(right) - x, high(bottom) - y];
}

const packed = new Map<string, number>();

/** A CSS color as one opaque RGBA word in the memory order of ImageData. */
function packedColor(color: string): number {
  const known = packed.get(color);
  if (known !== undefined) return known;
  const probe = document.createElement('canvas');
  probe.width = 1;
  probe.height = 1;
  const context = probe.getContext('2d');
  if (!context) return 0;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const word = new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
  packed.set(color, word);
  return word;
}
