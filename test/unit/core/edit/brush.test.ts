import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Brush, brushSpans, stroke } from '../../../../src/core/edit/brush';
import { changedVoxels } from '../../../../src/core/edit/changes';
import { type EditGrid, sliceNear, toFrame } from '../../../../src/core/edit/grid';
import type { Vec3 } from '../../../../src/core/volume';
import { anyConstraints, anyGrid, anyLabel, anyMask, assertLawful, centre, forVoxels, grid, TestMask } from './fixture';

/** mm from a point to a segment. */
function distanceToSegment(p: readonly number[], a: readonly number[], b: readonly number[]): number {
  const along = b.map((value, n) => value - (a[n] ?? 0));
  const length2 = along.reduce((sum, value) => sum + value * value, 0);
  const t =
    length2 === 0
      ? 0
      : Math.max(
          0,
          Math.min(1, p.reduce((sum, value, n) => sum + (value - (a[n] ?? 0)) * (along[n] ?? 0), 0) / length2),
        );
  return Math.hypot(...p.map((value, n) => value - (a[n] ?? 0) - t * (along[n] ?? 0)));
}

function covered(of: EditGrid, brush: Brush, from: Vec3, to: Vec3): Set<number> {
  const found = new Set<number>();
  brushSpans(of, brush, from, to, (k, j, first, last) => {
    assert.ok(first >= 0 && last < of.width && first <= last && j >= 0 && j < of.height, 'spans lie inside the grid');
    for (let i = first; i <= last; i++) {
      const n = (k * of.height + j) * of.width + i;
      assert.ok(!found.has(n), 'no voxel twice');
      found.add(n);
    }
  });
  return found;
}

const anyPoint = (of: EditGrid): fc.Arbitrary<Vec3> =>
  fc
    .tuple(
      fc.integer({ min: -8, max: 4 * of.width }),
      fc.integer({ min: -8, max: 4 * of.height }),
      fc.nat({ max: of.depth - 1 }),
    )
    .map(([i, j, k]) => [i / 4 + 0.03, j / 4 + 0.03, k] as const);

describe('brush', () => {
  it('covers in an axial slice the voxels whose centres are within the radius of the path, as brute force does', () => {
    const scene = anyGrid.chain((of) =>
      fc.record({
        of: fc.constant(of),
        from: anyPoint(of),
        to: anyPoint(of),
        radius: fc.integer({ min: 12, max: 50 }).map((r) => r / 10 + 0.001),
        shape: fc.constantFrom<Brush['shape'][]>('circle', 'sphere'),
      }),
    );
    fc.assert(
      fc.property(scene, ({ of, from, to, radius, shape }) => {
        const found = covered(of, { shape, radius, plane: 'axial' }, from, to);
        const end = toFrame(of, to);
        const start = toFrame(of, [from[0], from[1], to[2]]);
        forVoxels(of, (i, j, k, n) => {
          if (shape === 'circle' && k !== to[2]) return assert.ok(!found.has(n), 'a circle stays in its slice');
          const distance = distanceToSegment(centre(of, i, j, k), start, end);
          if (Math.abs(distance - radius) < 1e-5) return;
          assert.equal(found.has(n), distance < radius, `voxel ${i},${j},${k} at ${distance} mm`);
        });
      }),
      { seed: 41, numRuns: 300 },
    );
  });

  it('sweeps in coronal and sagittal planes what stamps along the path cover, drawn to the slice under the pointer', () => {
    const scene = anyGrid.chain((of) =>
      fc.record({
        of: fc.constant(of),
        from: anyPoint(of),
        to: anyPoint(of),
        radius: fc.integer({ min: 3, max: 50 }).map((r) => r / 10 + 0.001),
        plane: fc.constantFrom<Brush['plane'][]>('coronal', 'sagittal'),
        shape: fc.constantFrom<Brush['shape'][]>('circle', 'sphere'),
      }),
    );
    fc.assert(
      fc.property(scene, ({ of, from, to, radius, plane, shape }) => {
        const found = covered(of, { shape, radius, plane }, from, to);
        const a = toFrame(of, from);
        const b = toFrame(of, to);
        const fixed = plane === 'coronal' ? 1 : 0;
        const expected = new Set<number>();
        const edge = new Set<number>();
        const steps = 100;
        for (let s = 0; s <= steps; s++) {
          const at = a.map((value, n) => (n === fixed ? value : value + ((b[n] ?? 0) - value) * (s / steps)));
          at[2] = of.z[sliceNear(of, at[2] ?? 0)] ?? at[2] ?? 0;
          forVoxels(of, (i, j, k, n) => {
            const c = centre(of, i, j, k);
            const step = fixed === 1 ? of.dy : of.dx;
            const away = Math.abs((c[fixed] ?? 0) - (a[fixed] ?? 0)) - step / 2;
            if (shape === 'circle' && away > 0) {
              if (away < 1e-6) edge.add(n);
              return;
            }
            const d = c.map((value, m) => (shape === 'circle' && m === fixed ? 0 : value - (at[m] ?? 0)));
            if (Math.hypot(...d) <= radius) expected.add(n);
          });
        }
        for (const n of expected)
          if (!edge.has(n)) assert.ok(found.has(n), `voxel ${n} of a stamp is not in the sweep`);
        // And nothing else, but for what lies between two of the steps or under the pointer itself.
        const slack = Math.hypot((b[0] - a[0]) / steps, (b[1] - a[1]) / steps) + Math.max(of.dx, of.dy) / 2 + 1e-3;
        forVoxels(of, (i, j, k, n) => {
          if (!found.has(n)) return;
          const c = centre(of, i, j, k);
          let least = Number.POSITIVE_INFINITY;
          for (let s = 0; s <= steps; s++) {
            const at = a.map((value, m) => (m === fixed ? value : value + ((b[m] ?? 0) - value) * (s / steps)));
            at[2] = of.z[sliceNear(of, at[2] ?? 0)] ?? at[2] ?? 0;
            const d = c.map((value, m) => (shape === 'circle' && m === fixed ? 0 : value - (at[m] ?? 0)));
            least = Math.min(least, Math.hypot(...d));
          }
          assert.ok(least <= Math.max(radius, Math.max(of.dx, of.dy) / 2) + slack, `voxel ${n} is ${least} mm off`);
        });
      }),
      { seed: 42, numRuns: 50 },
    );
  });

  it('paints the voxel under the pointer however small the brush, and a path without gaps', () => {
    const of = grid({ size: [40, 30, 8], spacing: [0.5, 0.8], z: [0, 5, 10, 12, 14, 19, 24, 29] });
    const paths: readonly [Brush['plane'], Vec3, Vec3, 0 | 1 | 2][] = [
      ['axial', [2.4, 3.4, 4], [37, 21, 4], 2],
      ['coronal', [2.4, 9, 0], [37, 9, 7], 1],
      ['sagittal', [9, 2, 7], [9, 27, 0.2], 0],
    ];
    for (const [plane, from, to, fixed] of paths) {
      for (const shape of ['circle', 'sphere'] as const) {
        const found = covered(of, { shape, radius: 0.01, plane }, from, to);
        const index = (n: number): Vec3 => [n % 40, Math.floor(n / 40) % 30, Math.floor(n / 1200)];
        const voxels = [...found].map(index);
        const includes = (p: Vec3): boolean => voxels.some((v) => v.every((x, axis) => x === Math.round(p[axis] ?? 0)));
        assert.ok(includes(from) && includes(to), `${plane} ${shape}: both ends are painted`);
        assert.ok(
          voxels.every((v) => v[fixed] === Math.round(from[fixed])),
          `${plane} ${shape}: one voxel thick`,
        );
        // Connected: walk from the first to all others over shared edges.
        const reached = [voxels[0] ?? assert.fail('nothing painted')];
        for (const v of reached) {
          for (const w of voxels) {
            if (!reached.includes(w) && v.every((x, axis) => Math.abs(x - (w[axis] ?? 0)) <= 1)) reached.push(w);
          }
        }
        assert.equal(reached.length, voxels.length, `${plane} ${shape}: no gaps`);
      }
    }
  });

  it('makes a sphere of the right volume on anisotropic, uneven and tilted grids', () => {
    const grids = [
      grid({ size: [120, 90, 40], spacing: [0.5, 0.7], z: Array.from({ length: 40 }, (_, k) => 1.5 * k) }),
      grid({
        size: [120, 90, 36],
        spacing: [0.5, 0.7],
        z: Array.from({ length: 36 }, (_, k) => (k < 18 ? k : 17 + (k - 17) * 3)),
      }),
      grid({ size: [120, 110, 40], spacing: [0.5, 0.7], z: Array.from({ length: 40 }, (_, k) => 1.5 * k), tilt: 0.27 }),
    ];
    for (const of of grids) {
      const mask = new TestMask(of);
      const radius = 12;
      mask.apply(
        stroke(of, mask, { shape: 'sphere', radius, plane: 'axial' }, [60, 50, 18], [60, 50, 18], { label: 4 }),
      );
      let volume = 0;
      let shifted = 0;
      forVoxels(of, (i, j, k, n) => {
        if (mask.slices[k]?.[n % (of.width * of.height)] !== 4) return;
        const mm3 = of.dx * of.dy * (of.extent[k] ?? 0);
        volume += mm3;
        shifted += mm3 * (centre(of, i, j, k)[1] - centre(of, 60, 50, 18)[1]);
      });
      const analytic = (4 / 3) * Math.PI * radius ** 3;
      assert.ok(Math.abs(volume / analytic - 1) < 0.03, `${volume} mm3 of ${analytic}`);
      assert.ok(Math.abs(shifted / volume) < 0.1, 'its centroid is where the pointer was, also in a tilted stack');
    }
  });

  it('keeps the rules of edits for random strokes', () => {
    const scene = anyGrid.chain((of) =>
      fc.record({
        mask: anyMask(of),
        constraints: anyConstraints(of),
        label: anyLabel,
        from: anyPoint(of),
        to: anyPoint(of),
        brush: fc.record({
          shape: fc.constantFrom<Brush['shape'][]>('circle', 'sphere'),
          plane: fc.constantFrom<Brush['plane'][]>('axial', 'coronal', 'sagittal'),
          radius: fc.constantFrom(0.1, 1.1, 3.3),
        }),
      }),
    );
    fc.assert(
      fc.property(scene, ({ mask, constraints, label, from, to, brush }) => {
        const change = stroke(mask.grid, mask, brush, from, to, { ...constraints, label });
        assertLawful(mask, change, constraints);
        mask.apply(change);
        assert.deepEqual(
          stroke(mask.grid, mask, brush, from, to, { ...constraints, label }),
          [],
          'again changes nothing',
        );
      }),
      { seed: 43, numRuns: 300 },
    );
  });

  it('looks only at what lies under it', () => {
    const of = grid({
      size: [512, 512, 500],
      spacing: [0.45, 0.45],
      z: Array.from({ length: 500 }, (_, k) => 0.6 * k),
    });
    const asked = new Set<number>();
    let allowed = 0;
    const mask = { slice: (k: number) => void asked.add(k) };
    const voxels = new Proxy(new Int16Array(0), {
      get: (_, name) => {
        if (name === 'length') return 512 * 512 * 500;
        allowed++;
        return 50;
      },
    });
    const options = { label: 4, hu: { min: 40 }, scan: { voxels, slope: 1, intercept: 0 } } as const;
    const brush = { shape: 'sphere', radius: 3, plane: 'axial' } as const;
    const painted = changedVoxels(stroke(of, mask, brush, [100, 100, 250], [110, 104, 250], options));
    assert.ok(painted > 500);
    assert.equal(allowed, painted, 'voxels read');
    assert.deepEqual([Math.min(...asked), Math.max(...asked)], [245, 255], 'slices read');
  });

  it('paints nothing where the pointer is beyond the scan', () => {
    const of = grid({ size: [10, 10, 3], z: [0, 5, 10] });
    const mask = new TestMask(of);
    const at = (point: Vec3, plane: Brush['plane']) =>
      changedVoxels(stroke(of, mask, { shape: 'circle', radius: 1, plane }, point, point, { label: 1 }));
    assert.equal(at([-5, 5, 1], 'axial'), 0);
    assert.equal(at([5, 5, 4], 'axial'), 0);
    assert.equal(at([5, 5, 2.7], 'coronal'), 0);
    assert.equal(at([5, 20, 1], 'coronal'), 0);
    assert.equal(at([20, 5, 1], 'sagittal'), 0);
  });
});
