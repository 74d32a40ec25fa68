/** The mask tools on the mask model: changes apply, undo, and join to one step. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRuns } from '../../../../src/core/annotation/runs';
import { stroke } from '../../../../src/core/edit/brush';
import { changedVoxels, invert, type MaskChange } from '../../../../src/core/edit/changes';
import { components } from '../../../../src/core/edit/components';
import { gridOf } from '../../../../src/core/edit/grid';
import { finish } from '../../../../src/core/edit/steps';
import { geometryFromSlices, indexToWorld } from '../../../../src/core/geometry';
import { mergeChanges } from '../../../../src/core/mask/changes';
import { LabelVolume } from '../../../../src/core/mask/label-volume';
import { components as partsOfRuns } from '../../../../src/core/measure/components';
import type { Vec3 } from '../../../../src/core/volume';
import { anyGrid, anyMask, grid } from './fixture';

describe('mask tools on the mask model', () => {
  it('paint a stroke piece by piece and take it back as one', () => {
    const of = grid({ size: [64, 48, 5], spacing: [0.5, 0.5], z: [0, 5, 10, 12, 14] });
    const before = [{ slice: 2, runs: Uint32Array.of(2, 20, 10, 30) }];
    const mask = new LabelVolume([64, 48, 5], before);
    const path: Vec3[] = [
      [5, 5, 2],
      [40, 20, 2],
      [30, 40, 2],
      [30, 41, 2],
    ];
    let whole: MaskChange = [];
    path.forEach((to, n) => {
      const from = path[Math.max(0, n - 1)] ?? to;
      const change = stroke(of, mask, { shape: 'sphere', radius: 3, plane: 'axial' }, from, to, { label: 4 });
      mask.apply(change);
      whole = mergeChanges(whole, change);
    });
    assert.ok(changedVoxels(whole) > 1000);
    assert.deepEqual(
      mask.masks().map(({ slice }) => slice),
      [2, 3],
      'the slices within 3 mm',
    );
    mask.apply(invert(whole));
    assert.deepEqual(mask.masks(), before);
  });

  it('count the connected parts that the list of lesions counts', () => {
    fc.assert(
      fc.property(
        anyGrid.chain((of) => anyMask(of)),
        (mask) => {
          const { width, height, depth } = mask.grid;
          const runs = mask.slices.map((labels, slice) => ({ slice, runs: encodeRuns(labels, width, height) }));
          const { count } = finish(components(Uint8Array.from(mask.values()), [width, height, depth], 3, 'full'));
          assert.equal(count, partsOfRuns(runs).length);
        },
      ),
      { seed: 97, numRuns: 300 },
    );
  });
});

describe('the grid of a volume', () => {
  it('keeps distances of the patient, on oblique, tilted and uneven stacks', () => {
    const axes: readonly [Vec3, Vec3] = [
      [0.8, 0.6, 0],
      [-0.6 * 0.96, 0.8 * 0.96, 0.28],
    ];
    // Along z rather than along the normal: a tilt.
    const positions = [0, 5, 9, 11].map((z) => [12, -7, z] as const);
    const volume = geometryFromSlices(axes, [0.4, 0.6], [30, 20], positions);
    const of = gridOf(volume);
    assert.ok(of.tilted && Math.abs(of.y0[3] ?? 0) > 3 && Math.abs(of.x0[3] ?? 0) < 1e-9);
    const points: Vec3[] = [
      [0, 0, 0],
      [29, 0, 1],
      [3, 19, 3],
      [15, 7, 2],
    ];
    for (const a of points) {
      for (const b of points) {
        const [p, q] = [indexToWorld(volume, a), indexToWorld(volume, b)];
        const world = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        const at = ([i, j, k]: Vec3): Vec3 => [(of.x0[k] ?? 0) + i * of.dx, (of.y0[k] ?? 0) + j * of.dy, of.z[k] ?? 0];
        const [u, v] = [at(a), at(b)];
        assert.ok(Math.abs(Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]) - world) < 1e-9);
      }
    }
    assert.deepEqual(
      [...of.extent],
      volume.slices.map(({ extent }) => extent),
    );
  });

  it('takes the rounding of stored positions for no tilt', () => {
    const positions = [0, 5, 10].map((z, k) => [k * 0.01, -0.02, z] as const);
    const of = gridOf(
      geometryFromSlices(
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
        [0.5, 0.5],
        [4, 4],
        positions,
      ),
    );
    assert.equal(of.tilted, false);
    assert.deepEqual([...of.x0, ...of.y0], [0, 0, 0, 0, 0, 0]);
  });
});
