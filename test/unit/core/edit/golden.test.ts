/** Against SciPy and SimpleITK: the golden file is made by scripts/golden/edit.py. */
import assert from 'node:assert/strict';
import { components } from '../../../../src/core/edit/components';
import { type BlockGrid, squaredDistances } from '../../../../src/core/edit/distance';
import type { Connectivity, Dimensions } from '../../../../src/core/edit/flood';
import { fillHoles } from '../../../../src/core/edit/holes';
import { changeMargin } from '../../../../src/core/edit/margin';
import { growRegion } from '../../../../src/core/edit/region-grow';
import { finish } from '../../../../src/core/edit/steps';
import type { Vec3 } from '../../../../src/core/volume';
import golden from '../../../golden/edit.json';
import { grid, TestMask } from './fixture';

type Digits = readonly (readonly string[])[];
const [width = 0, height = 0, depth = 0] = golden.size;
const [dx = 0, dy = 0, dz = 0] = golden.spacing;
const of = grid({
  size: [width, height, depth],
  spacing: [dx, dy],
  z: Array.from({ length: depth }, (_, k) => k * dz),
});
const block: BlockGrid = { ...of, ni: width, nj: height, nk: depth };
const ways: readonly (readonly ['space' | 'slices', Dimensions])[] = [
  ['space', 3],
  ['slices', 2],
];

const values = (digits: Digits): number[] => digits.flat().flatMap((row) => [...row].map(Number));
const maskOf = (digits: Digits): TestMask => new TestMask(of, values(digits));

describe('mask tools against SciPy and SimpleITK', () => {
  for (const [where, dimensions] of ways) {
    it(`distances in ${where}`, () => {
      const features = Uint8Array.from(values(golden.distances.mask));
      const found = finish(squaredDistances(features, block, dimensions));
      const plane = width * height;
      golden.distances[where].flat(2).forEach((expected, n) => {
        const slice = features.subarray(Math.floor(n / plane) * plane, (Math.floor(n / plane) + 1) * plane);
        // Where a slice has no feature SciPy measures to something of its own.
        if (dimensions === 2 && !slice.includes(1)) assert.equal(found[n], Number.POSITIVE_INFINITY);
        else assert.ok(Math.abs(Math.sqrt(found[n] ?? 0) - expected) < 2e-6, `voxel ${n}: ${found[n]} for ${expected}`);
      });
    });

    it(`growing and shrinking in ${where}`, () => {
      const radius = golden.margins.radius[where];
      const mask = maskOf(golden.margins.mask);
      const grown = finish(changeMargin(of, mask, { label: 1, margin: radius, dimensions }));
      assert.deepEqual(mask.after(grown), values(golden.margins[where].grown));
      const rest = new TestMask(
        of,
        mask.values().map((value) => 1 - value),
      );
      const shrunk = finish(changeMargin(of, rest, { label: 1, margin: -radius, dimensions }));
      assert.deepEqual(rest.after(shrunk), values(golden.margins[where].shrunk));
    });

    it(`holes in ${where}`, () => {
      const mask = maskOf(golden.holes.mask);
      const change = finish(fillHoles(of, mask, { label: 1, dimensions }));
      assert.deepEqual(mask.after(change), values(golden.holes[where]));
    });

    for (const connectivity of ['face', 'full'] as const satisfies readonly Connectivity[]) {
      it(`connected parts in ${where}, neighbours by ${connectivity}`, () => {
        const labels = Uint8Array.from(values(golden.parts.mask));
        const { parts, count } = finish(components(labels, [width, height, depth], dimensions, connectivity));
        const sizes = new Array<number>(count).fill(0);
        for (const part of parts) if (part > 0) sizes[part - 1] = (sizes[part - 1] ?? 0) + 1;
        assert.deepEqual(
          sizes.sort((a, b) => b - a),
          golden.parts[where][connectivity],
        );
      });
    }
  }

  for (const connectivity of ['face', 'full'] as const) {
    it(`region growing, neighbours by ${connectivity}`, () => {
      const { hu, seed, min, max } = golden.grown;
      const mask = new TestMask(of);
      const scan = { voxels: Int16Array.from(hu.flat(2), (value) => value * 2 + 100), slope: 0.5, intercept: -50 };
      const options = { label: 3, scan, hu: { min, max }, dimensions: 3, connectivity } as const;
      const { change, voxels, bounded } = finish(growRegion(of, mask, seed as unknown as Vec3, options));
      const expected = values(golden.grown[connectivity]);
      assert.deepEqual(
        mask.after(change),
        expected.map((value) => value * 3),
      );
      assert.equal(voxels, expected.filter((value) => value > 0).length);
      assert.equal(bounded, false);
    });
  }
});
