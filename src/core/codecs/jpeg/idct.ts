/**
 * Inverse 8x8 DCT in floating point: the factored form of Arai, Agui and Nakajima (1988), whose
 * scale factors are folded into the quantization table.
 */

/** cos(k pi / 16) * sqrt(2), 1 for k = 0. */
const scales = Float64Array.from({ length: 8 }, (_, k) => (k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2));

const c4 = Math.SQRT2;
const c2 = 2 * Math.cos(Math.PI / 8);
const c2minusC6 = 2 * (Math.cos(Math.PI / 8) - Math.cos((3 * Math.PI) / 8));
const c2plusC6 = 2 * (Math.cos(Math.PI / 8) + Math.cos((3 * Math.PI) / 8));

/** Factors of the 64 coefficients in natural (row by row) order, from a quantization table in the same order. */
export function idctFactors(quantization: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: 64 },
    (_, n) => ((quantization[n] ?? 1) * (scales[n >> 3] ?? 1) * (scales[n & 7] ?? 1)) / 8,
  );
}

const work = new Float64Array(64);

/**
 * Samples of one block, before the level shift.
 * @param coefficients quantized, natural order, from `start` on
 * @param output 64 numbers, row by row
 */
export function inverseDct(coefficients: Int16Array, start: number, factors: Float64Array, output: Float64Array): void {
  for (let n = 0; n < 64; n++) work[n] = (coefficients[start + n] ?? 0) * (factors[n] ?? 0);
  for (let column = 0; column < 8; column++) transform(work, work, column, 8);
  for (let row = 0; row < 8; row++) transform(work, output, row * 8, 1);
}

/** One line of eight numbers, `step` apart. */
function transform(from: Float64Array, to: Float64Array, start: number, step: number): void {
  const at = (n: number): number => from[start + n * step] ?? 0;
  const [a0, a1, a2, a3] = [at(0), at(2), at(4), at(6)];
  const sum = a0 + a2;
  const difference = a0 - a2;
  const sum13 = a1 + a3;
  const rest = (a1 - a3) * c4 - sum13;
  const [e0, e1, e2, e3] = [sum + sum13, difference + rest, difference - rest, sum - sum13];

  const [b0, b1, b2, b3] = [at(1), at(3), at(5), at(7)];
  const z13 = b2 + b1;
  const z10 = b2 - b1;
  const z11 = b0 + b3;
  const z12 = b0 - b3;
  const z5 = (z10 + z12) * c2;
  const o0 = z11 + z13;
  const o1 = z5 - z10 * c2plusC6 - o0;
  const o2 = (z11 - z13) * c4 - o1;
  const o3 = z5 - z12 * c2minusC6 - o2;

  to[start] = e0 + o0;
  to[start + step] = e1 + o1;
  to[start + 2 * step] = e2 + o2;
  to[start + 3 * step] = e3 + o3;
  to[start + 4 * step] = e3 - o3;
  to[start + 5 * step] = e2 - o2;
  to[start + 6 * step] = e1 - o1;
  to[start + 7 * step] = e0 - o0;
}
