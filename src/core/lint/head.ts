/**
 * Where the head is in a scan, to a few millimeters: enough to say that a mask lies on the pillow, in
 * the air beside the head, or on a marker. Worked out on cells of about 2 mm within the slices.
 */
import { type HuSource, huReader } from '../edit/options';
import type { Vec3 } from '../volume';

/** HU above which there is tissue, not air; head rests are mostly foam with a thin shell. */
const TISSUE = -200;
/** mm: edge of a cell. */
const CELL = 2;
/** Cells that are taken off all around to part the head from what touches it: shells, tubes, hair. */
const PEEL = 2;
/** Cells that are put back, one more than were taken off: the border is not known better than that. */
const BACK = PEEL + 1;

export interface HeadRegion {
  /** True if a voxel lies in the head or at most a few millimeters from it. */
  contains(i: number, j: number, k: number): boolean;
}

/** The largest connected body of a scan, filled slice by slice. Padding voxels are air. */
export function findHead(scan: HuSource & { readonly size: Vec3; readonly spacing: Vec3 }): HeadRegion {
  const [width, height, depth] = scan.size;
  const step = [0, 1].map((axis) => Math.max(1, Math.round(CELL / (scan.spacing[axis] ?? CELL)))) as [number, number];
  const columns = Math.ceil(width / step[0]);
  const rows = Math.ceil(height / step[1]);
  const plane = columns * rows;
  const hu = huReader(scan);
  const solid: Uint8Array[] = [];
  for (let k = 0; k < depth; k++) {
    const tissue = new Uint8Array(plane);
    for (let y = 0; y < rows; y++) {
      const j = Math.min(height - 1, y * step[1] + (step[1] >> 1));
      for (let x = 0; x < columns; x++) {
        const i = Math.min(width - 1, x * step[0] + (step[0] >> 1));
        tissue[y * columns + x] = hu((k * height + j) * width + i) > TISSUE ? 1 : 0;
      }
    }
    solid.push(filled(tissue, columns, rows));
  }
  const cores = solid.map((cells) => repeat(cells, PEEL, (from) => eroded(from, columns, rows)));
  // A scan of something small has no core; then what there is counts.
  const body = largestBody(cores.some((cells) => cells.includes(1)) ? cores : solid, columns, rows);
  const wide = body.map((cells) => repeat(cells, BACK, (from) => dilated(from, columns, rows)));
  return {
    contains: (i, j, k) => {
      const cell = Math.floor(j / step[1]) * columns + Math.floor(i / step[0]);
      return [k - 1, k, k + 1].some((slice) => wide[slice]?.[cell] === 1);
    },
  };
}

function repeat(cells: Uint8Array, times: number, step: (cells: Uint8Array) => Uint8Array): Uint8Array {
  let result = cells;
  for (let n = 0; n < times; n++) result = step(result);
  return result;
}

/** Everything that the border of the picture does not reach through empty cells (over edges of cells). */
function filled(cells: Uint8Array, columns: number, rows: number): Uint8Array {
  const reached = new Uint8Array(cells.length);
  const stack: number[] = [];
  const reach = (cell: number): void => {
    if (cells[cell] === 1 || reached[cell] === 1) return;
    reached[cell] = 1;
    stack.push(cell);
  };
  for (let x = 0; x < columns; x++) {
    reach(x);
    reach((rows - 1) * columns + x);
  }
  for (let y = 0; y < rows; y++) {
    reach(y * columns);
    reach(y * columns + columns - 1);
  }
  for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
    const x = cell % columns;
    if (x > 0) reach(cell - 1);
    if (x < columns - 1) reach(cell + 1);
    if (cell >= columns) reach(cell - columns);
    if (cell < cells.length - columns) reach(cell + columns);
  }
  return reached.map((value) => 1 - value);
}

/** Cells whose four neighbours are all set. The picture goes on beyond its border as it ends there. */
function eroded(cells: Uint8Array, columns: number, rows: number): Uint8Array {
  return withNeighbours(cells, columns, rows, (cell, left, right, above, below) => cell & left & right & above & below);
}

function dilated(cells: Uint8Array, columns: number, rows: number): Uint8Array {
  return withNeighbours(cells, columns, rows, (cell, left, right, above, below) => cell | left | right | above | below);
}

function withNeighbours(
  cells: Uint8Array,
  columns: number,
  rows: number,
  value: (cell: number, left: number, right: number, above: number, below: number) => number,
): Uint8Array {
  const out = new Uint8Array(cells.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const n = y * columns + x;
      const cell = cells[n] ?? 0;
      const left = x > 0 ? (cells[n - 1] ?? 0) : cell;
      const right = x < columns - 1 ? (cells[n + 1] ?? 0) : cell;
      const above = y > 0 ? (cells[n - columns] ?? 0) : cell;
      const below = y < rows - 1 ? (cells[n + columns] ?? 0) : cell;
      out[n] = value(cell, left, right, above, below);
    }
  }
  return out;
}

/** The largest part that is connected over faces of cells, in 3-D. */
function largestBody(slices: readonly Uint8Array[], columns: number, rows: number): Uint8Array[] {
  const plane = columns * rows;
  const names = new Int32Array(plane * slices.length);
  let [best, bestSize, name] = [0, 0, 0];
  const stack: number[] = [];
  for (let seed = 0; seed < names.length; seed++) {
    if (names[seed] !== 0 || slices[Math.floor(seed / plane)]?.[seed % plane] !== 1) continue;
    name++;
    let size = 0;
    const take = (at: number): void => {
      if (names[at] !== 0 || slices[Math.floor(at / plane)]?.[at % plane] !== 1) return;
      names[at] = name;
      size++;
      stack.push(at);
    };
    take(seed);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const x = at % columns;
      const y = Math.floor((at % plane) / columns);
      if (x > 0) take(at - 1);
      if (x < columns - 1) take(at + 1);
      if (y > 0) take(at - columns);
      if (y < rows - 1) take(at + columns);
      if (at >= plane) take(at - plane);
      if (at + plane < names.length) take(at + plane);
    }
    if (size > bestSize) [best, bestSize] = [name, size];
  }
  return slices
    .map((_, k) => names.subarray(k * plane, (k + 1) * plane))
    .map((part) => Uint8Array.from(part, (value) => (value === best && best > 0 ? 1 : 0)));
}
