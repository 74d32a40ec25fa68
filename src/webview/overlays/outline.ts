/** Outlines of a label image, in tiles: a change makes only the tiles around it anew. */
import type { PixelRect } from '../scan/label-image';

/** Pixels along the side of a tile. */
const TILE = 64;

type Paths = ReadonlyMap<number, Path2D>;

export class OutlineTiles {
  private readonly columns: number;
  private readonly rows: number;
  private readonly tiles = new Map<number, Paths>();

  /** @param labels Row by row, width * height; read again where it has `changed`. */
  constructor(
    private readonly labels: Uint8Array,
    private readonly width: number,
    private readonly height: number,
  ) {
    this.columns = Math.ceil(width / TILE);
    this.rows = Math.ceil(height / TILE);
  }

  /** Forgets the outlines of pixels that have changed, and of their neighbours. */
  changed(rect: PixelRect): void {
    for (const tile of this.tilesOf(rect)) this.tiles.delete(tile);
  }

  /**
   * Strokes the outlines.
   * @param toPane From pixel units (first pixel's corner at 0, 0) to the context's.
   * @param rect Only those of these pixels and their neighbours; without it all.
   */
  stroke(
    context: CanvasRenderingContext2D,
    toPane: DOMMatrix,
    colors: readonly (string | undefined)[],
    lineWidth: number,
    rect: PixelRect = { x0: 0, y0: 0, x1: this.width - 1, y1: this.height - 1 },
  ): void {
    context.lineWidth = lineWidth;
    context.lineJoin = 'round';
    context.lineCap = 'square';
    const lines = new Map<string, Path2D>();
    for (const tile of this.tilesOf(rect)) {
      for (const [label, path] of this.pathsOf(tile)) {
        const color = colors[label - 1];
        if (!color) continue;
        const line = lines.get(color) ?? new Path2D();
        line.addPath(path, toPane);
        lines.set(color, line);
      }
    }
    for (const [color, line] of lines) {
      context.strokeStyle = color;
      context.stroke(line);
    }
  }

  private pathsOf(tile: number): Paths {
    const known = this.tiles.get(tile);
    if (known) return known;
    const [x, y] = [(tile % this.columns) * TILE, Math.floor(tile / this.columns) * TILE];
    const part = {
      x0: x,
      y0: y,
      x1: Math.min(this.width, x + TILE) - 1,
      y1: Math.min(this.height, y + TILE) - 1,
    };
    const paths = new Map<number, Path2D>();
    for (const [label, segments] of outlineSegments(this.labels, this.width, this.height, part)) {
      const path = new Path2D();
      for (const [x1, y1, x2, y2] of segments) {
        path.moveTo(x1, y1);
        path.lineTo(x2, y2);
      }
      paths.set(label, path);
    }
    this.tiles.set(tile, paths);
    return paths;
  }

  /** Tiles with the pixels of a rectangle or their neighbours. */
  private *tilesOf({ x0, y0, x1, y1 }: PixelRect): Generator<number> {
    const last = (value: number, count: number): number => Math.min(count - 1, Math.floor((value + 1) / TILE));
    const first = (value: number): number => Math.max(0, Math.floor((value - 1) / TILE));
    for (let y = first(y0); y <= last(y1, this.rows); y++) {
      for (let x = first(x0); x <= last(x1, this.columns); x++) yield y * this.columns + x;
    }
  }
}

/**
 * For each label, the pixel edges between it and anything else, in pixel units from the first
 * pixel's corner.
 * @param part Pixels whose edges are looked for; without it all.
 */
export function outlineSegments(
  labels: Uint8Array,
  width: number,
  height: number,
  { x0, y0, x1, y1 }: PixelRect = { x0: 0, y0: 0, x1: width - 1, y1: height - 1 },
): ReadonlyMap<number, readonly (readonly [number, number, number, number])[]> {
  const segments = new Map<number, [number, number, number, number][]>();
  const add = (label: number, segment: [number, number, number, number]): void => {
    const list = segments.get(label);
    if (list) list.push(segment);
    else segments.set(label, [segment]);
  };
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
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
