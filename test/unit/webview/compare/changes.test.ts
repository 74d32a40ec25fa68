import assert from 'node:assert/strict';
import fc from 'fast-check';
import { masksOf } from '../../../../src/core/annotation/annotation';
import { paintRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import { labelOf } from '../../../../src/core/annotation/subtype';
import { gridOfImage } from '../../../../src/core/measure/compare';
import { random } from '../../../../src/core/phantom/random';
import type { Vec3 } from '../../../../src/core/volume';
import { changesBetween, changeTable } from '../../../../src/webview/compare/changes';
import { annotationOf, blobs } from '../../core/annotation/random-annotation';

/** The labels of runs, all slices after each other. */
function labels(slices: readonly SliceRuns[], [width, height, depth]: Vec3): Uint8Array {
  const all = new Uint8Array(width * height * depth);
  for (const { slice, runs } of slices)
    paintRuns(runs, all.subarray(slice * width * height, (slice + 1) * width * height), width, height);
  return all;
}

const sizes = fc.tuple(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 16 }),
  fc.integer({ min: 1, max: 4 }),
);

describe('the image of changes', () => {
  it('is what comparing voxel by voxel gives', () => {
    fc.assert(
      fc.property(fc.integer(), sizes, (seed, size) => {
        const next = random(seed);
        const [before, after] = [blobs(next, size, 3, 2, 0.3), blobs(next, size, 3, 2, 0.3)];
        const [old, young] = [before, after].map((voxels) => masksOf(annotationOf(voxels, size))) as [
          SliceRuns[],
          SliceRuns[],
        ];
        const { changed, same, slices } = changesBetween(old, young);
        const at = [...before.keys()];
        const kind = (n: number): number => {
          const [from = 0, to = 0] = [before[n], after[n]];
          return from === to ? 0 : from === 0 ? 1 : to === 0 ? 2 : 3;
        };
        assert.deepEqual([...labels(changed, size)], at.map(kind));
        assert.deepEqual(
          [...labels(same, size)],
          at.map((n) => (before[n] === after[n] ? (after[n] ?? 0) : 0)),
        );
        const area = size[0] * size[1];
        const counts = Array.from({ length: size[2] }, (_, k) =>
          [1, 2, 3].map((label) => at.filter((n) => Math.floor(n / area) === k && kind(n) === label).length),
        );
        assert.deepEqual(
          slices.map(({ slice, added, removed, relabeled }) => [slice, added, removed, relabeled]),
          counts.flatMap((count, k) => (count.some((voxels) => voxels > 0) ? [[k, ...count]] : [])),
        );
      }),
      { numRuns: 300, seed: 20261123 },
    );
  });

  it('sums all blood, where a relabeled voxel has stayed blood', () => {
    const size: Vec3 = [4, 1, 1];
    const [before, after] = [Uint8Array.of(1, 1, 4, 0), Uint8Array.of(1, 4, 4, 4)];
    const old = annotationOf(before, size);
    const { subtypes, all } = changeTable(masksOf(old), masksOf(annotationOf(after, size)), gridOfImage(old));
    assert.deepEqual(
      subtypes.map(({ subtype, added, removed }) => [labelOf(subtype), added, removed]),
      [
        [1, 0, 1],
        [4, 2, 0],
      ],
    );
    assert.deepEqual([all?.added, all?.removed, all?.dice], [1, 0, 6 / 7]);
  });

  it('has no row for all blood where there is one subtype', () => {
    const size: Vec3 = [2, 1, 1];
    const old = annotationOf(Uint8Array.of(4, 0), size);
    const table = changeTable(masksOf(old), [], gridOfImage(old));
    assert.equal(table.subtypes.length, 1);
    assert.equal(table.all, undefined);
  });
});
