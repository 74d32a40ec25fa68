/** The labels of a plane's slices as images, kept in step with the mask by what changes in it. */
import type { Box } from '../../core/edit/grid';
import type { MaskReader } from '../../core/edit/options';
import type { DisplayPlane } from '../../core/reformat';
import type { Vec3 } from '../../core/volume';

/** Pixels x0 to x1 and y0 to y1 of an image, inclusive. */
export interface PixelRect {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Size of a plane's images, and between their pixels and the volume's indices. */
export type PixelMapping = Pick<DisplayPlane, 'width' | 'height' | 'toIndex' | 'fromIndex'>;

/** Changes that an image remembers one by one; older ones are joined. */
const REMEMBERED = 16;

/** The labels of one slice of a plane, row by row. Each pixel has the label of its nearest voxel. */
export class LabelImage {
  readonly pixels: Uint8Array;
  /** Counts changes of the pixels. */
  version = 0;
  private changes: { readonly version: number; readonly rect: PixelRect }[] = [];

  constructor(
    private readonly plane: PixelMapping,
    private readonly mask: MaskReader & { readonly size: Vec3 },
    private readonly slice: number,
  ) {
    this.pixels = new Uint8Array(plane.width * plane.height);
    this.read({ x0: 0, y0: 0, x1: plane.width - 1, y1: plane.height - 1 });
  }

  /** Reads the pixels that show voxels of the boxes again. */
  refresh(boxes: readonly Box[]): void {
    let rect: PixelRect | undefined;
    for (const box of boxes) {
      const part = pixelsOf(this.plane, box, this.slice);
      if (part) rect = rect ? union(rect, part) : part;
    }
    if (!rect) return;
    this.read(rect);
    this.version++;
    const { changes } = this;
    changes.push({ version: this.version, rect });
    if (changes.length <= REMEMBERED) return;
    const [first, second] = changes.splice(0, 2);
    if (first && second) changes.unshift({ version: second.version, rect: union(first.rect, second.rect) });
  }

  /** What has changed since a version; undefined if nothing has. */
  changedSince(version: number): PixelRect | undefined {
    let rect: PixelRect | undefined;
    for (const change of this.changes) {
      if (change.version > version) rect = rect ? union(rect, change.rect) : change.rect;
    }
    return rect;
  }

  private read({ x0, y0, x1, y1 }: PixelRect): void {
    const { mask, pixels, plane, slice } = this;
    const [columns, rows, depth] = mask.size;
    const label = (i: number, j: number, k: number): number => {
      const [ni, nj, nk] = [Math.round(i), Math.round(j), Math.round(k)];
      if (ni < 0 || nj < 0 || nk < 0 || ni >= columns || nj >= rows || nk >= depth) return 0;
      return mask.slice(nk)?.[nj * columns + ni] ?? 0;
    };
    for (let y = y0; y <= y1; y++) {
      const start = plane.toIndex(0, y, slice);
      const next = plane.toIndex(1, y, slice);
      const row = y * plane.width;
      // Within a slice of the volume the mapping is affine, so two pixels give the whole row.
      const withinSlice = Math.abs(next[2] - start[2]) < 1e-6;
      if (withinSlice && !mask.slice(Math.round(start[2]))) {
        pixels.fill(0, row + x0, row + x1 + 1);
        continue;
      }
      const [di, dj] = [next[0] - start[0], next[1] - start[1]];
      for (let x = x0; x <= x1; x++) {
        pixels[row + x] = withinSlice
          ? label(start[0] + x * di, start[1] + x * dj, start[2])
          : label(...plane.toIndex(x, y, slice));
      }
    }
  }
}

/** Images that a plane keeps, for going back and forth. */
const KEPT = 8;

/** The label images of a plane. */
export class PlaneLabels {
  private readonly images = new Map<number, LabelImage>();

  constructor(
    private readonly plane: PixelMapping,
    private readonly mask: MaskReader & { readonly size: Vec3; readonly empty: boolean },
  ) {}

  /** The image of a slice; undefined where no voxel of the scan has a label. */
  image(slice: number): LabelImage | undefined {
    let image = this.images.get(slice);
    if (!image && this.mask.empty) return undefined;
    if (!image) {
      const oldest = this.images.keys().next();
      if (this.images.size >= KEPT && !oldest.done) this.images.delete(oldest.value);
      image = new LabelImage(this.plane, this.mask, slice);
      this.images.set(slice, image);
    }
    return image;
  }

  /** Takes over a change of the mask; undefined: anything may have changed. */
  changed(boxes: readonly Box[] | undefined): void {
    if (!boxes) this.images.clear();
    else for (const image of this.images.values()) image.refresh(boxes);
  }
}

/** The pixels of a plane's slice that show voxels of a box. */
export function pixelsOf(plane: PixelMapping, box: Box, slice: number): PixelRect | undefined {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  // Planes across tilted slices follow them slice by slice, and a pixel half-way shows the nearer one.
  for (let k = box.k0 - 0.5; k <= box.k1 + 0.5; k += 0.5) {
    for (const j of [box.j0 - 0.5, box.j1 + 0.5]) {
      for (const i of [box.i0 - 0.5, box.i1 + 0.5]) {
        const pixel = plane.fromIndex([i, j, k]);
        for (const axis of [0, 1, 2] as const) {
          low[axis] = Math.min(low[axis], pixel[axis]);
          high[axis] = Math.max(high[axis], pixel[axis]);
        }
      }
    }
  }
  // Pixel centres are whole numbers; a little more, since rounding must not lose one.
  const slack = 1e-3;
  if (slice < low[2] - slack || slice > high[2] + slack) return undefined;
  const x0 = Math.max(0, Math.ceil(low[0] - slack));
  const y0 = Math.max(0, Math.ceil(low[1] - slack));
  const x1 = Math.min(plane.width - 1, Math.floor(high[0] + slack));
  const y1 = Math.min(plane.height - 1, Math.floor(high[1] + slack));
  return x0 <= x1 && y0 <= y1 ? { x0, y0, x1, y1 } : undefined;
}

function union(a: PixelRect, b: PixelRect): PixelRect {
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}
