import assert from 'node:assert/strict';
import { analyzeSlices, missingGaps, sliceExtents } from '../../../src/core/slices';
import type { Vec3 } from '../../../src/core/volume';

const UP: Vec3 = [0, 0, 1];

function at(...locations: number[]): Vec3[] {
  return locations.map((z) => [10, -20, z]);
}

/** Locations from gaps, starting at 0. */
function stacked(...gaps: number[]): number[] {
  const locations = [0];
  for (const gap of gaps) locations.push((locations.at(-1) ?? 0) + gap);
  return locations;
}

describe('slices', () => {
  it('sorts along the normal and finds an even stack even', () => {
    const analysis = analyzeSlices(at(10, 0, 5, 15), UP);
    assert.deepEqual(analysis.order, [1, 2, 0, 3]);
    assert.equal(analysis.spacing, 5);
    assert.equal(analysis.uneven, false);
    assert.equal(analysis.tilt, 0);
    assert.deepEqual(analysis.missing, [false, false, false]);
    assert.deepEqual(analysis.duplicates, []);
  });

  it('groups slices at one place', () => {
    const analysis = analyzeSlices(at(0, 5, 5, 10, 0, 5.001), UP);
    assert.deepEqual(analysis.duplicates, [
      [0, 4],
      [1, 2, 5],
    ]);
    assert.equal(analysis.gaps.length, 5);
  });

  it('finds one and several missing slices, next to each other too', () => {
    assert.deepEqual(missingGaps(stacked(5, 5, 10, 5, 5)), [false, false, true, false, false]);
    assert.deepEqual(missingGaps(stacked(5, 5, 10, 15, 5, 5, 5)), [false, false, true, true, false, false, false]);
    assert.deepEqual(missingGaps([0, 5, 15], [5, 5, 5]), [false, true]);
  });

  it('takes a change of spacing for what it is', () => {
    const ge = [...Array(13).fill(4), 1.08, ...Array(13).fill(7)];
    assert.ok(!missingGaps(stacked(...ge)).includes(true));
    const analysis = analyzeSlices(at(...stacked(...ge)), UP);
    assert.equal(analysis.uneven, true);
    assert.ok(!missingGaps(stacked(2.5, 2.5, 5, 5), [2.5, 2.5, 2.5, 5, 5]).includes(true));
    assert.ok(!missingGaps(stacked(5, 5, 5, 10, 10, 10)).includes(true));
  });

  it('does not call positions rounded to a tenth uneven', () => {
    const rounded = Array.from({ length: 40 }, (_, n) => Math.round(n * 0.625 * 10) / 10);
    assert.equal(analyzeSlices(at(...rounded), UP).uneven, false);
    assert.equal(analyzeSlices(at(0, 0.625, 1.25, 2, 2.5), UP).uneven, true);
  });

  it('sees slices that leave the line although their distances are even', () => {
    const positions: Vec3[] = [
      [0, 0, 0],
      [0, 3, 5],
      [0, 0, 10],
    ];
    assert.equal(analyzeSlices(positions, UP).uneven, true);
  });

  it('gives each slice half the way to its neighbours', () => {
    assert.deepEqual(sliceExtents([0, 5, 10]), [5, 5, 5]);
    assert.deepEqual(sliceExtents([0, 4, 8, 15, 22]), [4, 4, 5.5, 7, 7]);
    assert.deepEqual(sliceExtents([7], [2.5]), [2.5]);
    assert.deepEqual(sliceExtents([7]), [1]);
    assert.deepEqual(sliceExtents([]), []);
  });

  it('counts only the slice itself where slices are missing', () => {
    assert.deepEqual(sliceExtents([0, 5, 10, 25, 30, 35]), [5, 5, 5, 5, 5, 5]);
    assert.deepEqual(sliceExtents([0, 5, 10, 25, 30, 35], [4, 4, 4, 4, 4, 4]), [5, 5, 4.5, 4.5, 5, 5]);
    // A thickness above the gap itself cannot reach over it.
    assert.deepEqual(sliceExtents([0, 5, 10], [20, 20, 20], [false, true]), [5, 5, 5]);
  });
});
