import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LEAST_KEPT } from '../../../../src/core/model/candidates';
import type { SegmentationOutputs } from '../../../../src/core/model/manifest';
import { probabilityMaps } from '../../../../src/core/model/probabilities';

const [WIDTH, HEIGHT] = [9, 7];
const POINTS = WIDTH * HEIGHT;

type Labels = Extract<SegmentationOutputs, { kind: 'classes' }>['classes']['labels'];

/** Probability of blood and of each subtype by label, computed for all points from the definition. */
function expected(
  values: Float32Array,
  activation: 'none' | 'sigmoid' | 'softmax',
  labels: Labels,
  n: number,
): { blood: number; byLabel: Map<string, number> } {
  const raw = labels.map((_, p) => values[p * POINTS + n] ?? 0);
  const total = raw.reduce((sum, value) => sum + Math.exp(value), 0);
  const activated = raw.map((value) =>
    activation === 'softmax' ? Math.exp(value) / total : activation === 'sigmoid' ? 1 / (1 + Math.exp(-value)) : value,
  );
  const adds = activation === 'softmax' || (activation === 'none' && labels.includes('background'));
  const join = (list: readonly number[]): number =>
    adds ? list.reduce((sum, value) => sum + value, 0) : Math.max(...list);
  const byLabel = new Map(
    [...new Set(labels)].map((label) => [label, join(activated.filter((_, p) => labels[p] === label))] as const),
  );
  const blood = Math.min(1, join(activated.filter((_, p) => labels[p] !== 'background')));
  return { blood, byLabel };
}

describe('probabilityMaps', () => {
  const labelLists: readonly Labels[] = [
    ['background', 'EPH', 'SDH', 'SAH', 'IPH', 'IVH'],
    ['background', 'IPH', 'SDH', 'background', 'IVH'],
    ['IPH', 'any', 'SDH', 'IPH'],
    ['background', 'any'],
    ['any'],
  ];
  for (const activation of ['softmax', 'sigmoid', 'none'] as const) {
    it(`says of classes what their definition says (${activation})`, () => {
      const property = fc.property(
        fc.nat(labelLists.length - 1),
        fc.array(fc.double({ min: -9, max: 6, noNaN: true }), { minLength: 6 * POINTS, maxLength: 6 * POINTS }),
        fc.boolean(),
        (list, numbers, everywhere) => {
          const labels = labelLists[list] ?? [];
          const map = (value: number): number => (activation === 'none' ? Math.max(0, value) / 36 : value);
          const values = Float32Array.from(numbers.slice(0, labels.length * POINTS), map);
          const wanted = Array.from({ length: POINTS }, (_, n) => expected(values, activation, labels, n));
          const outputs: SegmentationOutputs = {
            kind: 'classes',
            classes: { name: 'c', activation, labels, subtype: 'SDH' },
          };
          const tensor = { values: values.slice(), width: WIDTH, height: HEIGHT };
          const maps = probabilityMaps(outputs, [tensor], everywhere);
          const reached = wanted.flatMap(({ blood }, n) => (blood >= LEAST_KEPT + 1e-6 ? [n] : []));
          if (!maps) return assert.deepEqual(reached, []);
          const { box, blood, subtype } = maps;
          for (const n of reached) {
            const [x, y] = [n % WIDTH, Math.floor(n / WIDTH)];
            assert.ok(x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1, 'the box leaves out a point');
          }
          wanted.forEach((point, n) => {
            const [x, y] = [n % WIDTH, Math.floor(n / WIDTH)];
            const near = x >= box.x0 - 1 && x <= box.x1 + 1 && y >= box.y0 - 1 && y <= box.y1 + 1;
            if (!near && !everywhere) return;
            assert.ok(Math.abs((blood.values[n] ?? -1) - point.blood) < 1e-5, `${blood.values[n]} ${point.blood}`);
            if (subtype.labels.length === 1) return;
            subtype.labels.forEach((label, p) => {
              const name = ['EPH', 'SDH', 'SAH', 'IPH', 'IVH'][label - 1] ?? '';
              const value = subtype.values[p * POINTS + n] ?? -1;
              assert.ok(Math.abs(value - (point.byLabel.get(name) ?? -1)) < 1e-5);
            });
          });
        },
      );
      fc.assert(property, { seed: 11, numRuns: 200 });
    });
  }

  it('takes all blood of a binary model for the subtype that its manifest states', () => {
    const outputs: SegmentationOutputs = {
      kind: 'binary',
      blood: { name: 'b', activation: 'sigmoid', subtype: 'SAH' },
    };
    const values = Float32Array.of(0, 2, -2, 100);
    const maps = probabilityMaps(outputs, [{ values, width: 2, height: 2 }]);
    assert.deepEqual(maps?.subtype.labels, [3]);
    [0.5, 0.8807970779, 0.1192029221, 1].forEach((value, n) => {
      assert.ok(Math.abs((maps?.blood.values[n] ?? -1) - value) < 1e-6);
    });
    assert.equal(probabilityMaps(outputs, [{ values: Float32Array.of(-9, -4), width: 2, height: 1 }]), undefined);
  });

  it('activates the subtypes beside blood, at their own size', () => {
    const outputs: SegmentationOutputs = {
      kind: 'typed',
      blood: { name: 'b', activation: 'none' },
      subtype: { name: 's', activation: 'softmax', labels: ['SDH', 'IPH'] },
    };
    const blood = { values: new Float32Array(16), width: 4, height: 4 };
    blood.values[15] = 0.9;
    const subtype = { values: Float32Array.of(1, 1, -1000, 1, 1, 3, 1001, 3), width: 2, height: 2 };
    const maps = probabilityMaps(outputs, [blood, subtype]);
    assert.deepEqual(maps?.box, { x0: 3, x1: 3, y0: 3, y1: 3 });
    assert.deepEqual(maps.subtype.labels, [2, 4]);
    const values = maps.subtype.values;
    assert.ok(Math.abs((values[7] ?? 0) - 0.8807970779) < 1e-6 && Math.abs((values[3] ?? 0) - 0.1192029221) < 1e-6);
  });
});
