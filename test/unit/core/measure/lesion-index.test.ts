import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import { finish } from '../../../../src/core/edit/steps';
import { measureGrid } from '../../../../src/core/measure/grid';
import type { Lesion } from '../../../../src/core/measure/lesion';
import { LesionIndex } from '../../../../src/core/measure/lesion-index';
import { lesionAt, measureLesions } from '../../../../src/core/measure/lesions';
import { random } from '../../../../src/core/phantom/random';
import type { Vec3 } from '../../../../src/core/volume';
import { noise } from '../annotation/random-annotation';

const size: Vec3 = [18, 14, 6];
const [width, height, depth] = size;
const plane = width * height;
const grid = measureGrid({
  spacing: [0.5, 0.5, 3],
  direction: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  slicePositions: Array.from({ length: depth }, (_, k): Vec3 => [0, 0, 3 * k]),
  sliceExtents: Array.from({ length: depth }, (_, k) => 3 + k),
});
const scan = {
  voxels: Int16Array.from({ length: plane * depth }, (_, n) => (n * 37) % 91),
  slope: 1,
  intercept: -10,
  size,
};

const runsOf = (labels: Uint8Array, k: number): Uint32Array =>
  encodeRuns(labels.subarray(k * plane, (k + 1) * plane), width, height);
const masksOf = (labels: Uint8Array): SliceRuns[] =>
  Array.from({ length: depth }, (_, slice) => ({ slice, runs: runsOf(labels, slice) }));

/** Figures rounded where sums in another order differ. */
const figures = (lesions: readonly Lesion[]): unknown =>
  lesions.map(({ number, subtype, voxels, volume, firstSlice, lastSlice, masks, abcHalf, hu }) => ({
    number,
    subtype,
    voxels,
    volume: volume.toFixed(9),
    slices: [firstSlice, lastSlice],
    masks,
    abcHalf: abcHalf.toFixed(9),
    hu: [hu?.mean.toFixed(6), hu?.sd.toFixed(6)],
  }));

describe('the lesions of a mask that is edited', () => {
  it('are those of the mask as a whole, after every edit', () => {
    const inputs = fc.record({ seed: fc.integer(), density: fc.constantFrom(0.02, 0.1, 0.3) });
    fc.assert(
      fc.property(inputs, ({ seed, density }) => {
        const next = random(seed);
        const labels = noise(next, plane * depth, density);
        const index = new LesionIndex(grid, scan);
        const changed = new Set(Array.from({ length: depth }, (_, k) => k));
        for (let edit = 0; edit < 5; edit++) {
          const lesions = finish(index.update((k) => runsOf(labels, k), changed));
          assert.equal(changed.size, 0);
          const whole = measureLesions(masksOf(labels), grid, scan);
          assert.deepEqual(figures(lesions), figures(whole));
          labels.forEach((_, n) => {
            const at: Vec3 = [n % width, Math.floor(n / width) % height, Math.floor(n / plane)];
            assert.equal(index.at(at)?.number, lesionAt(lesions, at)?.number);
          });
          const k = Math.floor(next() * depth);
          labels.set(noise(next, plane, density), k * plane);
          changed.add(k);
        }
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  it('asks only for slices that have changed', () => {
    const labels = noise(random(3), plane * depth, 0.2);
    const index = new LesionIndex(grid, scan);
    const asked: number[] = [];
    const read = (k: number): Uint32Array => {
      asked.push(k);
      return runsOf(labels, k);
    };
    finish(index.update(read, new Set([0, 1, 2, 3, 4, 5])));
    asked.length = 0;
    finish(index.update(read, new Set([4])));
    assert.deepEqual(asked, [4]);
  });

  it('goes on where an update was stopped', () => {
    const labels = noise(random(5), plane * depth, 0.2);
    const index = new LesionIndex(grid, scan);
    const changed = new Set([0, 1, 2, 3, 4, 5]);
    const stopped = index.update((k) => runsOf(labels, k), changed);
    stopped.next();
    stopped.next();
    assert.deepEqual([...changed], [2, 3, 4, 5]);
    const lesions = finish(index.update((k) => runsOf(labels, k), changed));
    assert.deepEqual(figures(lesions), figures(measureLesions(masksOf(labels), grid, scan)));
  });

  it('measures a box as it is: volume, mean and SD, ABC/2', () => {
    const labels = new Uint8Array(plane * depth);
    for (let k = 1; k <= 2; k++)
      for (let j = 2; j < 8; j++) labels.fill(4, k * plane + j * width + 3, k * plane + j * width + 11);
    const voxels = Int16Array.from(labels, (_, n) => (n % 2 === 0 ? 60 : 70));
    const index = new LesionIndex(grid, { voxels, slope: 1, intercept: 0, size });
    const [lesion, ...others] = finish(index.update((k) => runsOf(labels, k), new Set([1, 2])));
    assert.equal(others.length, 0);
    // 8 x 6 voxels of 0.25 mm2, slices of 4 and 5 mm.
    assert.ok(Math.abs((lesion?.volume ?? 0) - (48 * 0.25 * 9) / 1000) < 1e-12);
    assert.equal(lesion?.hu?.mean, 65);
    assert.equal(lesion?.hu?.sd, 5);
    // 4 x 3 mm: A is the diagonal of 5 mm, B twice the distance of a corner from it, C both slices whole.
    assert.ok(Math.abs((lesion?.abcHalf ?? 0) - (5 * 4.8 * 9) / 2000) < 1e-12);
    assert.deepEqual(lesion?.centroid.slice(0, 2), [6.5, 4.5]);
    labels.fill(0);
    assert.deepEqual(finish(index.update((k) => runsOf(labels, k), new Set([1, 2]))), []);
    assert.equal(index.at([5, 5, 1]), undefined);
  });
});
