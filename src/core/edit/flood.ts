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

/** What a byte of a voxel set says: not asked yet, member, asked and refused. */
const MEMBER = 1;
const REFUSED = 2;

/** A set of voxels, one byte a voxel in the slices that it touches. */
export class VoxelSet {
  readonly #slices: (Uint8Array | undefined)[];
  count = 0;

  constructor(readonly grid: EditGrid) {
    this.#slices = new Array<Uint8Array | undefined>(grid.depth).fill(undefined);
  }

  /** True if voxel offset = j * width + i of slice k is in the set. */
  has(k: number, offset: number): boolean {
    return this.#slices[k]?.[offset] === MEMBER;
  }

  /** Adds a voxel if it is neither in the set nor was refused before, and if it is accepted; true if it was added. */
  offer(k: number, offset: number, accept: (k: number, offset: number) => boolean): boolean {
    let slice = this.#slices[k];
    if (slice?.[offset]) return false;
    const accepted = accept(k, offset);
    if (!slice) {
      // A slice that is only asked for is not kept: many floods end at their slice's neighbours.
      if (!accepted) return false;
      slice = new Uint8Array(this.grid.width * this.grid.height);
      this.#slices[k] = slice;
    }
    slice[offset] = accepted ? MEMBER : REFUSED;
    if (accepted) this.count++;
    return accepted;
  }

  /** mL, with each slice's own extent. */
  get volume(): number {
    const { dx, dy, extent } = this.grid;
    let cubicMillimetres = 0;
    this.#slices.forEach((voxels, k) => {
      let count = 0;
      for (const voxel of voxels ?? []) if (voxel === MEMBER) count++;
      cubicMillimetres += count * dx * dy * (extent[k] ?? 0);
    });
    return cubicMillimetres / 1000;
  }

  /** The change that gives all voxels of the set a label, where the gate allows. */
  *paint(mask: MaskReader, gate: Gate, label: number): Steps<MaskChange> {
    const { width, height, depth } = this.grid;
    const changes = new ChangeRecorder(this.grid, mask, gate);
    for (let k = 0; k < depth; k++) {
      const voxels = this.#slices[k];
      if (!voxels) continue;
      for (let j = 0; j < height; j++) {
        const row = j * width;
        for (let i = 0; i < width; i++) {
          if (voxels[row + i] !== MEMBER) continue;
          const first = i;
          while (i + 1 < width && voxels[row + i + 1] === MEMBER) i++;
          changes.span(k, j, first, i, label);
        }
      }
      yield { done: k + 1, total: depth };
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
 * @param accept Whether a voxel of slice k belongs; offset = j * width + i.
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
  const [si, sj, sk] = seed;
  if (si < 0 || si >= width || sj < 0 || sj >= height || sk < 0 || sk >= depth) return found;
  if (!found.offer(sk, sj * width + si, accept)) return found;
  let wave = [sk * plane + sj * width + si];
  let visited = 0;
  while (wave.length > 0 && found.count < most) {
    const next: number[] = [];
    for (const voxel of wave) {
      const k = Math.floor(voxel / plane);
      const rest = voxel - k * plane;
      const j = Math.floor(rest / width);
      const i = rest - j * width;
      for (const [di, dj, dk] of steps) {
        if (i + di < 0 || i + di >= width || j + dj < 0 || j + dj >= height || k + dk < 0 || k + dk >= depth) continue;
        if (!found.offer(k + dk, rest + dj * width + di, accept)) continue;
        if (found.count >= most) return found;
        next.push(voxel + dk * plane + dj * width + di);
      }
      if (++visited % CHUNK === 0) yield { done: found.count, total: Math.min(most, plane * depth) };
    }
    wave = next;
  }
  return found;
}
