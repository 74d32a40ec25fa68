import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import {
  calledSlices,
  chosenThresholds,
  classesOf,
  isCalled,
  noFindings,
  type PatientAggregation,
  type Probabilities,
  patientProbabilities,
  pictureProbabilities,
  type SliceMeaning,
  thresholdsOf,
} from '../../../../src/core/model/classify';

interface GoldenCase extends SliceMeaning {
  readonly aggregation: PatientAggregation;
  /** One row a slice; null where there is no head. */
  readonly values: readonly (readonly number[] | null)[];
  readonly slices: readonly Record<string, number>[];
  readonly patient: Record<string, number>;
}

const { cases } = JSON.parse(readFileSync(inRoot('test/golden/classify.json'), 'utf8')) as { cases: GoldenCase[] };

function assertClose(actual: Probabilities, expected: Record<string, number>, what: string): void {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), what);
  for (const [name, value] of Object.entries(expected)) {
    const found = actual[name as keyof Probabilities] ?? Number.NaN;
    assert.ok(Math.abs(found - value) < 1e-7, `${what}, ${name}: ${found}, not ${value}`);
  }
}

describe('what a classifier says', () => {
  it('is what an independent implementation makes of the same values', () => {
    assert.equal(cases.length, 36);
    for (const [n, one] of cases.entries()) {
      const classes = classesOf(one.labels);
      const slices = one.values.map((row) =>
        row === null ? noFindings(classes) : pictureProbabilities(Float32Array.from(row), one),
      );
      for (const [k, slice] of slices.entries()) assertClose(slice, one.slices[k] ?? {}, `case ${n}, slice ${k}`);
      assertClose(patientProbabilities(slices, one.aggregation, classes), one.patient, `case ${n}, patient`);
    }
  });

  it('does not depend on the order of the slices', () => {
    const slices = [0.2, 0.9, 0.4, 0.7].map((any) => ({ any }));
    const mean: PatientAggregation = { kind: 'mean-of-top', count: 2 };
    assert.ok(Math.abs((patientProbabilities(slices, mean, ['any']).any ?? 0) - 0.8) < 1e-12);
    assert.deepEqual(
      patientProbabilities([...slices].reverse(), mean, ['any']),
      patientProbabilities(slices, mean, ['any']),
    );
  });

  it('is nothing where there is no slice, and within 0 and 1 whatever the network calls a probability', () => {
    const meaning: SliceMeaning = { activation: 'none', labels: ['any', 'IPH'] };
    assert.deepEqual(pictureProbabilities(Float32Array.of(-0.5, 1.5), meaning), { any: 0, IPH: 1 });
    assert.deepEqual(patientProbabilities([], { kind: 'max' }, ['any', 'IPH']), { any: 0, IPH: 0 });
  });

  it('stays within its limits for values as large as can be', () => {
    const huge = Float32Array.of(3e38, -3e38, 0);
    for (const activation of ['sigmoid', 'softmax'] as const) {
      const found = pictureProbabilities(huge, { activation, labels: ['IPH', 'SAH', 'none'] });
      assert.deepEqual([found.IPH, found.SAH], [1, 0]);
    }
  });

  it('is called from the threshold on, of each finding or of all', () => {
    assert.deepEqual(thresholdsOf(['any', 'IPH'], 0.5), { any: 0.5, IPH: 0.5 });
    const own = { any: 0.5, IPH: 0.3, SAH: 0.5 };
    assert.deepEqual(chosenThresholds(own, 0.5, undefined), own);
    assert.deepEqual(chosenThresholds({ any: 0.5, SAH: 0.5 }, 0.5, 0.7), { any: 0.7, SAH: 0.7 });
    const slices = [{ any: 0.5, IPH: 0.29 }, { any: 0.49, IPH: 0.3 }, {}];
    assert.deepEqual(calledSlices(slices, own, 'any'), [0]);
    assert.deepEqual(calledSlices(slices, own, 'IPH'), [1]);
    assert.equal(isCalled({ any: 1 }, own, 'EPH'), false);
    assert.equal(isCalled({ EPH: 1 }, own, 'EPH'), false);
  });
});
