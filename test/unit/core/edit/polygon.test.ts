import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EditPlane } from '../../../../src/core/edit/brush';
import { type EditGrid, toFrame } from '../../../../src/core/edit/grid';
import { type FillRule, fillOutline } from '../../../../src/core/edit/polygon';
import type { Vec3 } from '../../../../src/core/volume';
import { anyConstraints, anyGrid, anyLabel, anyMask, assertLawful, centre, forVoxels, grid, TestMask } from './fixture';

/** By a ray towards +u: how often it is crossed, and how often more upwards than downwards. */
function isInside(u: number, v: number, vertices: readonly (readonly [number, number])[], rule: FillRule): boolean {
  let [crossed, winding] = [0, 0];
  vertices.forEach(([pu, pv], n) => {
    const [qu, qv] = vertices[(n + 1) % vertices.length] ?? [pu, pv];
    if (pv > v === qv > v || u >= ((qu - pu) * (v - pv)) / (qv - pv) + pu) return;
    crossed++;
    winding += qv > pv ? 1 : -1;
  });
  return rule === 'nonzero' ? winding !== 0 : crossed % 2 === 1;
}

const anyRule = fc.constantFrom<FillRule[]>('even-odd', 'nonzero');
const anyPlane = fc.constantFrom<EditPlane[]>('axial', 'coronal', 'sagittal');

function anyOutline(of: EditGrid, plane: EditPlane): fc.Arbitrary<Vec3[]> {
  // Sixteenths off the usual fractions, so that no centre lies on an edge but for rounding.
  const along = (count: number) => fc.integer({ min: -40, max: 16 * count + 40 }).map((n) => n / 16 + 0.0123);
  const inside = (count: number) => fc.nat({ max: count - 1 });
  return fc
    .tuple(
      fc.array(fc.tuple(along(of.width), along(of.height), along(of.depth)), { minLength: 3, maxLength: 9 }),
      fc.tuple(inside(of.width), inside(of.height), inside(of.depth)),
    )
    .map(([points, fixed]) => {
      if (plane === 'axial') return points.map(([i, j]) => [i, j, fixed[2]] as const);
      const start = toFrame(of, [fixed[0], fixed[1], 0]);
      // All vertices at the same x or y of the grid frame, as a pointer in that plane gives them.
      return points.map(([i, j, k]) => {
        const origin = toFrame(of, [0, 0, k]);
        return plane === 'coronal'
          ? ([i, (start[1] - origin[1]) / of.dy, k] as const)
          : ([(start[0] - origin[0]) / of.dx, j, k] as const);
      });
    });
}

describe('polygon and lasso', () => {
  it('fill the voxels whose centres are inside, by brute force in all planes', () => {
    const scene = anyGrid.chain((of) =>
      anyPlane.chain((plane) =>
        fc.record({
          of: fc.constant(of),
          plane: fc.constant(plane),
          outline: anyOutline(of, plane),
          rule: anyRule,
        }),
      ),
    );
    fc.assert(
      fc.property(scene, ({ of, plane, outline, rule }) => {
        const mask = new TestMask(of);
        const after = mask.after(fillOutline(of, mask, plane, outline, { label: 5 }, rule));
        const frame = outline.map((index) => toFrame(of, index));
        const [u, v] =
          plane === 'axial' ? ([0, 1] as const) : plane === 'coronal' ? ([0, 2] as const) : ([1, 2] as const);
        const fixed = plane === 'coronal' ? 1 : 0;
        forVoxels(of, (i, j, k, n) => {
          const c = centre(of, i, j, k);
          const inPlane =
            plane === 'axial'
              ? k === outline[0]?.[2]
              : Math.abs(c[fixed] - (frame[0]?.[fixed] ?? 0)) <= (fixed === 1 ? of.dy : of.dx) / 2;
          const vertices = frame.map((point) => [point[u], point[v]] as const);
          const expected = inPlane && isInside(c[u], c[v], vertices, rule) ? 5 : 0;
          if (
            plane !== 'axial' &&
            of.tilted &&
            Math.abs(Math.abs(c[fixed] - (frame[0]?.[fixed] ?? 0)) - of.dy / 2) < 1e-6
          )
            return;
          assert.equal(after[n], expected, `${plane} ${i},${j},${k}`);
        });
      }),
      { seed: 71, numRuns: 500 },
    );
  });

  it('keep the rules of edits', () => {
    const scene = anyGrid.chain((of) =>
      anyPlane.chain((plane) =>
        fc.record({
          plane: fc.constant(plane),
          outline: anyOutline(of, plane),
          mask: anyMask(of),
          constraints: anyConstraints(of),
          label: anyLabel,
        }),
      ),
    );
    fc.assert(
      fc.property(scene, ({ plane, outline, mask, constraints, label }) => {
        assertLawful(mask, fillOutline(mask.grid, mask, plane, outline, { ...constraints, label }), constraints);
      }),
      { seed: 72, numRuns: 300 },
    );
  });

  it('share an edge without overlap or gap, and leave a figure of eight open in the middle', () => {
    const of = grid({ size: [12, 12, 1] });
    const mask = new TestMask(of);
    const left: Vec3[] = [
      [1, 1, 0],
      [5, 1, 0],
      [5, 9, 0],
      [1, 9, 0],
    ];
    const right = left.map(([i, j, k]) => [i + 4, j, k] as const);
    mask.apply(fillOutline(of, mask, 'axial', left, { label: 1 }));
    mask.apply(fillOutline(of, mask, 'axial', right, { label: 2, over: [0] }));
    assert.equal(mask.count(1), 32);
    assert.equal(mask.count(2), 32);
    const twice = new TestMask(of);
    twice.apply(fillOutline(of, twice, 'axial', [...left, ...left], { label: 1 }));
    assert.equal(twice.count(1), 0, 'enclosed twice is outside');
  });

  it('need three vertices', () => {
    const of = grid({ size: [4, 4, 1] });
    assert.deepEqual(
      fillOutline(
        of,
        new TestMask(of),
        'axial',
        [
          [0, 0, 0],
          [3, 3, 0],
        ],
        { label: 1 },
      ),
      [],
    );
  });
});
