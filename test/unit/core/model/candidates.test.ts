import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRuns, paintRuns } from '../../../../src/core/annotation/runs';
import { runSteps } from '../../../../src/core/edit/steps';
import type { MeasureGrid } from '../../../../src/core/measure/grid';
import {
  CANDIDATE_FLOOR,
  CandidateBuilder,
  type CandidateMask,
  type Candidates,
  maskAt,
  maskSteps,
  quantize,
  thresholdLevel,
} from '../../../../src/core/model/candidates';
import type { Vec3 } from '../../../../src/core/volume';

/** Voxels of 1 x 1 mm; slice k stands for extents[k] mm, so a voxel of 1000 mm has 1 mL. */
function gridOf(extents: readonly number[]): MeasureGrid {
  return { column: [1, 0, 0], row: [0, 1, 0], positions: extents.map((_, k) => [0, 0, k]), extents };
}

interface Voxel {
  /** 0 to 255; 0 is no candidate. */
  readonly probability: number;
  readonly label: number;
}

/** Voxels in storage order. */
function candidatesOf(size: Vec3, voxels: readonly Voxel[]): Candidates {
  const builder = new CandidateBuilder(size);
  const plane = size[0] * size[1];
  voxels.forEach(({ probability, label }, n) => {
    if (probability > 0) builder.addQuantized(Math.floor(n / plane), n % plane, probability, label);
  });
  return builder.finish();
}

/** Labels of all voxels, in storage order. */
function dense({ slices }: Pick<CandidateMask, 'slices'>, [width, height, depth]: Vec3): number[] {
  const labels = new Uint8Array(width * height * depth);
  const plane = width * height;
  for (const { slice, runs } of slices)
    paintRuns(runs, labels.subarray(slice * plane, (slice + 1) * plane), width, height);
  return [...labels];
}

/** The same by flood fill, voxel by voxel. */
function slowly(
  size: Vec3,
  voxels: readonly Voxel[],
  extents: readonly number[],
  level: number,
  minimum: number,
): number[] {
  const [width, height, depth] = size;
  const labels = voxels.map(() => 0);
  const seen = new Set<number>();
  const isBlood = (n: number): boolean => (voxels[n]?.probability ?? 0) >= level;
  voxels.forEach((_, start) => {
    if (!isBlood(start) || seen.has(start)) return;
    const lesion = [start];
    seen.add(start);
    for (const n of lesion) {
      const [i, j, k] = [n % width, Math.floor(n / width) % height, Math.floor(n / (width * height))];
      for (let dk = -1; dk <= 1; dk++)
        for (let dj = -1; dj <= 1; dj++)
          for (let di = -1; di <= 1; di++) {
            const [x, y, z] = [i + di, j + dj, k + dk];
            if (x < 0 || y < 0 || z < 0 || x >= width || y >= height || z >= depth) continue;
            const other = (z * height + y) * width + x;
            if (!isBlood(other) || seen.has(other)) continue;
            seen.add(other);
            lesion.push(other);
          }
    }
    const votes = [0, 0, 0, 0, 0, 0];
    let volume = 0;
    for (const n of lesion) {
      const { probability = 0, label = 0 } = voxels[n] ?? {};
      const unit = (extents[Math.floor(n / (width * height))] ?? 0) / 1000;
      volume += unit;
      votes[label] = (votes[label] ?? 0) + probability * unit;
    }
    if (volume < minimum) return;
    for (const n of lesion) labels[n] = votes.indexOf(Math.max(...votes));
  });
  return labels;
}

const SIZE: Vec3 = [7, 6, 4];
const COUNT = 7 * 6 * 4;
/** Quarters of a mL, so that sums are exact. */
const EXTENTS = [250, 250, 500, 1000];

const voxel = fc.record({
  probability: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 13, max: 255 }) },
  ),
  label: fc.integer({ min: 1, max: 5 }),
});
const scan = fc.array(voxel, { minLength: COUNT, maxLength: COUNT });
const threshold = fc.double({ min: 0, max: 1, noNaN: true });

describe('candidates', () => {
  it('keeps one half apart from what lies just below it', () => {
    assert.equal(quantize(0.5), 128);
    assert.equal(quantize(0.499), 127);
    assert.equal(thresholdLevel(0.5), 128);
    assert.equal(quantize(Math.fround(0.5)), thresholdLevel(0.5));
  });

  it('counts what has exactly the threshold as blood, whatever the threshold', () => {
    fc.assert(
      fc.property(fc.double({ min: CANDIDATE_FLOOR, max: 1, noNaN: true }), (t) => quantize(t) >= thresholdLevel(t)),
      { seed: 3 },
    );
  });

  it('does not keep what lies below the floor, and no threshold reaches it', () => {
    const builder = new CandidateBuilder([4, 1, 1]);
    builder.add(0, 0, 0.049, 1);
    builder.add(0, 1, CANDIDATE_FLOOR, 1);
    builder.add(0, 2, Number.NaN, 1);
    builder.add(0, 3, 2, 1);
    const candidates = builder.finish();
    assert.equal(candidates.slices[0]?.probability.length, 2);
    assert.deepEqual(dense(maskAt(candidates, gridOf([1]), 0, 0), [4, 1, 1]), [0, 1, 0, 1]);
  });

  it('takes voxels in any order, and keeps runs within rows', () => {
    const forwards = new CandidateBuilder([4, 3, 2]);
    const backwards = new CandidateBuilder([4, 3, 2]);
    const places = [2, 3, 4, 5, 9];
    for (const place of places) forwards.add(1, place, place / 20 + 0.2, (place % 5) + 1);
    for (const place of places.toReversed()) backwards.add(1, place, place / 20 + 0.2, (place % 5) + 1);
    assert.deepEqual(backwards.finish(), forwards.finish());
    assert.deepEqual([...(forwards.finish().slices[0]?.runs ?? [])], [2, 2, 4, 2, 9, 1]);
  });

  it('refuses a voxel outside of the scan', () => {
    const builder = new CandidateBuilder([4, 3, 2]);
    assert.throws(() => builder.add(2, 0, 1, 1), RangeError);
    assert.throws(() => builder.add(0, 12, 1, 1), RangeError);
  });

  it('gives the mask that a flood fill gives', () => {
    fc.assert(
      fc.property(scan, threshold, fc.integer({ min: 0, max: 12 }), (voxels, t, quarters) => {
        const mask = maskAt(candidatesOf(SIZE, voxels), gridOf(EXTENTS), t, quarters / 4);
        const expected = slowly(SIZE, voxels, EXTENTS, thresholdLevel(t), quarters / 4);
        assert.deepEqual(dense(mask, SIZE), expected);
        const volumes = [0, 0, 0, 0, 0];
        expected.forEach((label, n) => {
          if (label > 0) volumes[label - 1] = (volumes[label - 1] ?? 0) + (EXTENTS[Math.floor(n / 42)] ?? 0) / 1000;
        });
        assert.deepEqual(mask.volumes, volumes);
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  it('gives runs as an encoder of the label image gives them', () => {
    fc.assert(
      fc.property(scan, threshold, (voxels, t) => {
        const mask = maskAt(candidatesOf(SIZE, voxels), gridOf(EXTENTS), t, 0);
        for (const { slice, runs } of mask.slices) {
          const labels = new Uint8Array(42);
          paintRuns(runs, labels, 7, 6);
          assert.deepEqual(runs, encodeRuns(labels, 7, 6), `slice ${slice}`);
        }
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('takes voxels away, and never adds one, when the threshold rises', () => {
    fc.assert(
      fc.property(scan, threshold, threshold, fc.integer({ min: 0, max: 6 }), (voxels, a, b, quarters) => {
        const candidates = candidatesOf(SIZE, voxels);
        const at = (t: number): number[] => dense(maskAt(candidates, gridOf(EXTENTS), t, quarters / 4), SIZE);
        const [low, high] = [at(Math.min(a, b)), at(Math.max(a, b))];
        assert.ok(high.every((label, n) => label === 0 || low[n] !== 0));
      }),
      { seed: 13, numRuns: 400 },
    );
  });

  it('gives each lesion the subtype that its voxels speak for, by probability and volume', () => {
    // Two voxels of 1 mL for SDH at 0.4 each, one of 1 mL for IPH at 0.9; and where that one has 7 mL and 0.2.
    const column = (extents: number[], voxels: readonly [probability: number, label: number][]): number[] => {
      const candidates = candidatesOf(
        [1, 1, voxels.length],
        voxels.map(([probability, label]) => ({ probability: quantize(probability), label })),
      );
      return dense(maskAt(candidates, gridOf(extents), 0, 0), [1, 1, voxels.length]);
    };
    assert.deepEqual(
      column(
        [1000, 1000, 1000],
        [
          [0.4, 2],
          [0.4, 2],
          [0.9, 4],
        ],
      ),
      [4, 4, 4],
    );
    assert.deepEqual(
      column(
        [1000, 1000, 1000],
        [
          [0.5, 2],
          [0.5, 2],
          [0.9, 4],
        ],
      ),
      [2, 2, 2],
    );
    assert.deepEqual(
      column(
        [1000, 1000, 7000],
        [
          [0.5, 2],
          [0.5, 2],
          [0.2, 4],
        ],
      ),
      [4, 4, 4],
    );
  });

  it('does not join across a slice without candidates', () => {
    const none = { probability: 0, label: 1 };
    const candidates = candidatesOf([1, 1, 3], [{ probability: 255, label: 4 }, none, { probability: 100, label: 2 }]);
    assert.deepEqual(dense(maskAt(candidates, gridOf([1, 1, 1]), 0, 0), [1, 1, 3]), [4, 0, 2]);
  });

  it('can be stopped between slices', async () => {
    const candidates = candidatesOf(
      [1, 1, 3],
      [1, 2, 3].map((label) => ({ probability: 200, label })),
    );
    let steps = 0;
    const result = await runSteps(maskSteps(candidates, gridOf([1, 1, 1]), 0.5, 0), {
      pause: () => undefined,
      aborted: () => ++steps === 2,
    });
    assert.equal(result, undefined);
    assert.equal(steps, 2);
  });
});
