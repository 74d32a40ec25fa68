/** Against scikit-learn, MedPy, SciPy and NumPy: the golden file is made by scripts/golden/metrics.py. */
import assert from 'node:assert/strict';
import { encodeRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import type { MeasureGrid } from '../../../../src/core/measure/grid';
import { type CalledItem, classificationFigures } from '../../../../src/core/metrics/classification';
import { compareScan } from '../../../../src/core/metrics/compare';
import { CLASSES, NO_COUNTS, type RatioName, ratio } from '../../../../src/core/metrics/counts';
import { once, quantileOf, type Weights } from '../../../../src/core/metrics/estimators';
import type { PlannedFigure } from '../../../../src/core/metrics/figures';
import { segmentationFigures } from '../../../../src/core/metrics/segmentation';
import type { Vec3 } from '../../../../src/core/volume';
import golden from '../../../golden/metrics.json';

const CLOSE = 1e-6;

function close(found: number | undefined, expected: number | null | undefined, what: string): void {
  if (expected === null || expected === undefined) assert.equal(found, undefined, what);
  else assert.ok(found !== undefined && Math.abs(found - expected) < CLOSE, `${what}: ${found}, not ${expected}`);
}

const figure = (planned: readonly PlannedFigure[], metric: string, statistic?: string): PlannedFigure => {
  const found = planned.find((one) => one.metric === metric && (statistic ?? one.statistic) === one.statistic);
  assert.ok(found, `${metric} ${statistic}`);
  return found;
};

const { size, spacing, pairs } = golden.segmentation;
const [width = 0, height = 0, depth = 0] = size;
const [dx = 0, dy = 0, dz = 0] = spacing;

function masksOf(rows: readonly (readonly string[])[]): SliceRuns[] {
  return rows.map((plane, slice) => ({
    slice,
    runs: encodeRuns(Uint8Array.from(plane.flatMap((row) => [...row].map(Number))), width, height),
  }));
}

function gridAt(positions: readonly (readonly number[])[]): MeasureGrid {
  return {
    column: [dx, 0, 0],
    row: [0, dy, 0],
    positions: positions.map(([x = 0, y = 0, z = 0]): Vec3 => [x, y, z]),
    extents: positions.map(() => dz),
  };
}

const evenly = Array.from({ length: depth }, (_, k) => [0, 0, k * dz]);

describe('classification figures against scikit-learn', () => {
  golden.classification.forEach(({ patients, truth, scores, figures, drawn, drawnFigures }, n) => {
    const items = patients.map((patient, at): CalledItem => {
      const score = scores[at] ?? 0;
      return { patient, calls: { any: { truth: truth[at] ?? false, called: score >= 0.5, score } } };
    });
    const planned = classificationFigures('slice', items);
    for (const [what, weights, expected] of [
      ['all', once(8), figures],
      ['a draw', Uint32Array.from(drawn), drawnFigures],
    ] as const) {
      it(`of ${truth.length} slices, ${what} (${n + 1})`, () => {
        for (const metric of ['precision', 'recall', 'f1', 'specificity', 'auc'] as const)
          close(figure(planned, metric).estimator(weights), expected[metric], metric);
      });
    }
  });
});

describe('segmentation figures against scikit-learn and MedPy', () => {
  pairs.forEach(({ truth, prediction, classes }, n) => {
    const masks = [masksOf(truth), masksOf(prediction)] as const;
    const compared = compareScan(...masks, gridAt(evenly), [width, height, depth]);
    for (const of of CLASSES) {
      const expected = classes[of];
      it(`overlap of ${of}, pair ${n + 1}`, () => {
        const of3d: Record<RatioName, number | null> = { ...expected.pooled, dice: expected.pooled.f1 };
        for (const metric of ['precision', 'recall', 'dice', 'iou', 'specificity'] as const) {
          close(ratio(metric, compared[of].counts), of3d[metric], metric);
          expected.slices.forEach((slice, k) => {
            const inSlice: Record<RatioName, number | null> = { ...slice, dice: slice.f1 };
            close(ratio(metric, compared[of].slices[k] ?? NO_COUNTS), inSlice[metric], `${metric} of slice ${k}`);
          });
        }
      });

      it(`HD95 of ${of}, pair ${n + 1}: even, uneven and tilted slices`, () => {
        close(compared[of].hd95, expected.hd95, 'even');
        for (const [positions, value] of [
          [golden.segmentation.uneven, expected.hd95Uneven],
          [golden.segmentation.tilted, expected.hd95Tilted],
        ] as const)
          close(compareScan(...masks, gridAt(positions), [width, height, depth])[of].hd95, value, 'own positions');
      });
    }
  });

  it('means by scan and slice, and pooled voxels of both scans', () => {
    const scans = pairs.map(({ truth, prediction }, patient) => ({
      patient,
      comparison: compareScan(masksOf(truth), masksOf(prediction), gridAt(evenly), [width, height, depth]),
    }));
    const planned = segmentationFigures(scans, ['any']);
    const mean = (values: readonly (number | null)[]): number => {
      const defined = values.filter((value) => value !== null);
      return defined.reduce((sum, value) => sum + value, 0) / defined.length;
    };
    const of = (level: string, metric: string): number | undefined =>
      planned
        .find((one) => one.level === level && one.metric === metric && one.statistic !== 'median')
        ?.estimator(once(2));
    close(of('scan', 'dice'), mean(pairs.map(({ classes }) => classes.any.pooled.f1)), 'scan');
    close(of('scan', 'hd95'), mean(pairs.map(({ classes }) => classes.any.hd95)), 'hd95');
    close(of('slice', 'iou'), mean(pairs.flatMap(({ classes }) => classes.any.slices.map(({ iou }) => iou))), 'slice');
  });
});

describe('Bland-Altman figures and quantiles against NumPy', () => {
  const { truth, prediction, figures, drawn, drawnFigures } = golden.agreement;
  const scans = truth.map((volumeTruth, patient) => {
    const nothing = { counts: { ...NO_COUNTS, tp: 1 }, slices: [], hd95: undefined };
    const one = { ...nothing, volumeTruth, volumePrediction: prediction[patient] ?? 0 };
    return { patient, comparison: { any: one, EPH: one, SDH: one, SAH: one, IPH: one, IVH: one } };
  });
  const errors = truth.map((volume, patient) => ({ patient, value: (prediction[patient] ?? 0) - volume }));
  const planned = segmentationFigures(scans, ['any']);
  const cases: readonly (readonly [string, Weights, typeof figures])[] = [
    ['all', once(truth.length), figures],
    ['a draw', Uint32Array.from(drawn), drawnFigures],
  ];
  for (const [what, weights, expected] of cases) {
    it(`of ${what}`, () => {
      for (const statistic of ['bias', 'sd', 'lower limit', 'upper limit', 'mean absolute'] as const)
        close(figure(planned, 'volume error', statistic).estimator(weights), expected[statistic], statistic);
      close(quantileOf(errors, 0.5)(weights), expected.median, 'median');
      [0.025, 0.33, 0.95, 0.975].forEach((q, n) => {
        close(quantileOf(errors, q)(weights), expected.quantiles[n], `quantile ${q}`);
      });
    });
  }
});
