/**
 * Connected parts of a dense array of labels, in a slice or in space, by either kind of neighbour.
 * (Lesions as they are listed and measured come from `core/measure`, on runs.)
 */
import { type Connectivity, type Dimensions, neighbourSteps } from './flood';
import { finish, type Steps } from './steps';

/** Voxels visited between two steps. */
const CHUNK = 1 << 15;

export interface Components {
  /** Part number of each voxel, from 1; 0 where the value is 0. */
  readonly parts: Uint32Array;
  readonly count: number;
}

/**
 * Numbers the connected parts: voxels of the same value (not 0) that are neighbours.
 * @param values ni * nj * nk labels, i fastest.
 */
export function* components(
  values: Uint8Array,
  [ni, nj, nk]: readonly [number, number, number],
  dimensions: Dimensions,
  connectivity: Connectivity,
): Steps<Components> {
  const parts = new Uint32Array(values.length);
  const steps = neighbourSteps(dimensions, connectivity);
  const plane = ni * nj;
  const stack: number[] = [];
  let count = 0;
  let visited = 0;
  for (let start = 0; start < values.length; start++) {
    const value = values[start] ?? 0;
    if (value === 0 || parts[start] !== 0) continue;
    parts[start] = ++count;
    stack.push(start);
    for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
      const k = Math.floor(n / plane);
      const j = Math.floor((n - k * plane) / ni);
      const i = n - k * plane - j * ni;
      for (const [di, dj, dk] of steps) {
        if (i + di < 0 || i + di >= ni || j + dj < 0 || j + dj >= nj || k + dk < 0 || k + dk >= nk) continue;
        const neighbour = n + dk * plane + dj * ni + di;
        if (values[neighbour] !== value || parts[neighbour] !== 0) continue;
        parts[neighbour] = count;
        stack.push(neighbour);
      }
      if (++visited % CHUNK === 0) yield { done: start, total: values.length };
    }
  }
  return { parts, count };
}

/** Number of connected parts of a slice. */
export function countComponents(values: Uint8Array, ni: number, nj: number, connectivity: Connectivity): number {
  return finish(components(values, [ni, nj, 1], 2, connectivity)).count;
}
