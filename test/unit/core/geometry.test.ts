import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Affine,
  affineOf,
  directionLetters,
  flipXY,
  geometryFromAffine,
  geometryFromSlices,
  indexToWorld,
  isUsableAffine,
  worldToIndex,
} from '../../../src/core/geometry';
import { addScaled, cross, dot, normalize } from '../../../src/core/vec3';
import type { Vec3 } from '../../../src/core/volume';

const SEED = { seed: 3, numRuns: 500 };

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (const [n, value] of actual.entries())
    assert.ok(
      Math.abs(value - (expected[n] ?? Number.NaN)) <= tolerance,
      `${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`,
    );
}

const component = fc.double({ min: -1, max: 1, noNaN: true });
const direction = fc
  .tuple(component, component, component)
  .filter(([x, y, z]) => Math.hypot(x, y, z) > 0.1)
  .map((v) => normalize(v));

/** Orthonormal in-plane axes in any attitude, either handedness. */
const axes = fc
  .tuple(direction, direction)
  .filter(([a, b]) => Math.abs(dot(a, b)) < 0.9)
  .map(([a, b]): [Vec3, Vec3] => [a, normalize(cross(a, b))]);

const gap = fc.double({ min: 0.5, max: 10, noNaN: true });

/** A stack with tilt and uneven gaps. */
const stack = fc
  .record({
    axes,
    spacing: fc.tuple(fc.double({ min: 0.2, max: 3, noNaN: true }), fc.double({ min: 0.2, max: 3, noNaN: true })),
    origin: fc.tuple(component, component, component).map(([x, y, z]): Vec3 => [x * 200, y * 200, z * 200]),
    gaps: fc.array(gap, { minLength: 0, maxLength: 12 }),
    sway: fc.tuple(component, component),
    descending: fc.boolean(),
  })
  .map(({ axes, spacing, origin, gaps, sway, descending }) => {
    const perpendicular = cross(axes[0], axes[1]);
    const step = addScaled(addScaled(perpendicular, axes[0], sway[0] / 2), axes[1], sway[1] / 2);
    let along = 0;
    const positions = [origin];
    for (const g of gaps) {
      along += descending ? -g : g;
      positions.push(addScaled(origin, step, along));
    }
    return geometryFromSlices(axes, spacing, [64, 48], positions);
  });

describe('geometry', () => {
  it('maps world to index as the exact inverse of index to world, inside and outside the volume', () => {
    fc.assert(
      fc.property(stack, component, component, component, (geometry, a, b, c) => {
        const index: Vec3 = [a * 100, b * 100, c * 20];
        assertClose(worldToIndex(geometry, indexToWorld(geometry, index)), index, 1e-6);
      }),
      SEED,
    );
  });

  it('keeps slice locations ascending along the normal in stored order', () => {
    fc.assert(
      fc.property(stack, (geometry) => {
        const locations = geometry.slices.map(({ location }) => location);
        assert.deepEqual(
          locations,
          [...locations].sort((a, b) => a - b),
        );
        for (const { position, location } of geometry.slices)
          assert.ok(Math.abs(dot(position, geometry.normal) - location) < 1e-9);
        assert.ok(Math.abs(dot(geometry.normal, geometry.direction[0])) < 1e-9);
      }),
      SEED,
    );
  });

  it('gives back the affine that a geometry was made from, sheared and left-handed ones too', () => {
    const affines = fc
      .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 12, maxLength: 12 })
      .map((m): Affine => [...m, 0, 0, 0, 1]);
    fc.assert(
      fc.property(affines, fc.integer({ min: 1, max: 9 }), (affine, depth) => {
        fc.pre(isUsableAffine(affine));
        const geometry = geometryFromAffine(affine, [8, 9, depth]);
        if (depth > 1) assertClose(affineOf(geometry), affine, 1e-9);
        const [i, j, k] = [3.5, 2, depth - 1];
        const row = (r: number): number =>
          (affine[r] ?? 0) * i + (affine[r + 1] ?? 0) * j + (affine[r + 2] ?? 0) * k + (affine[r + 3] ?? 0);
        assertClose(indexToWorld(geometry, [i, j, k]), [row(0), row(4), row(8)], 1e-9);
        assert.equal(geometry.regular, true);
      }),
      SEED,
    );
  });

  it('measures the slice spacing along the normal and the tilt between step and normal', () => {
    const angle = (18.5 * Math.PI) / 180;
    const positions = Array.from({ length: 5 }, (_, k): Vec3 => [0, 4 * k * Math.tan(angle), 4 * k]);
    const geometry = geometryFromSlices(
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [0.5, 0.5],
      [512, 512],
      positions,
    );
    assert.ok(Math.abs(geometry.tilt - 18.5) < 1e-9);
    assert.ok(Math.abs(geometry.spacing[2] - 4) < 1e-9);
    assert.equal(geometry.regular, true);
    assertClose(
      geometry.slices.map(({ extent }) => extent),
      [4, 4, 4, 4, 4],
      1e-9,
    );
  });

  it('orders slices that are stored from top to bottom by turning the normal', () => {
    const positions = [0, 1, 2].map((k): Vec3 => [0, 0, 100 - 5 * k]);
    const geometry = geometryFromSlices(
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [1, 1],
      [4, 4],
      positions,
    );
    assert.deepEqual([...geometry.normal], [0, 0, -1]);
    assert.deepEqual([...geometry.direction[2]], [0, 0, -1]);
    assert.equal(geometry.tilt, 0);
  });

  it('places a single slice by its thickness', () => {
    const geometry = geometryFromSlices(
      [
        [1, 0, 0],
        [0, 0, -1],
      ],
      [1, 1],
      [4, 4],
      [[1, 2, 3]],
      [{ thickness: 2.5 }],
    );
    assert.equal(geometry.spacing[2], 2.5);
    assert.equal(geometry.slices[0]?.extent, 2.5);
    assertClose(indexToWorld(geometry, [0, 0, 2]), [1, 7, 3], 1e-12);
  });

  it('refuses affines that do not span space', () => {
    assert.equal(isUsableAffine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), true);
    assert.equal(isUsableAffine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), false);
    assert.equal(isUsableAffine([1, 2, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), false);
    assert.equal(isUsableAffine([Number.NaN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), false);
  });

  it('turns RAS into LPS and back', () => {
    const ras: Affine = [-2, 0, 0, 90, 0, 2, 0, -126, 0, 0, 2, -72, 0, 0, 0, 1];
    const lps = flipXY(ras);
    assert.deepEqual(lps, [2, 0, 0, -90, 0, -2, 0, 126, 0, 0, 2, -72, 0, 0, 0, 1]);
    assert.deepEqual(flipXY(lps), ras);
  });

  it('names directions in LPS', () => {
    assert.equal(directionLetters([1, 0, 0]), 'L');
    assert.equal(directionLetters([-1, 0, 0]), 'R');
    assert.equal(directionLetters([0, 1, 0]), 'P');
    assert.equal(directionLetters([0, -1, 0]), 'A');
    assert.equal(directionLetters([0, 0, 1]), 'S');
    assert.equal(directionLetters([0, 0, -1]), 'I');
    const tilt = (degrees: number): Vec3 => [
      0,
      Math.cos((degrees * Math.PI) / 180),
      Math.sin((degrees * Math.PI) / 180),
    ];
    assert.equal(directionLetters(tilt(18.5)), 'P');
    assert.equal(directionLetters(tilt(30)), 'PS');
    assert.equal(directionLetters(tilt(60)), 'SP');
  });
});
