import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import { invert, type MaskChange } from '../../../../src/core/edit/changes';
import { changeBetween, mergeChanges } from '../../../../src/core/mask/changes';
import { LabelVolume } from '../../../../src/core/mask/label-volume';
import { integer, type Random, random } from '../../../../src/core/phantom/random';
import { blobs, noise } from '../annotation/random-annotation';

type Size = readonly [number, number, number];
const PROPERTY = { seed: 7, numRuns: 200 };
const inputs = fc.record({
  seed: fc.integer(),
  size: fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 4 })),
});

function masksOf(labels: Uint8Array, [width, height, depth]: Size): SliceRuns[] {
  return Array.from({ length: depth }, (_, slice) => {
    const part = labels.subarray(slice * width * height, (slice + 1) * width * height);
    return { slice, runs: encodeRuns(part, width, height) };
  }).filter(({ runs }) => runs.length > 0);
}

function randomLabels(next: Random, size: Size): Uint8Array {
  return next() < 0.5 ? blobs(next, size, 3, 2, 0.3) : noise(next, size[0] * size[1] * size[2], next());
}

/** Some stretches of some rows get other labels. */
function edited(next: Random, labels: Uint8Array, [width]: Size): Uint8Array {
  const result = labels.slice();
  for (let n = integer(next, 0, 12); n > 0; n--) {
    const row = integer(next, 0, labels.length / width - 1) * width;
    const first = integer(next, 0, width - 1);
    result.fill(integer(next, 0, 5), row + first, row + integer(next, first, width - 1) + 1);
  }
  return result;
}

function voxels(volume: LabelVolume): number[] {
  const all: number[] = [];
  for (let k = 0; k < volume.depth; k++)
    for (let j = 0; j < volume.height; j++) for (let i = 0; i < volume.width; i++) all.push(volume.at(i, j, k));
  return all;
}

describe('label volume', () => {
  it('holds what runs say and gives them back', () => {
    fc.assert(
      fc.property(inputs, ({ seed, size }) => {
        const labels = randomLabels(random(seed), size);
        const masks = masksOf(labels, size);
        const volume = new LabelVolume(size, [...masks].reverse());
        assert.deepEqual(voxels(volume), [...labels]);
        assert.deepEqual(volume.masks(), masks);
        for (let k = 0; k < size[2]; k++) assert.equal(volume.slice(k) !== undefined, volume.runs(k).length > 0);
      }),
      PROPERTY,
    );
  });

  it('applies a change, and its inverse takes it back', () => {
    fc.assert(
      fc.property(inputs, ({ seed, size }) => {
        const next = random(seed);
        const before = randomLabels(next, size);
        const after = edited(next, before, size);
        const volume = new LabelVolume(size, masksOf(before, size));
        const change = changeBetween(masksOf(before, size), masksOf(after, size));
        volume.apply(change);
        assert.deepEqual(voxels(volume), [...after]);
        assert.deepEqual(volume.masks(), masksOf(after, size));
        volume.apply(invert(change));
        assert.deepEqual(volume.masks(), masksOf(before, size));
      }),
      PROPERTY,
    );
  });

  it('refuses a change that was made on another mask, whole', () => {
    const volume = new LabelVolume([4, 3, 2], [{ slice: 1, runs: Uint32Array.of(2, 0, 0, 4) }]);
    const change = (slice: number, ...runs: number[]): MaskChange => [
      { slice: 1, runs: Uint32Array.of(0, 0, 1, 2, 3) },
      { slice, runs: Uint32Array.from(runs) },
    ];
    const cases: readonly (readonly [MaskChange, RegExp])[] = [
      [change(0, 1, 2, 1, 4, 5), /Slice 0: column 2, row 1 has label 0, and the change expects 4/],
      [change(0, 1, 3, 2, 0, 5), /columns 3 to 4 lie outside of 4 x 3/],
      [change(0, 3, 0, 1, 0, 5), /row 3/],
      [change(2, 0, 0, 1, 0, 5), /Slice 2 is not one of the 2 slices/],
    ];
    for (const [bad, message] of cases) {
      assert.throws(() => volume.apply(bad), { name: 'RangeError', message });
      assert.deepEqual(volume.masks(), [{ slice: 1, runs: Uint32Array.of(2, 0, 0, 4) }]);
    }
    assert.throws(() => volume.setRuns(1, Uint32Array.of(2, 0, 3, 2)), RangeError);
    assert.throws(() => volume.setRuns(2, new Uint32Array(0)), RangeError);
    assert.deepEqual(volume.masks(), [{ slice: 1, runs: Uint32Array.of(2, 0, 0, 4) }]);
  });

  it('forgets a slice whose last voxel is erased', () => {
    const volume = new LabelVolume([4, 3, 2], [{ slice: 1, runs: Uint32Array.of(2, 0, 0, 1) }]);
    volume.apply([{ slice: 1, runs: Uint32Array.of(0, 0, 1, 2, 0) }]);
    assert.equal(volume.slice(1), undefined);
    volume.setRuns(0, Uint32Array.of(1, 1, 1, 1));
    volume.setRuns(0, new Uint32Array(0));
    assert.deepEqual(volume.masks(), []);
  });
});

describe('changes of masks', () => {
  it('become one change, the smallest that does the same', () => {
    fc.assert(
      fc.property(inputs, ({ seed, size }) => {
        const next = random(seed);
        const a = randomLabels(next, size);
        const b = edited(next, a, size);
        const c = edited(next, b, size);
        const [first, second] = [
          changeBetween(masksOf(a, size), masksOf(b, size)),
          changeBetween(masksOf(b, size), masksOf(c, size)),
        ];
        assert.deepEqual(mergeChanges(first, second), changeBetween(masksOf(a, size), masksOf(c, size)));
        assert.deepEqual(mergeChanges(first, invert(first)), []);
        assert.deepEqual(mergeChanges(first, []), first);
        assert.deepEqual(mergeChanges([], first), first);
      }),
      PROPERTY,
    );
  });

  it('do not become one where the second was made on another mask', () => {
    const first: MaskChange = [{ slice: 3, runs: Uint32Array.of(5, 2, 4, 0, 1) }];
    const second: MaskChange = [{ slice: 3, runs: Uint32Array.of(5, 3, 1, 2, 0) }];
    assert.throws(() => mergeChanges(first, second), /Slice 3, row 5, column 3/);
  });
});
