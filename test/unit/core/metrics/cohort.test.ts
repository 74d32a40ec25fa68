import assert from 'node:assert/strict';
import type { Subtype } from '../../../../src/core/annotation/subtype';
import { summarizeCohort } from '../../../../src/core/metrics/cohort';

const scan = (patient: string, slices: readonly (readonly Subtype[])[], volumes = [0, 0, 0, 0, 0, 0]) => ({
  patient,
  patientSubtypes: [...new Set(slices.flat())],
  sliceSubtypes: slices,
  volumes,
});

describe('summary of a cohort', () => {
  const { scans, patients, slices, volumes } = summarizeCohort([
    scan('a', [['IPH', 'IVH'], ['IPH'], []], [0, 0, 0, 0, 10, 2]),
    scan('b', [[], []]),
    scan('c', [['IPH']], [0, 0, 0, 0, 4, 0]),
    scan('c', [['SDH']], [0, 0, 1, 0, 0, 0]),
  ]);

  it('counts patients, who have what any of their scans has, and slices', () => {
    assert.deepEqual([scans, patients.all, patients.healthy, patients.hemorrhage], [4, 3, 1, 2]);
    assert.deepEqual(patients.subtypes, { EPH: 0, SDH: 1, SAH: 0, IPH: 2, IVH: 1 });
    assert.deepEqual([slices.all, slices.healthy, slices.hemorrhage], [7, 3, 4]);
    assert.deepEqual(slices.subtypes, { EPH: 0, SDH: 1, SAH: 0, IPH: 3, IVH: 1 });
  });

  it('gives P(row | column), null where nothing has the column', () => {
    assert.equal(patients.conditional.IPH.IVH, 1);
    assert.equal(patients.conditional.IVH.IPH, 0.5);
    assert.equal(patients.conditional.SDH.IPH, 0.5);
    assert.equal(slices.conditional.IVH.IPH, 1 / 3);
    assert.equal(slices.conditional.SDH.IPH, 0);
    assert.equal(slices.conditional.IPH.EPH, null);
    assert.equal(slices.conditional.IPH.IPH, 1);
  });

  it('sums up volumes of scans that have any', () => {
    assert.deepEqual(volumes.IPH, { scans: 2, total: 14, mean: 7, median: 7, smallest: 4, largest: 10 });
    assert.deepEqual(volumes.EPH, { scans: 0, total: 0 });
    assert.deepEqual([volumes.any.scans, volumes.any.total], [3, 17]);
  });
});
