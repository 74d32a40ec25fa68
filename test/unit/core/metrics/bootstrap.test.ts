import assert from 'node:assert/strict';
import fc from 'fast-check';
import { intervals } from '../../../../src/core/metrics/bootstrap';
import { aucOf, type Estimator, meanOf, once, quantileOf, ratioOf } from '../../../../src/core/metrics/estimators';

const values = Array.from({ length: 40 }, (_, patient) => ({ patient, value: Math.sin(patient * 12.9898) * 10 }));

describe('bootstrap intervals', () => {
  const options = { replicates: 500, seed: 7 };

  it('are the same for one seed and others for another', () => {
    const of = (seed: number): unknown => intervals([meanOf(values)], 40, { ...options, seed });
    assert.deepEqual(of(7), of(7));
    assert.notDeepEqual(of(7), of(8));
  });

  it('are about as wide as the standard error of a mean says', () => {
    const [interval] = intervals([meanOf(values)], 40, { ...options, replicates: 4000 });
    const mean = values.reduce((sum, { value }) => sum + value, 0) / 40;
    const se = Math.sqrt(values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / 40 / 40);
    assert.ok(interval && interval.low < mean && interval.high > mean);
    assert.ok(Math.abs((interval.high - interval.low) / (2 * 1.96 * se) - 1) < 0.06);
  });

  it('draw patients, not slices: equal slices of a patient give no certainty', () => {
    const slices = values.flatMap((one) => Array.from({ length: 30 }, () => one));
    const [one] = intervals([meanOf(values)], 40, options);
    const [many] = intervals([meanOf(slices)], 40, options);
    assert.ok(one && many && Math.abs(one.low - many.low) < 1e-9 && Math.abs(one.high - many.high) < 1e-9);
  });

  it('are not given for one patient, without draws, and for figures that are mostly not defined', () => {
    assert.deepEqual(intervals([meanOf(values.slice(0, 1))], 1, options), [undefined]);
    assert.deepEqual(intervals([meanOf(values)], 40, { ...options, replicates: 0 }), [undefined]);
    const rare: Estimator = (weights) => ((weights[0] ?? 0) > 1 ? 1 : undefined);
    assert.deepEqual(intervals([rare], 40, options), [undefined]);
  });
});

describe('estimators with weights', () => {
  const items = fc.array(
    fc.record({ patient: fc.nat(5), value: fc.integer({ min: -20, max: 20 }), positive: fc.boolean() }),
    { maxLength: 40 },
  );
  const weights = fc.array(fc.nat(3), { minLength: 6, maxLength: 6 });

  it('are those of the items repeated as often', () => {
    fc.assert(
      fc.property(items, weights, fc.double({ min: 0, max: 1, noNaN: true }), (list, times, q) => {
        const repeated = list.flatMap((item) => Array.from({ length: times[item.patient] ?? 0 }, () => item));
        const same = (of: (some: typeof list) => Estimator): void => {
          const [weighted, plain] = [of(list)(Uint32Array.from(times)), of(repeated)(once(6))];
          if (weighted === undefined || plain === undefined) assert.equal(weighted, plain);
          else assert.ok(Math.abs(weighted - plain) < 1e-9, `${weighted}, not ${plain}`);
        };
        same((some) => quantileOf(some, q));
        same((some) => aucOf(some.map(({ patient, value, positive }) => ({ patient, positive, score: value }))));
        same((some) => ratioOf(some.map(({ patient, value }) => ({ patient, parts: [value, 1] }))));
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('count a tie of a positive and a negative as half', () => {
    const score = (positive: boolean, value: number) => ({ patient: 0, positive, score: value });
    const auc = aucOf([score(true, 0.5), score(false, 0.5), score(true, 0.9), score(false, 0.1)]);
    assert.equal(auc(once(1)), 3.5 / 4);
  });
});
