/** The part of a straight line of voxels that a swept ball covers. */
import type { Vec3 } from '../volume';

/** A straight piece of a pointer's path, grid frame mm. */
export interface Segment {
  readonly a: Vec3;
  readonly b: Vec3;
}

/** Lengths below this, mm, are rounding: a voxel at exactly the radius counts as covered. */
const SLACK = 1e-6;

/**
 * Interval of the line parallel to the first axis, at second coordinate v and third w, that lies
 * within `radius` of the segment: the line through a capsule, which is convex, so one interval.
 * @returns [low, high] on the first axis, mm; undefined if the line misses.
 */
export function lineThroughCapsule(
  { a, b }: Segment,
  radius: number,
  v: number,
  w: number,
): readonly [number, number] | undefined {
  const rr = (radius + SLACK) ** 2;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const extend = (from: number, to: number): void => {
    low = Math.min(low, from);
    high = Math.max(high, to);
  };
  for (const [pu, pv, pw] of [a, b]) {
    const rest = rr - (v - pv) ** 2 - (w - pw) ** 2;
    if (rest >= 0) extend(pu - Math.sqrt(rest), pu + Math.sqrt(rest));
  }
  const body = lineThroughCylinder(a, [b[0] - a[0], b[1] - a[1], b[2] - a[2]], rr, v - a[1], w - a[2]);
  if (body) extend(body[0], body[1]);
  return low <= high ? [low, high] : undefined;
}

/** The same for the body between the two end planes, where the distance to the segment is that to its axis. */
function lineThroughCylinder(
  a: Vec3,
  [du, dv, dw]: Vec3,
  rr: number,
  v: number,
  w: number,
): readonly [number, number] | undefined {
  const length2 = du * du + dv * dv + dw * dw;
  if (length2 === 0) return undefined;
  // With x measured from a: distance to the axis squared is x^2 + v^2 + w^2 - (x du + m)^2 / length2.
  const m = v * dv + w * dw;
  const square = (dv * dv + dw * dw) / length2;
  const constant = v * v + w * w - (m * m) / length2 - rr;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  if (square < 1e-12) {
    if (constant > 0) return undefined;
  } else {
    const half = (du * m) / length2;
    const root = half * half - square * constant;
    if (root < 0) return undefined;
    low = (half - Math.sqrt(root)) / square;
    high = (half + Math.sqrt(root)) / square;
  }
  if (du === 0) {
    if (m < 0 || m > length2) return undefined;
  } else {
    const atA = -m / du;
    const atB = (length2 - m) / du;
    low = Math.max(low, Math.min(atA, atB));
    high = Math.min(high, Math.max(atA, atB));
  }
  return low <= high ? [a[0] + low, a[0] + high] : undefined;
}
