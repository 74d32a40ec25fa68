import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import { type Subtype, subtypeOf } from '../../../../src/core/annotation/subtype';
import { storedView } from '../../../../src/core/model/axial';
import { CandidateBuilder, thresholdLevel } from '../../../../src/core/model/candidates';
import {
  chosenThresholds,
  classesOf,
  type FindingClass,
  isCalled,
  pictureProbabilities,
  type SliceMeaning,
  thresholdsOf,
} from '../../../../src/core/model/classify';
import { parseManifest, type SegmentationOutputs } from '../../../../src/core/model/manifest';
import { probabilityMaps } from '../../../../src/core/model/probabilities';
import { addCandidates } from '../../../../src/core/model/sample-maps';
import {
  type LabelThresholds,
  leastReaching,
  oddsFactor,
  oddsOf,
  withOdds,
} from '../../../../src/core/model/thresholds';

interface Thresholds {
  readonly thresholds: LabelThresholds;
  readonly common: number;
  readonly chosen: number;
}

interface VoxelCase extends Thresholds {
  readonly kind: 'classes' | 'typed';
  readonly activation: 'none' | 'sigmoid' | 'softmax';
  readonly labels: readonly Subtype[];
  /** Planes; of "typed" the first is blood's. */
  readonly values: readonly (readonly number[])[];
  /** At each point "" where there is no blood, its subtype, or null where a step of the kept probability decides. */
  readonly found: readonly (Subtype | '' | null)[];
}

interface SliceCase extends Thresholds, SliceMeaning {
  readonly values: readonly (readonly number[])[];
  readonly limits: Record<string, number>;
  readonly called: readonly (readonly FindingClass[])[];
}

const golden = JSON.parse(readFileSync(inRoot('test/golden/thresholds.json'), 'utf8')) as {
  voxels: VoxelCase[];
  slices: SliceCase[];
};

function outputsOf({ kind, activation, labels, thresholds, common }: VoxelCase): SegmentationOutputs {
  const odds = oddsOf(thresholds, common) ?? {};
  if (kind === 'classes') return { kind, classes: { name: 'c', activation, labels }, odds };
  const blood = { name: 'b', activation: activation === 'sigmoid' ? activation : 'none' } as const;
  return { kind, blood, subtype: { name: 's', activation: 'softmax', labels }, odds };
}

/** What is blood at each point of a picture that is one row, by the candidates' labels. */
function foundOf(one: VoxelCase): (Subtype | '')[] {
  const width = one.found.length;
  const tensor = (planes: readonly (readonly number[])[]) => ({
    values: Float32Array.from(planes.flat()),
    width,
    height: 1,
  });
  const { values } = one;
  const tensors = one.kind === 'typed' ? [tensor(values.slice(0, 1)), tensor(values.slice(1))] : [tensor(values)];
  const maps = probabilityMaps(outputsOf(one), tensors);
  const builder = new CandidateBuilder([width, 1, 1]);
  const view = storedView({ size: [width, 1, 1], spacing: [1, 1, 1] });
  if (maps) addCandidates(builder, [width, 1, 1], view, 0, { x: 0, y: 0, width, height: 1 }, maps);
  const found: (Subtype | '')[] = Array.from({ length: width }, () => '');
  const [slice] = builder.finish().slices;
  let n = 0;
  for (let r = 0; slice && r < slice.runs.length; r += 2) {
    for (let at = slice.runs[r] ?? 0, end = at + (slice.runs[r + 1] ?? 0); at < end; at++, n++) {
      if ((slice.probability[n] ?? 0) >= thresholdLevel(one.chosen)) found[at] = subtypeOf(slice.subtype[n] ?? 0) ?? '';
    }
  }
  return found;
}

describe('thresholds of single labels', () => {
  for (const one of golden.voxels) {
    const what = `${one.kind} (${one.activation}) of ${one.labels.join(', ')} at ${one.chosen}`;
    it(`find the voxels that an independent implementation finds: ${what}`, () => {
      const found = foundOf(one);
      const decided = one.found.flatMap((wanted, n) => (wanted === null ? [] : [[found[n], wanted]]));
      assert.ok(decided.length > 50 && new Set(decided.map(([, wanted]) => wanted)).size > 1);
      assert.deepEqual(
        decided.map(([ours]) => ours),
        decided.map(([, wanted]) => wanted),
      );
    });
  }

  for (const one of golden.slices) {
    it(`call the slices that an independent implementation calls: ${one.labels.join(', ')} at ${one.chosen}`, () => {
      const classes = classesOf(one.labels);
      const own = thresholdsOf(classes, one.common, one.thresholds);
      const limits = chosenThresholds(own, one.common, one.chosen);
      for (const [name, limit] of Object.entries(one.limits)) {
        assert.ok(Math.abs((limits[name as FindingClass] ?? 0) - limit) < 1e-12, name);
      }
      const called = one.values.map((row) => {
        const probabilities = pictureProbabilities(Float32Array.from(row), one);
        return classes.filter((name) => isCalled(probabilities, limits, name));
      });
      assert.deepEqual(called, one.called);
    });
  }

  it('hold just from themselves on, wherever they are', () => {
    const inside = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    const property = fc.property(inside, inside, inside, (own, common, p) => {
      const factor = oddsFactor(own, common);
      assert.ok(Math.abs(withOdds(own, factor) - common) < 1e-12);
      if (Math.abs(p - own) > 1e-9) assert.equal(withOdds(p, factor) >= common, p >= own);
      const least = leastReaching(p, { EPH: factor });
      assert.ok(withOdds(least, factor) <= p + 1e-12 && least <= p + 1e-12);
    });
    fc.assert(property, { seed: 5 });
  });

  it('keep what a network gives beyond 0 and 1 within them', () => {
    for (const factor of [0.01, 1 / 6, 3, 100]) {
      assert.deepEqual(
        [-0.2, 0, 1, 1.2].map((value) => withOdds(value, factor)),
        [0, 0, 1, 1],
      );
    }
  });

  it('do not change anything where they are the common one', () => {
    for (const one of golden.voxels) {
      const { odds: _, ...plain } = outputsOf(one);
      const same = { ...plain, odds: oddsOf({ EPH: one.common, IPH: one.common }, one.common) ?? {} };
      const maps = [plain, same].map((outputs) => {
        const planes = one.kind === 'typed' ? [one.values.slice(0, 1), one.values.slice(1)] : [one.values];
        const tensors = planes.map((rows) => ({ values: Float32Array.from(rows.flat()), width: 60, height: 1 }));
        return probabilityMaps(outputs, tensors);
      });
      assert.deepEqual(maps[1]?.blood, maps[0]?.blood);
    }
  });
});

describe('a manifest with thresholds', () => {
  const base = (name: string) => JSON.parse(readFileSync(inRoot('test/fixtures/manifests', name), 'utf8'));
  const read = (name: string, thresholds: unknown) =>
    parseManifest(JSON.stringify({ ...base(name), thresholds }), 'model.json');

  it('is read with the odds that its outputs need', () => {
    const manifest = read('classes.json', { EPH: 0.25, SAH: 0.5 });
    assert.deepEqual(manifest.thresholds, { EPH: 0.25, SAH: 0.5 });
    assert.ok(manifest.task === 'segmentation');
    assert.deepEqual(manifest.outputs.odds, { EPH: 3, SAH: 1 });
    const classifier = read('classifier.json', { any: 0.4, IPH: 0.6 });
    assert.deepEqual(classifier.thresholds, { any: 0.4, IPH: 0.6 });
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['classes.json', { ICH: 0.5 }, /"thresholds\.ICH" is not a field that belongs here; there are "any", "EPH"/],
    [
      'classes.json',
      { any: 0.5 },
      /"thresholds\.any" is of a label that this model does not have; it has "EPH", "SDH"/,
    ],
    ['classes.json', { EPH: 1 }, /"thresholds\.EPH" is 1; it must be a number above 0 below 1/],
    ['classes.json', {}, /"thresholds" is \{\}; it must be an object with a threshold, or be left out/],
    ['classes.json', [0.5], /"thresholds" must be a JSON object/],
    [
      'one-class.json',
      { IPH: 0.5 },
      /"thresholds\.IPH" is of a label .*; it has none, since it tells no subtypes apart/,
    ],
    ['classifier-softmax.json', { none: 0.5 }, /"thresholds\.none" is not a field that belongs here/],
  ];
  for (const [name, thresholds, message] of wrong) {
    it(`is refused with ${JSON.stringify(thresholds)} in ${name}`, () => {
      assert.throws(() => read(name, thresholds), message);
    });
  }
});
