import type { Random } from './random';

const SIZE = 32;
const MASK = SIZE - 1;

/** Smooth random values in space: a lattice of random numbers in [-1, 1], repeating every 32 steps, joined by cubic fades. */
export class Noise {
  private readonly lattice: Float32Array;

  constructor(next: Random) {
    this.lattice = Float32Array.from({ length: SIZE ** 3 }, () => 2 * next() - 1);
  }

  /** Value at a point; one lattice step is one unit. */
  at(x: number, y: number, z: number): number {
    const { lattice } = this;
    const fx = Math.floor(x);
    const fy = Math.floor(y);
    const fz = Math.floor(z);
    const u = fade(x - fx);
    const v = fade(y - fy);
    const w = fade(z - fz);
    const x0 = fx & MASK;
    const x1 = (fx + 1) & MASK;
    const y0 = (fy & MASK) * SIZE;
    const y1 = ((fy + 1) & MASK) * SIZE;
    const z0 = (fz & MASK) * SIZE * SIZE;
    const z1 = ((fz + 1) & MASK) * SIZE * SIZE;
    const a = mix(lattice[x0 + y0 + z0] ?? 0, lattice[x1 + y0 + z0] ?? 0, u);
    const b = mix(lattice[x0 + y1 + z0] ?? 0, lattice[x1 + y1 + z0] ?? 0, u);
    const c = mix(lattice[x0 + y0 + z1] ?? 0, lattice[x1 + y0 + z1] ?? 0, u);
    const d = mix(lattice[x0 + y1 + z1] ?? 0, lattice[x1 + y1 + z1] ?? 0, u);
    return mix(mix(a, b, v), mix(c, d, v), w);
  }
}

function fade(t: number): number {
  return t * t * (3 - 2 * t);
}

/** a for t = 0, b for t = 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
