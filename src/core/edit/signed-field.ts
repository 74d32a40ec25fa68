/** Signed distance to the outline of a shape in one slice. */
import { squaredDistance2d } from './distance';
import type { Box, EditGrid } from './grid';

/** mm; stands for "no outline", where a shape fills all that is known of the slice. */
const FAR = 1e6;

/**
 * Signed distance in mm, below 0 inside: distance to the nearest member less distance to the nearest
 * pixel that is none. It is 0 half-way between neighbouring pixels of which one is a member.
 */
export class SignedField {
  readonly #values: Float64Array;
  readonly #ni: number;
  readonly #nj: number;

  /**
   * @param members width * height values, 0 or 1, at least one 1; members lie inside the window.
   * @param window Part of the slice for which distances are kept (i0 to i1, j0 to j1).
   */
  constructor(
    readonly grid: EditGrid,
    members: Uint8Array,
    readonly window: Box,
  ) {
    const ni = window.i1 - window.i0 + 1;
    const nj = window.j1 - window.j0 + 1;
    const inside = new Uint8Array(ni * nj);
    for (let j = 0; j < nj; j++) {
      const row = (window.j0 + j) * grid.width + window.i0;
      inside.set(members.subarray(row, row + ni), j * ni);
    }
    const spacing = { ni, nj, dx: grid.dx, dy: grid.dy };
    const toInside = squaredDistance2d(inside, spacing);
    const toOutside = squaredDistance2d(
      inside.map((member) => 1 - member),
      spacing,
    );
    this.#values = toInside.map((square, n) => Math.sqrt(square) - Math.min(FAR, Math.sqrt(toOutside[n] ?? 0)));
    this.#ni = ni;
    this.#nj = nj;
  }

  /** mm at a fractional index (i, j), bilinear; beyond the window the value at its edge and the way there. */
  at(i: number, j: number): number {
    const u = i - this.window.i0;
    const v = j - this.window.j0;
    const cu = Math.max(0, Math.min(this.#ni - 1, u));
    const cv = Math.max(0, Math.min(this.#nj - 1, v));
    const iu = Math.min(Math.max(0, this.#ni - 2), Math.floor(cu));
    const iv = Math.min(Math.max(0, this.#nj - 2), Math.floor(cv));
    const fu = cu - iu;
    const fv = cv - iv;
    const n = iv * this.#ni + iu;
    // The neighbours on the far side are read only where they count: they may not exist.
    const value = (offset: number, weight: number): number =>
      weight === 0 ? 0 : weight * (this.#values[n + offset] ?? 0);
    const inWindow =
      value(0, (1 - fu) * (1 - fv)) +
      value(1, fu * (1 - fv)) +
      value(this.#ni, (1 - fu) * fv) +
      value(this.#ni + 1, fu * fv);
    if (cu === u && cv === v) return inWindow;
    return inWindow + Math.hypot((u - cu) * this.grid.dx, (v - cv) * this.grid.dy);
  }
}
