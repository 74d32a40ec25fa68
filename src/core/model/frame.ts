/** Which part of a picture a model sees: a square around the head. */

/** A square in pixel coordinates of a picture: pixel p covers [p, p + 1). May reach beyond the picture, which is air there. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  /** Side along x and along y in pixels; they differ where pixels are not square, since the frame is a square in mm. */
  readonly width: number;
  readonly height: number;
}

export interface HeadFraming {
  readonly kind: 'head';
  /** HU above which a pixel may belong to the head. */
  readonly above: number;
  /** Pictures whose largest connected part is smaller, mm², show no head and are passed by. */
  readonly minimumArea: number;
  /** Margin on each side as a part of the longer side of the head's box. */
  readonly margin: number;
}

export interface WholeFraming {
  /** The whole picture, enlarged to a square. */
  readonly kind: 'whole';
}

/** The frame of a picture (HU, row by row), or undefined where it shows no head. `spacing`: mm along x and y. */
export function frameOf(
  picture: Float32Array,
  width: number,
  height: number,
  spacing: readonly [number, number],
  framing: HeadFraming | WholeFraming,
): Frame | undefined {
  if (framing.kind === 'whole') return square(0, 0, width, height, spacing, 0);
  const box = largestPart(picture, width, height, framing.above);
  if (!box || box.area * spacing[0] * spacing[1] < framing.minimumArea) return undefined;
  return square(box.x0, box.y0, box.x1, box.y1, spacing, framing.margin);
}

/** A square in mm with the centre of the box [x0, x1) x [y0, y1), as long as its longer side and the margins. */
function square(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  [sx, sy]: readonly [number, number],
  margin: number,
): Frame {
  const side = Math.max((x1 - x0) * sx, (y1 - y0) * sy) * (1 + 2 * margin);
  const width = side / sx;
  const height = side / sy;
  return { x: (x0 + x1 - width) / 2, y: (y0 + y1 - height) / 2, width, height };
}

interface Part {
  readonly area: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Box [x0, x1) x [y0, y1) and pixel count of the largest 8-connected part above a value; of equal ones the one met first. */
function largestPart(picture: Float32Array, width: number, height: number, above: number): Part | undefined {
  const seen = new Uint8Array(width * height);
  const stack = new Int32Array(width * height);
  let best: Part | undefined;
  for (let start = 0; start < picture.length; start++) {
    if (seen[start] || !((picture[start] ?? 0) > above)) continue;
    let [area, x0, y0, x1, y1, top] = [0, width, height, 0, 0, 0];
    seen[start] = 1;
    stack[top++] = start;
    while (top > 0) {
      const pixel = stack[--top] ?? 0;
      const x = pixel % width;
      const y = (pixel - x) / width;
      area++;
      if (x < x0) x0 = x;
      if (x >= x1) x1 = x + 1;
      if (y < y0) y0 = y;
      if (y >= y1) y1 = y + 1;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (seen[next] || !((picture[next] ?? 0) > above)) continue;
          seen[next] = 1;
          stack[top++] = next;
        }
      }
    }
    if (!best || area > best.area) best = { area, x0, y0, x1, y1 };
  }
  return best;
}
