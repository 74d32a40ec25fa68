/** What is said where there is nothing to divide by. */
import assert from 'node:assert/strict';
import type { SliceRuns } from '../../../../src/core/annotation/runs';
import type { MeasureGrid } from '../../../../src/core/measure/grid';
import { classificationFigures, joinCalls } from '../../../../src/core/metrics/classification';
import { compareScan } from '../../../../src/core/metrics/compare';
import { ratio } from '../../../../src/core/metrics/counts';
import { once } from '../../../../src/core/metrics/estimators';
import { segmentationFigures } from '../../../../src/core/metrics/segmentation';

const grid: MeasureGrid = {
  column: [0.5, 0, 0],
  row: [0, 0.5, 0],
  positions: [0, 5, 12].map((z) => [0, 0, z] as const),
  extents: [5, 6, 7],
};
const compare = (truth: readonly SliceRuns[], prediction: readonly SliceRuns[]) =>
  compareScan(truth, prediction, grid, [8, 8, 3]);
const square: SliceRuns[] = [{ slice: 1, runs: Uint32Array.of(4, 2, 2, 2, 4, 3, 2, 2) }];

describe('figures of empty masks', () => {
  it('are not defined where both are empty, and 0 where one is', () => {
    const both = compare([], []).IPH;
    assert.deepEqual([ratio('dice', both.counts), both.hd95, both.volumeTruth], [undefined, undefined, 0]);
    const missed = compare(square, []).IPH;
    assert.deepEqual(
      [ratio('dice', missed.counts), ratio('iou', missed.counts), ratio('recall', missed.counts)],
      [0, 0, 0],
    );
    assert.deepEqual([ratio('precision', missed.counts), missed.hd95], [undefined, undefined]);
    assert.equal(missed.volumeTruth, (4 * 0.25 * 6) / 1000);
    const right = compare(square, square);
    assert.deepEqual([ratio('dice', right.any.counts), right.any.hd95, right.IPH.hd95], [1, 0, 0]);
    assert.equal(ratio('specificity', right.any.counts), 1);
  });

  it('are left out of means, and counted', () => {
    const scans = [compare([], []), compare(square, square), compare(square, [])].map((comparison, patient) => ({
      patient,
      comparison,
    }));
    const figures = segmentationFigures(scans);
    const of = (level: string, metric: string, statistic: string) => {
      const one = figures.find(
        (f) => f.class === 'IPH' && f.level === level && f.metric === metric && f.statistic === statistic,
      );
      return [one?.estimator(once(3)), one?.n];
    };
    assert.deepEqual(of('scan', 'dice', 'mean'), [0.5, 2]);
    assert.deepEqual(of('scan', 'precision', 'mean'), [1, 1]);
    assert.deepEqual(of('slice', 'dice', 'mean'), [0.5, 2]);
    assert.deepEqual(of('scan', 'hd95', 'median'), [0, 1]);
    assert.deepEqual(of('scan', 'volume error', 'bias'), [-0.003, 2]);
    assert.deepEqual(of('pooled', 'recall', 'ratio'), [0.5, 8]);
  });

  it('calls a subtype that is another one both missed and false', () => {
    const other: SliceRuns[] = [{ slice: 1, runs: Uint32Array.of(2, 2, 2, 2, 2, 3, 2, 2) }];
    const compared = compare(square, other);
    assert.deepEqual(
      [ratio('dice', compared.any.counts), ratio('dice', compared.IPH.counts), compared.SDH.counts.fp],
      [1, 0, 4],
    );
  });

  it('measures between slices by their own places', () => {
    const shifted: SliceRuns[] = square.map(({ runs }) => ({ slice: 2, runs }));
    assert.equal(compare(square, shifted).any.hd95, 7);
    const down: SliceRuns[] = square.map(({ runs }) => ({ slice: 0, runs }));
    assert.equal(compare(square, down).any.hd95, 5);
  });
});

describe('classification', () => {
  it('has an AUC only where everything has a score', () => {
    const items = [0.2, undefined].map((score, patient) => ({
      patient,
      calls: { any: { truth: patient === 0, called: true, ...(score !== undefined && { score }) } },
    }));
    assert.deepEqual(
      classificationFigures('slice', items).map(({ metric }) => metric),
      ['precision', 'recall', 'f1', 'specificity'],
    );
  });

  it('takes several scans of a patient as one', () => {
    const call = (truth: boolean, called: boolean, score: number) => ({ any: { truth, called, score } });
    assert.deepEqual(
      joinCalls([
        { patient: 0, calls: call(true, false, 0.3) },
        { patient: 1, calls: call(false, false, 0.1) },
        { patient: 0, calls: call(false, true, 0.7) },
      ]),
      [
        { patient: 0, calls: call(true, true, 0.7) },
        { patient: 1, calls: call(false, false, 0.1) },
      ],
    );
  });
});
