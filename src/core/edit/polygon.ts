/** Polygon and freehand lasso: fill or erase what an outline encloses, in any of the three planes. */
import type { Vec3 } from '../volume';
import type { EditPlane, SpanSink } from './brush';
import { ChangeRecorder, type MaskChange } from './changes';
import { type EditGrid, toFrame } from './grid';
import { type EditOptions, gateOf, type MaskReader, sliceRange } from './options';

/**
 * What an outline that crosses itself encloses. even-odd: what it goes around twice is a hole.
 * nonzero: that is inside as well, as somebody means it who draws by hand past where he began.
 */
export type FillRule = 'even-odd' | 'nonzero';

/**
 * Gives the voxels inside an outline the label (0 erases).
 *
 * A voxel is inside if its centre is, by the rule; a centre on an edge belongs to one side
 * only, so outlines that share an edge neither overlap nor leave a gap.
 *
 * @param outline Vertices as fractional indices (i, j, k); closed by itself. The plane's own
 *   coordinate (k in axial; y in coronal and x in sagittal planes) is that of the first vertex.
 */
export function fillOutline(
  grid: EditGrid,
  mask: MaskReader,
  plane: EditPlane,
  outline: readonly Vec3[],
  options: EditOptions,
  rule: FillRule = 'even-odd',
): MaskChange {
  const changes = new ChangeRecorder(grid, mask, gateOf(grid, options));
  const { first, last } = sliceRange(grid, options);
  const sink: SpanSink = (k, j, i0, i1) => {
    if (k >= first && k <= last) changes.span(k, j, i0, i1, options.label);
  };
  outlineSpans(grid, plane, outline, sink, rule);
  return changes.finish();
}

/** Voxels inside an outline, as spans ordered by slice, row and column. */
export function outlineSpans(
  grid: EditGrid,
  plane: EditPlane,
  outline: readonly Vec3[],
  sink: SpanSink,
  rule: FillRule = 'even-odd',
): void {
  const start = outline[0];
  if (!start || outline.length < 3) return;
  if (plane === 'axial') {
    const k = Math.round(start[2]);
    if (k < 0 || k >= grid.depth) return;
    const vertices = outline.map(([i, j]) => [i, j] as const);
    const low = Math.max(0, Math.ceil(vertices.reduce((least, [, j]) => Math.min(least, j), grid.height)));
    const high = Math.min(
      grid.height - 1,
      vertices.reduce((most, [, j]) => Math.max(most, j), -1),
    );
    for (let j = low; j <= high; j++) {
      for (const [first, last] of inside(vertices, j, 0, 1, grid.width, rule)) sink(k, j, first, last);
    }
    return;
  }
  const points = outline.map((index) => toFrame(grid, index));
  const [x, y] = toFrame(grid, start);
  for (let k = 0; k < grid.depth; k++) {
    const x0 = grid.x0[k] ?? 0;
    const y0 = grid.y0[k] ?? 0;
    const z = grid.z[k] ?? 0;
    if (plane === 'coronal') {
      const j = Math.round((y - y0) / grid.dy);
      if (j < 0 || j >= grid.height) continue;
      const vertices = points.map((point) => [point[0], point[2]] as const);
      for (const [first, last] of inside(vertices, z, x0, grid.dx, grid.width, rule)) sink(k, j, first, last);
    } else {
      const i = Math.round((x - x0) / grid.dx);
      if (i < 0 || i >= grid.width) continue;
      const vertices = points.map((point) => [point[1], point[2]] as const);
      for (const [first, last] of inside(vertices, z, y0, grid.dy, grid.height, rule)) {
        for (let j = first; j <= last; j++) sink(k, j, i, i);
      }
    }
  }
}

/**
 * Cells of a line whose centres are inside a polygon.
 * @param vertices (u, v) pairs.
 * @param v The line's coordinate.
 * @param start u of the centre of cell 0.
 * @param step u from cell to cell, above 0.
 * @returns [first, last] cells, ascending, clipped to 0 to cells - 1.
 */
function inside(
  vertices: readonly (readonly [number, number])[],
  v: number,
  start: number,
  step: number,
  cells: number,
  rule: FillRule,
): readonly (readonly [number, number])[] {
  const edges: { readonly at: number; readonly turn: 1 | -1 }[] = [];
  let [pu, pv] = vertices.at(-1) ?? [0, 0];
  for (const [qu, qv] of vertices) {
    // Half-open in v, so that a vertex counts once.
    if (pv > v !== qv > v) edges.push({ at: ((qu - pu) * (v - pv)) / (qv - pv) + pu, turn: qv > pv ? 1 : -1 });
    pu = qu;
    pv = qv;
  }
  edges.sort((a, b) => a.at - b.at);
  const out: (readonly [number, number])[] = [];
  let winding = 0;
  let crossed = 0;
  let from = 0;
  for (const { at, turn } of edges) {
    const within = rule === 'nonzero' ? winding !== 0 : crossed % 2 === 1;
    winding += turn;
    crossed++;
    const stays = rule === 'nonzero' ? winding !== 0 : crossed % 2 === 1;
    if (!within && stays) from = at;
    if (!within || stays) continue;
    const first = Math.max(0, firstCellAt(from, start, step));
    const last = Math.min(cells, firstCellAt(at, start, step)) - 1;
    if (first <= last) out.push([first, last]);
  }
  return out;
}

/** First cell whose centre is at or beyond u; exact also where the division rounds. */
function firstCellAt(u: number, start: number, step: number): number {
  let cell = Math.ceil((u - start) / step);
  while (start + (cell - 1) * step >= u) cell--;
  while (start + cell * step < u) cell++;
  return cell;
}
