/** Connected voxels from a seed, and the sparse set of voxels that holds them. */
import type { Vec3 } from '../volume';
import { ChangeRecorder, type MaskChange } from './changes';
import type { EditGrid } from './grid';
import type { Gate, MaskReader } from './options';
import type { Steps } from './steps';

/** In a slice or over slices. */
export type Dimensions = 2 | 3;

/** Neighbours that share a face (4 in 2-D, 6 in 3-D), or also those that share an edge or corner (8, 26). */
export type Connectivity = 'face' | 'full';

/** Voxels visited between two steps. */
const CHUNK = 1 << 15;

/** A set of voxels, one byte a voxel in the slices that it touches. */
export class VoxelSet {
  readonly slices = new Map<number, Uint8Array>();
  count = 0;

  constructor(readonly grid: EditGrid) {}

  has(k: number, offset: number): boolean {
    return this.slices.get(k)?.[offset] === 1;
  }

  /** Adds a voxel (offset = j * width + i) that is not in the set. */
  add(k: number, offset: number): void {
    let slice = this.slices.get(k);
    if (!slice) {
      slice = new Uint8Array(this.grid.width * this.grid.height);
      this.slices.set(k, slice);
    }
    slice[offset] = 1;
    this.count++;
  }

  /** mL, with each slice's own extent. */
  get volume(): number {
    const { dx, dy, extent } = this.grid;
    let cubicMillimetres = 0;
    for (const [k, voxels] of this.slices) {
      let count = 0;
      for (const voxel of voxels) count += voxel;
      cubicMillimetres += count * dx * dy * (extent[k] ?? 0);
    }
    return cubicMillimetres / 1000;
  }

  /** The change that gives all voxels of the set a label, where the gate allows. */
  paint(mask: MaskReader, gate: Gate, label: number): MaskChange {
    const { width, height } = this.grid;
    const changes = new ChangeRecorder(this.grid, mask, gate);
    for (const [k, voxels] of [...this.slices].sort(([a], [b]) => a - b)) {
      for (let j = 0; j < height; j++) {
        for (let i = 0; i < width; i++) if (voxels[j * width + i]) changes.voxel(k, j, i, label);
      }
    }
    return changes.finish();
  }
}

/** Index steps (di, dj, dk) to a voxel's neighbours. */
export function neighbourSteps(dimensions: Dimensions, connectivity: Connectivity): readonly Vec3[] {
  const around = [-1, 0, 1] as const;
  const steps: Vec3[] = [];
  for (const dk of dimensions === 2 ? ([0] as const) : around) {
    for (const dj of around) {
      for (const di of around) {
        const moved = Math.abs(di) + Math.abs(dj) + Math.abs(dk);
        if (moved > 0 && (connectivity === 'full' || moved === 1)) steps.push([di, dj, dk]);
      }
    }
  }
  return steps;
}

/**
 * The voxels that are connected to a seed through voxels that are accepted, nearest (in steps) first.
 * @param seed Index (integers); nothing is found if it is outside or not accepted itself.
 * @param accept Asked once or more for a voxel; offset = j * width + i.
 * @param most Stops when the set holds this many voxels.
 */
export function* flood(
  grid: EditGrid,
  seed: Vec3,
  steps: readonly Vec3[],
  accept: (k: number, offset: number) => boolean,
  most = Number.POSITIVE_INFINITY,
): Steps<VoxelSet> {
  const { width, height, depth } = grid;
  const plane = width * height;
  const found = new VoxelSet(grid);
  const inGrid = (i: number, j: number, k: number): boolean =>
    i >= 0 && i < width && j >= 0 && j < height && k >= 0 && k < depth;
  const [si, sj, sk] = seed;
  if (!inGrid(si, sj, sk) || !accept(sk, sj * width + si)) return found;
  found.add(sk, sj * width + si);
  let wave = [sk * plane + sj * width + si];
  let visited = 0;
  while (wave.length > 0) {
    const next: number[] = [];
    for (const voxel of wave) {
      const k = Math.floor(voxel / plane);
      const rest = voxel - k * plane;
      const j = Math.floor(rest / width);
      const i = rest - j * width;
      for (const [di, dj, dk] of steps) {
        if (!inGrid(i + di, j + dj, k + dk)) continue;
        const offset = rest + dj * width + di;
        if (found.has(k + dk, offset) || !accept(k + dk, offset)) continue;
        if (found.count >= most) return found;
        found.add(k + dk, offset);
        next.push(voxel + dk * plane + dj * width + di);
      }
      if (++visited % CHUNK === 0) yield { done: found.count, total: Math.min(most, plane * depth) };
    }
    wave = next;
  }
  return found;
}
