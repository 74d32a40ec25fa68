/** A lesion, which is a connected part of a mask, and what is measured on it. */
import type { SliceRuns } from '../annotation/runs';
import { type Subtype, subtypeOf } from '../annotation/subtype';
import { addScaled } from '../vec3';
import type { Vec3 } from '../volume';
import { abcOfAreas } from './abc';
import { type MeasureGrid, voxelVolume } from './grid';
import { joinMoments, type LesionPart } from './lesion-part';

export interface Lesion {
  /** From 1, in the order of the list: larger volumes first. */
  readonly number: number;
  readonly subtype: Subtype;
  readonly voxels: number;
  /** mL, every slice with its own extent. */
  readonly volume: number;
  readonly firstSlice: number;
  readonly lastSlice: number;
  /** The lesion alone, by slice. */
  readonly masks: readonly SliceRuns[];
  /** Centre of volume: fractional index (i, j, k) and LPS mm. */
  readonly centroid: Vec3;
  readonly centroidWorld: Vec3;
  /** Estimate of the volume by ABC/2, mL; see abc.ts. */
  readonly abcHalf: number;
  /** Mean and standard deviation of HU over its voxels (padding left out); undefined without voxels to measure. */
  readonly hu?: { readonly mean: number; readonly sd: number };
}

/** A lesion before it has its place in the list. */
export interface MeasuredLesion extends Omit<Lesion, 'number' | 'masks'> {
  /** Its masks, made when they are first asked for: most lesions of a list are only counted. */
  readonly masks: () => readonly SliceRuns[];
}

export function numbered({ masks, ...figures }: MeasuredLesion, number: number): Lesion {
  return {
    number,
    ...figures,
    get masks() {
      return masks();
    },
  };
}

/** Measures a lesion by its parts, in order of their slices; undefined for a label that no subtype has. */
export function joinLesion(parts: readonly LesionPart[], grid: MeasureGrid): MeasuredLesion | undefined {
  const subtype = subtypeOf(parts[0]?.label ?? 0);
  if (subtype === undefined) return undefined;
  let [volume, voxels] = [0, 0];
  const moment: [number, number, number] = [0, 0, 0];
  let world: Vec3 = [0, 0, 0];
  const areas = new Map<number, number>();
  for (const part of parts) {
    areas.set(part.slice, (areas.get(part.slice) ?? 0) + part.voxels);
    const unit = voxelVolume(grid, part.slice);
    voxels += part.voxels;
    volume += part.voxels * unit;
    moment[0] += part.sumI * unit;
    moment[1] += part.sumJ * unit;
    moment[2] += part.voxels * part.slice * unit;
    world = addScaled(world, grid.positions[part.slice] ?? [0, 0, 0], part.voxels * unit);
    world = addScaled(addScaled(world, grid.column, part.sumI * unit), grid.row, part.sumJ * unit);
  }
  let masks: readonly SliceRuns[] | undefined;
  const runsOf = (k: number): Uint32Array[] => parts.filter(({ slice }) => slice === k).map(({ runs }) => runs);
  const { count, mean, squares } = joinMoments(parts.map(({ hu }) => hu));
  return {
    subtype,
    voxels,
    volume,
    firstSlice: parts[0]?.slice ?? 0,
    lastSlice: parts.at(-1)?.slice ?? 0,
    masks: () => {
      masks ??= joinRuns(parts);
      return masks;
    },
    centroid: [moment[0] / volume, moment[1] / volume, moment[2] / volume],
    centroidWorld: [world[0] / volume, world[1] / volume, world[2] / volume],
    abcHalf: abcOfAreas(
      [...areas].map(([slice, count]) => ({ slice, voxels: count })),
      runsOf,
      grid,
    ),
    ...(count > 0 ? { hu: { mean, sd: Math.sqrt(squares / count) } } : {}),
  };
}

/** Parts of one slice as one mask, in the order of runs. */
function joinRuns(parts: readonly LesionPart[]): SliceRuns[] {
  const bySlice = new Map<number, Uint32Array[]>();
  for (const { slice, runs } of parts) {
    const known = bySlice.get(slice);
    if (known) known.push(runs);
    else bySlice.set(slice, [runs]);
  }
  return [...bySlice].map(([slice, [first = new Uint32Array(0), ...others]]) => {
    if (others.length === 0) return { slice, runs: first };
    const runs = [first, ...others].flatMap((list) =>
      Array.from({ length: list.length / 4 }, (_, n) => [...list.subarray(4 * n, 4 * n + 4)]),
    );
    runs.sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0));
    return { slice, runs: Uint32Array.from(runs.flat()) };
  });
}
