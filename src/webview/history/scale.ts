/** Places of commits and volumes in the graph. */

/** The graph's drawing area, in units of its viewBox. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Round steps of an axis from 0 that reach at least `largest`: 1, 2 or 5 times a power of ten. */
export function ticks(largest: number, atMost = 5): number[] {
  if (!(largest > 0)) return [0, 1];
  const rough = largest / atMost;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough - 1e-12) ?? 10 * power;
  const count = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, n) => Number((n * step).toPrecision(12)));
}

/** Horizontal place of commit n of `count`: evenly spaced, a single one in the middle. */
export function columnOf(n: number, count: number, { left, width }: Frame): number {
  return count === 1 ? left + width / 2 : left + (n * width) / (count - 1);
}

/** Vertical place of a volume. */
export function rowOf(volume: number, largest: number, { top, height }: Frame): number {
  return top + height * (1 - volume / largest);
}

/** The commit nearest to a horizontal place. */
export function commitAt(x: number, count: number, frame: Frame): number {
  if (count === 1) return 0;
  return Math.max(0, Math.min(count - 1, Math.round(((x - frame.left) / frame.width) * (count - 1))));
}
