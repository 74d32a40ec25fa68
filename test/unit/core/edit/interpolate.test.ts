import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EditGrid } from '../../../../src/core/edit/grid';
import { interpolateSlices } from '../../../../src/core/edit/interpolate';
import { finish } from '../../../../src/core/edit/steps';
import { anyConstraints, anyGrid, anyMask, assertLawful, centre, forVoxels, grid, TestMask } from './fixture';

/** Labels of a shape given in the grid frame, mm, in the slices chosen. */
function drawn(
  of: EditGrid,
  label: number,
  inside: (x: number, y: number, z: number) => boolean,
  slices: (k: number) => boolean,
  onto = new TestMask(of),
): TestMask {
  forVoxels(of, (i, j, k, n) => {
    const slice = onto.slices[k] ?? assert.fail();
    if (slices(k) && inside(...centre(of, i, j, k))) slice[n % (of.width * of.height)] = label;
  });
  return onto;
}

function dice(a: readonly number[], b: readonly number[], label: number): number {
  let [both, sum] = [0, 0];
  a.forEach((value, n) => {
    sum += Number(value === label) + Number(b[n] === label);
    both += Number(value === label && b[n] === label);
  });
  return (2 * both) / sum;
}

describe('interpolation between annotated slices', () => {
  const even = Array.from({ length: 13 }, (_, k) => 2 * k);
  const uneven = [0, 1, 2.5, 4, 5, 9, 12, 13, 14, 18, 20, 23, 24];

  it('brings a sphere back on even, uneven and tilted stacks', () => {
    for (const { z, tilt, least } of [
      { z: even, tilt: 0, least: 0.97 },
      { z: uneven, tilt: 0, least: 0.97 },
      { z: even, tilt: 0.27, least: 0.97 },
    ]) {
      const of = grid({ size: [60, 60, 13], spacing: [0.5, 0.6], z, tilt });
      const [cx, cy, cz] = [15, 18 + 12 * tilt, 12];
      const sphere = (x: number, y: number, at: number): boolean => Math.hypot(x - cx, y - cy, at - cz) <= 11;
      const keyed = [2, 4, 6, 8, 10];
      const mask = drawn(of, 4, sphere, (k) => keyed.includes(k));
      const whole = drawn(of, 4, sphere, (k) => k >= 2 && k <= 10).values();
      const after = mask.after(finish(interpolateSlices(of, mask, {})));
      assert.ok(dice(after, whole, 4) > least, `Dice ${dice(after, whole, 4)} with tilt ${tilt}`);
    }
  });

  it('follows the true positions of slices', () => {
    // A cone: the radius at a slice between says where the slice was taken to be.
    const of = grid({ size: [80, 80, 4], spacing: [0.5, 0.5], z: [0, 1, 8, 10] });
    const cone = (x: number, y: number, z: number): boolean => Math.hypot(x - 20, y - 20) <= 4 + z;
    const mask = drawn(of, 1, cone, (k) => k === 0 || k === 3);
    mask.apply(finish(interpolateSlices(of, mask, { labels: [1] })));
    for (const [k, radius] of [
      [1, 5],
      [2, 12],
    ] as const) {
      const area = 0.25 * [...(mask.slices[k] ?? [])].filter((label) => label === 1).length;
      assert.ok(Math.abs(Math.sqrt(area / Math.PI) - radius) < 0.25, `slice ${k}: ${Math.sqrt(area / Math.PI)} mm`);
    }
  });

  it('keeps an oblique lesion whole where its outlines do not overlap', () => {
    const of = grid({ size: [80, 40, 5], spacing: [0.5, 0.5], z: [0, 5, 10, 15, 20] });
    const oblique = (x: number, y: number, z: number): boolean => Math.hypot(x - 8 - 1.2 * z, y - 10) <= 5;
    const mask = drawn(of, 2, oblique, (k) => k === 0 || k === 4);
    const after = mask.after(finish(interpolateSlices(of, mask, {})));
    assert.ok(dice(after, drawn(of, 2, oblique, () => true).values(), 2) > 0.95);
  });

  it('gives a voxel claimed by two labels to the one that encloses it deeper', () => {
    const of = grid({ size: [40, 20, 3], spacing: [1, 1], z: [0, 5, 10] });
    const at = (cx: number) => (x: number, y: number) => Math.hypot(x - cx, y - 10) <= 6;
    const mask = drawn(of, 1, at(12), (k) => k === 0);
    drawn(of, 1, at(18), (k) => k === 2, mask);
    drawn(of, 2, at(24), (k) => k === 0, mask);
    for (const [i, j] of [
      [20, 10],
      [28, 10],
    ] as const) {
      drawn(
        of,
        2,
        (x, y) => Math.hypot(x - i - 2, y - j) <= 3 && x > 24,
        (k) => k === 2,
        mask,
      );
    }
    mask.apply(finish(interpolateSlices(of, mask, {})));
    const middle = mask.slices[1] ?? assert.fail();
    assert.equal(middle[10 * 40 + 13], 1);
    assert.equal(middle[10 * 40 + 26], 2);
  });

  it('leaves annotated slices, unlabeled ones beyond the ends and other labels as they are', () => {
    const scene = anyGrid.chain((of) => fc.record({ mask: anyMask(of), constraints: anyConstraints(of) }));
    fc.assert(
      fc.property(scene, ({ mask, constraints }) => {
        const change = finish(interpolateSlices(mask.grid, mask, constraints));
        assertLawful(mask, change, constraints);
        const after = mask.after(change);
        const plane = mask.grid.width * mask.grid.height;
        const holds = (k: number, label: number): boolean => mask.slices[k]?.includes(label) ?? false;
        mask.values().forEach((before, n) => {
          const label = after[n] ?? 0;
          const k = Math.floor(n / plane);
          if (label === before) return;
          assert.ok(before === 0 || constraints.over, 'only unlabeled voxels are filled');
          assert.ok(!holds(k, label), 'a slice with the label is annotated');
          const others = mask.slices.map((_, at) => at).filter((at) => holds(at, label));
          assert.ok(Math.min(...others) < k && Math.max(...others) > k, 'between annotated slices');
        });
      }),
      { seed: 81, numRuns: 300 },
    );
  });
});
