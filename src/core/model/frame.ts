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
  const box = headBox(picture, width, height, spacing, framing);
  return box && square(box.x0, box.y0, box.x1, box.y1, spacing, framing.margin);
}

/** The box [x0, x1) x [y0, y1) around the head in a picture (HU, row by row), or undefined where it shows none. */
export function headBox(
  picture: Float32Array,
  width: number,
  height: number,
  spacing: readonly [number, number],
  { above, minimumArea }: Pick<HeadFraming, 'above' | 'minimumArea'>,
): { readonly x0: number; readonly x1: number; readonly y0: number; readonly y1: number } | undefined {
  const part = largestPart(picture, width, height, above);
  return part && part.area * spacing[0] * spacing[1] >= minimumArea ? part : undefined;
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
  area: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  /** Index of the part that this one was joined to; its own index if it stands for itself. */
  root: number;
}

/** Box [x0, x1) x [y0, y1) and pixel count of the largest 8-connected part above a value; of equal ones the one met first. */
function largestPart(picture: Float32Array, width: number, height: number, above: number): Part | undefined {
  const parts: Part[] = [];
  const find = (index: number): Part => {
    let part = parts[index] as Part;
    while (part.root !== parts[part.root]?.root) part = parts[part.root] as Part;
    return parts[part.root] as Part;
  };
  /** Runs of the row above and of this one: start, end and part, three numbers each. */
  let previous: number[] = [];
  for (let y = 0; y < height; y++) {
    const runs: number[] = [];
    let first = 0;
    const row = y * width;
    for (let x = 0; x < width; x++) {
      if (!((picture[row + x] as number) > above)) continue;
      const start = x;
      while (x < width && (picture[row + x] as number) > above) x++;
      const part = { area: x - start, x0: start, y0: y, x1: x, y1: y + 1, root: parts.length };
      parts.push(part);
      let own: Part = part;
      // Runs are in order, so those that end before this one begins are done with.
      while (first < previous.length && (previous[first + 1] as number) < start) first += 3;
      for (let n = first; n < previous.length && (previous[n] as number) <= x; n += 3) {
        own = join(own, find(previous[n + 2] as number));
      }
      runs.push(start, x, own.root);
    }
    previous = runs;
  }
  let best: Part | undefined;
  parts.forEach((part, index) => {
    if (part.root === index && (!best || part.area > best.area)) best = part;
  });
  return best;
}

/** Makes one part of two, the one met first, and returns it. */
function join(a: Part, b: Part): Part {
  if (a === b) return a;
  const [kept, other] = a.root < b.root ? [a, b] : [b, a];
  kept.area += other.area;
  kept.x0 = Math.min(kept.x0, other.x0);
  kept.y0 = Math.min(kept.y0, other.y0);
  kept.x1 = Math.max(kept.x1, other.x1);
  kept.y1 = Math.max(kept.y1, other.y1);
  other.root = kept.root;
  return kept;
}
