/** The mask over a pane: an own canvas, filled or as outlines, in the colors of the subtypes. */
import { type Camera, type PlaneExtent, toScreen } from '../viewports/camera';

export interface MaskStyle {
  /** CSS colors of labels 1, 2, ...; undefined for labels that are not drawn. */
  readonly colors: readonly (string | undefined)[];
  readonly mode: 'filled' | 'outline';
  /** 0 to 1, for filled masks. */
  readonly opacity: number;
}

/** Width of an outline in CSS pixels. */
const OUTLINE = 2;

/** Draws label images; keeps what it made of the last one. */
export class MaskLayer {
  private readonly pixels = document.createElement('canvas');
  private drawn: { labels: Uint8Array; colors: string } | undefined;
  private outlines: { labels: Uint8Array; paths: ReadonlyMap<number, Path2D> } | undefined;

  /** @param canvas Canvas that covers the pane. */
  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Draws the labels (row by row, plane.width * plane.height), or nothing. */
  draw(labels: Uint8Array | undefined, plane: PlaneExtent, camera: Camera, style: MaskStyle): void {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(camera.size[0] * ratio), Math.round(camera.size[1] * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext('2d');
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, camera.size[0], camera.size[1]);
    if (!labels) return;
    // The corner of the first pixel lies half a pixel before its centre.
    const [du, dv] = plane.spacing;
    const [left, top] = toScreen(camera, [-du / 2, -dv / 2]);
    const [sx, sy] = [du / camera.scale, dv / camera.scale];
    if (style.mode === 'filled') {
      this.fill(labels, plane, style.colors);
      context.imageSmoothingEnabled = false;
      context.globalAlpha = style.opacity;
      context.drawImage(this.pixels, left, top, plane.width * sx, plane.height * sy);
      context.globalAlpha = 1;
      return;
    }
    if (this.outlines?.labels !== labels) {
      this.outlines = { labels, paths: outlinePaths(labels, plane.width, plane.height) };
    }
    const toPane = new DOMMatrix([sx, 0, 0, sy, left, top]);
    context.lineWidth = OUTLINE;
    context.lineJoin = 'round';
    context.lineCap = 'square';
    for (const [label, path] of this.outlines.paths) {
      const color = style.colors[label - 1];
      if (!color) continue;
      const onPane = new Path2D();
      onPane.addPath(path, toPane);
      context.strokeStyle = color;
      context.stroke(onPane);
    }
  }

  private fill(labels: Uint8Array, plane: PlaneExtent, colors: MaskStyle['colors']): void {
    const key = colors.join();
    if (this.drawn?.labels === labels && this.drawn.colors === key) return;
    this.drawn = { labels, colors: key };
    this.pixels.width = plane.width;
    this.pixels.height = plane.height;
    const context = this.pixels.getContext('2d');
    if (!context) return;
    const image = context.createImageData(plane.width, plane.height);
    const words = new Uint32Array(image.data.buffer);
    const palette = colors.map((color) => (color ? packedColor(color) : 0));
    for (let n = 0; n < labels.length; n++) {
      const label = labels[n] ?? 0;
      if (label !== 0) words[n] = palette[label - 1] ?? 0;
    }
    context.putImageData(image, 0, 0);
  }
}

/** A CSS color as one opaque RGBA word in the memory order of ImageData. */
function packedColor(color: string): number {
  const probe = document.createElement('canvas');
  probe.width = 1;
  probe.height = 1;
  const context = probe.getContext('2d');
  if (!context) return 0;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
}

/** For each label, the pixel edges between it and anything else, in pixel units from the first pixel's corner. */
export function outlineSegments(
  labels: Uint8Array,
  width: number,
  height: number,
): ReadonlyMap<number, readonly (readonly [number, number, number, number])[]> {
  const segments = new Map<number, [number, number, number, number][]>();
  const add = (label: number, segment: [number, number, number, number]): void => {
    const list = segments.get(label);
    if (list) list.push(segment);
    else segments.set(label, [segment]);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = labels[y * width + x] ?? 0;
      if (label === 0) continue;
      if (y === 0 || labels[(y - 1) * width + x] !== label) add(label, [x, y, x + 1, y]);
      if (y === height - 1 || labels[(y + 1) * width + x] !== label) add(label, [x, y + 1, x + 1, y + 1]);
      if (x === 0 || labels[y * width + x - 1] !== label) add(label, [x, y, x, y + 1]);
      if (x === width - 1 || labels[y * width + x + 1] !== label) add(label, [x + 1, y, x + 1, y + 1]);
    }
  }
  return segments;
}

function outlinePaths(labels: Uint8Array, width: number, height: number): ReadonlyMap<number, Path2D> {
  const paths = new Map<number, Path2D>();
  for (const [label, segments] of outlineSegments(labels, width, height)) {
    const path = new Path2D();
    for (const [x1, y1, x2, y2] of segments) {
      path.moveTo(x1, y1);
      path.lineTo(x2, y2);
    }
    paths.set(label, path);
  }
  return paths;
}
