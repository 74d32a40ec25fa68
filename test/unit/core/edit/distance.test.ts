import assert from 'node:assert/strict';
import fc from 'fast-check';
import { blockGrid, squaredDistances } from '../../../../src/core/edit/distance';
import { type EditGrid, padBox } from '../../../../src/core/edit/grid';
import { finish } from '../../../../src/core/edit/steps';
import { anyGrid, anyMask, centre, forVoxels } from './fixture';

const wholeBox = ({ width, height, depth }: EditGrid) => ({
  i0: 0,
  i1: width - 1,
  j0: 0,
  j1: height - 1,
  k0: 0,
  k1: depth - 1,
});

describe('distance transform', () => {
  const scene = anyGrid.chain((of) => anyMask(of).map((mask) => ({ of, mask })));

  it('equals brute force on anisotropic, uneven and tilted grids', () => {
    fc.assert(
      fc.property(scene, fc.constantFrom(2 as const, 3 as const), ({ of, mask }, dimensions) => {
        const features = Uint8Array.from(mask.values(), (label) => (label === 1 || label === 4 ? 1 : 0));
        const points: (readonly [number, number, number])[] = [];
        forVoxels(of, (i, j, k, n) => features[n] && points.push(centre(of, i, j, k)));
        const found = finish(squaredDistances(features, blockGrid(of, wholeBox(of)), dimensions));
        forVoxels(of, (i, j, k, n) => {
          const [x, y, z] = centre(of, i, j, k);
          let least = Number.POSITIVE_INFINITY;
          for (const [px, py, pz] of points) {
            if (dimensions === 2 && pz !== z) continue;
            least = Math.min(least, (px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2);
          }
          const value = found[n] ?? Number.NaN;
          assert.ok(least === value || Math.abs(least - value) < 1e-9 * (1 + least), `${value} for ${least}`);
        });
      }),
      { seed: 51, numRuns: 300 },
    );
  });

  it('gives in a padded box of the mask what it gives in the whole volume, up to the padding', () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 1, max: 60 }), ({ of, mask }, tenths) => {
        const radius = tenths / 10;
        const features = Uint8Array.from(mask.values(), (label) => (label > 0 ? 1 : 0));
        const whole = wholeBox(of);
        let tight = { i0: of.width, i1: -1, j0: of.height, j1: -1, k0: of.depth, k1: -1 };
        forVoxels(of, (i, j, k, n) => {
          if (!features[n]) return;
          const { i0, i1, j0, j1, k0, k1 } = tight;
          tight = {
            ...{ i0: Math.min(i0, i), i1: Math.max(i1, i), j0: Math.min(j0, j), j1: Math.max(j1, j) },
            ...{ k0: Math.min(k0, k), k1: Math.max(k1, k) },
          };
        });
        fc.pre(tight.i1 >= 0);
        const box = padBox(of, tight, radius, true);
        const distances = finish(squaredDistances(features, blockGrid(of, whole), 3));
        forVoxels(of, (i, j, k, n) => {
          const inBox = i >= box.i0 && i <= box.i1 && j >= box.j0 && j <= box.j1 && k >= box.k0 && k <= box.k1;
          if (!inBox) assert.ok((distances[n] ?? 0) > radius ** 2, `voxel ${i},${j},${k} is within ${radius} mm`);
        });
      }),
      { seed: 52, numRuns: 300 },
    );
  });

  it('measures to the nearer of two slices at the same place', () => {
    const of = { width: 1, height: 1, depth: 3, dx: 1, dy: 1, tilted: false };
    const z = Float64Array.of(0, 2, 2);
    const grid = { ...of, ni: 1, nj: 1, nk: 3, x0: new Float64Array(3), y0: new Float64Array(3), z };
    assert.deepEqual([...finish(squaredDistances(Uint8Array.of(1, 0, 0), grid, 3))], [0, 4, 4]);
    assert.deepEqual([...finish(squaredDistances(Uint8Array.of(0, 0, 1), grid, 3))], [4, 0, 0]);
    assert.deepEqual([...finish(squaredDistances(Uint8Array.of(0, 1, 0), grid, 3))], [4, 0, 0]);
  });
});
