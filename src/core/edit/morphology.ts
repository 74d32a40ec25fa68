/** Dilation, erosion, opening and closing of voxel sets with an exact disc or ball in mm, and which label is nearest. */
import type { Block } from './block';
import { type BlockGrid, squaredDistances } from './distance';
import type { Dimensions } from './flood';
import type { Steps } from './steps';

/** 1 for each voxel whose centre lies within `radius` mm of the centre of a member (itself included): dilation. */
export function* withinDistance(
  members: Uint8Array,
  grid: BlockGrid,
  radius: number,
  dimensions: Dimensions,
): Steps<Uint8Array> {
  const limit = (radius + 1e-6) ** 2;
  const distances = yield* squaredDistances(members, grid, dimensions, radius);
  const out = new Uint8Array(members.length);
  for (let n = 0; n < out.length; n++) if ((distances[n] ?? 0) <= limit) out[n] = 1;
  return out;
}

/** Members further than `radius` mm from all that is not a member. Outside the array is nothing, so its edge takes nothing away. */
export function* eroded(
  members: Uint8Array,
  grid: BlockGrid,
  radius: number,
  dimensions: Dimensions,
): Steps<Uint8Array> {
  return complement(yield* withinDistance(complement(members), grid, radius, dimensions));
}

/** Erosion, then dilation. The block reaches `radius` beyond the members, or to the grid's edge. */
export function* opened(
  members: Uint8Array,
  grid: BlockGrid,
  radius: number,
  dimensions: Dimensions,
): Steps<Uint8Array> {
  const core = yield* eroded(members, grid, radius, dimensions);
  return yield* withinDistance(core, grid, radius, dimensions);
}

/** Dilation, then erosion. The block reaches twice `radius` beyond the members, or to the grid's edge. */
export function* closed(
  members: Uint8Array,
  grid: BlockGrid,
  radius: number,
  dimensions: Dimensions,
): Steps<Uint8Array> {
  const grown = yield* withinDistance(members, grid, radius, dimensions);
  return yield* eroded(grown, grid, radius, dimensions);
}

function complement(members: Uint8Array): Uint8Array {
  return members.map((member) => (member ? 0 : 1));
}

/**
 * For each voxel of `wanted`, the label whose voxels are nearest (centre to centre).
 * @param sources 1 for the voxels of the block that count.
 * @param labels Labels that count; of equally near ones the first is taken.
 * @returns labels in the block's order; voxels not wanted, or with no label to find, keep theirs.
 */
export function* nearestLabel(
  block: Block,
  wanted: Uint8Array,
  sources: Uint8Array,
  labels: readonly number[],
  grid: BlockGrid,
  dimensions: Dimensions,
): Steps<Uint8Array> {
  const { values } = block;
  const nearest = values.slice();
  const best = new Float64Array(values.length).fill(Number.POSITIVE_INFINITY);
  for (const label of labels) {
    const members = values.map((value, n) => (value === label && sources[n] ? 1 : 0));
    const distances = yield* squaredDistances(members, grid, dimensions);
    for (let n = 0; n < best.length; n++) {
      const distance = distances[n] ?? 0;
      if (!wanted[n] || distance >= (best[n] ?? 0) - 1e-9) continue;
      best[n] = distance;
      nearest[n] = label;
    }
  }
  return nearest;
}
