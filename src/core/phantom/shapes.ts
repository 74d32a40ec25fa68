/**
 * Distances to simple solids, mm: negative inside, positive outside. Those of ellipsoids are first
 * approximations, good near the surface, which is where they are looked at.
 */

/** 1 inside, 0 outside, with a soft border of `edge` mm on both sides: how much of a voxel a solid covers. */
export function cover(distance: number, edge: number): number {
  const t = 0.5 - distance / (2 * edge);
  if (t <= 0) return 0;
  return t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/** Distance to an ellipsoid around the origin with semi-axes a, b, c. */
export function ellipsoid(x: number, y: number, z: number, a: number, b: number, c: number): number {
  const u = x / a;
  const v = y / b;
  const w = z / c;
  const r = Math.sqrt(u * u + v * v + w * w);
  if (r < 1e-9) return -Math.min(a, b, c);
  const gu = u / a;
  const gv = v / b;
  const gw = w / c;
  return ((r - 1) * r) / Math.sqrt(gu * gu + gv * gv + gw * gw);
}

/** Two ends with their radii, mm. */
export interface Capsule {
  readonly from: readonly [x: number, y: number, z: number, radius: number];
  readonly to: readonly [x: number, y: number, z: number, radius: number];
}

/** Distance to a capsule whose radius changes evenly from end to end. */
export function capsule(x: number, y: number, z: number, { from, to }: Capsule): number {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const dz = to[2] - from[2];
  const px = x - from[0];
  const py = y - from[1];
  const pz = z - from[2];
  const t = Math.max(0, Math.min(1, (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz)));
  const ex = px - t * dx;
  const ey = py - t * dy;
  const ez = pz - t * dz;
  return Math.sqrt(ex * ex + ey * ey + ez * ez) - (from[3] + (to[3] - from[3]) * t);
}

/** A bell of height 1 that has fallen to a quarter at `width`; cheaper than Gauss's. */
export function bell(offset: number, width: number): number {
  const t = offset / width;
  const u = 1 + t * t;
  return 1 / (u * u);
}

/** From 0 far below `at` to 1 far above it, over about `width` on both sides. */
export function step(value: number, at: number, width: number): number {
  return cover(at - value, width);
}

/** Length of a vector in a plane; Math.hypot guards against overflow and is many times slower. */
export function hypot(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
