/** Region growing from a click within HU limits. */
import type { Vec3 } from '../volume';
import type { MaskChange } from './changes';
import { type Connectivity, type Dimensions, flood, neighbourSteps } from './flood';
import { type EditGrid, toFrame } from './grid';
import { type EditOptions, gateOf, type HuLimits, type HuSource, huTest, type MaskReader } from './options';
import type { Steps } from './steps';

export interface GrowOptions extends EditOptions {
  /** The voxels that are read. */
  readonly scan: HuSource;
  /** Limits within which the region grows, HU, inclusive. */
  readonly hu: HuLimits;
  readonly dimensions: Dimensions;
  readonly connectivity: Connectivity;
  /** mm from the seed (in the patient, so a sphere whatever the spacing); without it unbounded. */
  readonly radius?: number;
  /** Stops here; without it 20 million voxels. */
  readonly maxVoxels?: number;
}

export interface GrownRegion {
  readonly change: MaskChange;
  /** Voxels of the region, those that had the label already among them. */
  readonly voxels: number;
  /** mL of the region. */
  readonly volume: number;
  /** True if the radius or the number of voxels ended the growth: the region probably leaks out of the lesion. */
  readonly bounded: boolean;
}

const MAX_VOXELS = 20_000_000;

/**
 * The region around a seed. It spreads through voxels within the limits that may take the label or
 * have it already; so it goes neither through locked subtypes nor through labels not painted over.
 * @param seed Index (i, j, k), integers. A seed outside the limits gives an empty region.
 */
export function* growRegion(grid: EditGrid, mask: MaskReader, seed: Vec3, options: GrowOptions): Steps<GrownRegion> {
  const { label, radius = Number.POSITIVE_INFINITY, maxVoxels = MAX_VOXELS } = options;
  const gate = gateOf(grid, options);
  const within = huTest(grid, options.scan, options.hu);
  const near = nearTest(grid, seed, radius);
  const plane = grid.width * grid.height;
  let bounded = false;
  const accept = (k: number, offset: number): boolean => {
    if (k < gate.first || k > gate.last) return false;
    const before = mask.slice(k)?.[offset] ?? 0;
    if (before === label ? !within(k * plane + offset) : !gate.allows(k, offset, before, label)) return false;
    if (near(k, offset)) return true;
    bounded = true;
    return false;
  };
  const steps = neighbourSteps(options.dimensions, options.connectivity);
  const region = yield* flood(grid, seed, steps, accept, maxVoxels);
  return {
    change: yield* region.paint(mask, gate, label),
    voxels: region.count,
    volume: region.volume,
    bounded: bounded || region.count >= maxVoxels,
  };
}

/** Test whether a voxel's centre lies within a radius (mm) of the seed's. */
function nearTest(grid: EditGrid, seed: Vec3, radius: number): (k: number, offset: number) => boolean {
  if (radius === Number.POSITIVE_INFINITY) return () => true;
  const [x, y, z] = toFrame(grid, seed);
  const limit = (radius + 1e-6) ** 2;
  return (k, offset) => {
    const j = Math.floor(offset / grid.width);
    const i = offset - j * grid.width;
    const rx = (grid.x0[k] ?? 0) + i * grid.dx - x;
    const ry = (grid.y0[k] ?? 0) + j * grid.dy - y;
    const rz = (grid.z[k] ?? 0) - z;
    return rx * rx + ry * ry + rz * rz <= limit;
  };
}
