import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changeMargin } from '../../../../src/core/edit/margin';
import { smooth } from '../../../../src/core/edit/smooth';
import { finish } from '../../../../src/core/edit/steps';
import { anyConstraints, anyGrid, anyMask, assertLawful, centre, forVoxels, grid, TestMask } from './fixture';

const dimensions = fc.constantFrom(2 as const, 3 as const);
const radius = fc.integer({ min: 1, max: 60 }).map((tenths) => tenths / 10);
const scene = anyGrid.chain((of) => anyMask(of));

describe('grow and shrink', () => {
  it('take and give the voxels within the margin, as brute force does', () => {
    fc.assert(
      fc.property(scene, radius, dimensions, fc.boolean(), (mask, mm, d, grow) => {
        const of = mask.grid;
        const before = mask.values();
        const after = mask.after(finish(changeMargin(of, mask, { label: 2, margin: grow ? mm : -mm, dimensions: d })));
        forVoxels(of, (i, j, k, n) => {
          const [x, y, z] = centre(of, i, j, k);
          let near = false;
          forVoxels(of, (ai, aj, ak, m) => {
            if ((before[m] === 2) !== grow || (d === 2 && ak !== k)) return;
            const [ax, ay, az] = centre(of, ai, aj, ak);
            if (Math.hypot(ax - x, ay - y, az - z) <= mm + 1e-6) near = true;
          });
          const expected = grow ? (near ? 2 : before[n]) : near && before[n] === 2 ? 0 : before[n];
          assert.equal(after[n], expected);
        });
      }),
      { seed: 61, numRuns: 120 },
    );
  });

  it('are monotonic: more margin holds less margin, and growing, then shrinking, loses nothing', () => {
    fc.assert(
      fc.property(scene, radius, radius, dimensions, (mask, a, b, d) => {
        const members = (margin: number, from = mask): Set<number> => {
          const after = from.after(finish(changeMargin(from.grid, from, { label: 1, margin, dimensions: d })));
          return new Set(after.flatMap((label, n) => (label === 1 ? [n] : [])));
        };
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const chain = [members(-high), members(-low), members(0), members(low), members(high)];
        for (let n = 1; n < chain.length; n++) {
          for (const voxel of chain[n - 1] ?? []) assert.ok(chain[n]?.has(voxel));
        }
        const grown = new TestMask(mask.grid, mask.values());
        grown.apply(finish(changeMargin(mask.grid, grown, { label: 1, margin: low, dimensions: d })));
        const closed = members(-low, grown);
        for (const voxel of members(0)) assert.ok(closed.has(voxel));
      }),
      { seed: 62, numRuns: 200 },
    );
  });

  it('keep the rules of edits', () => {
    const scenes = anyGrid.chain((of) => fc.record({ mask: anyMask(of), constraints: anyConstraints(of) }));
    fc.assert(
      fc.property(scenes, radius, dimensions, fc.boolean(), ({ mask, constraints }, mm, d, grow) => {
        const options = { ...constraints, label: 1 as const, margin: grow ? mm : -mm, dimensions: d };
        assertLawful(mask, finish(changeMargin(mask.grid, mask, options)), constraints);
      }),
      { seed: 63, numRuns: 300 },
    );
  });

  it('do not shrink a lesion at the edge of the scan from outside', () => {
    const of = grid({ size: [8, 8, 3], z: [0, 5, 10] });
    const mask = new TestMask(of, new Array<number>(8 * 8 * 3).fill(1));
    assert.deepEqual(finish(changeMargin(of, mask, { label: 1, margin: -3, dimensions: 3 })), []);
  });
});

describe('smooth', () => {
  const method = fc.constantFrom('median' as const, 'open' as const, 'close' as const);

  it('keeps the rules of edits and, with labels given, changes nothing between others', () => {
    const scenes = anyGrid.chain((of) => fc.record({ mask: anyMask(of), constraints: anyConstraints(of) }));
    fc.assert(
      fc.property(scenes, method, radius, dimensions, ({ mask, constraints }, how, mm, d) => {
        const change = finish(
          smooth(mask.grid, mask, { ...constraints, method: how, radius: mm, dimensions: d, labels: [1, 3] }),
        );
        assertLawful(mask, change, constraints);
        const after = mask.after(change);
        mask.values().forEach((from, n) => {
          const to = after[n] ?? 0;
          assert.ok(from === to || [from, to].some((label) => label === 1 || label === 3), `${from} to ${to}`);
        });
      }),
      { seed: 64, numRuns: 300 },
    );
  });

  it('by median gives each voxel the label with the most volume around it, as brute force does', () => {
    fc.assert(
      fc.property(scene, radius, dimensions, (mask, mm, d) => {
        const of = mask.grid;
        const before = mask.values();
        const after = mask.after(finish(smooth(of, mask, { method: 'median', radius: mm, dimensions: d })));
        forVoxels(of, (i, j, k, n) => {
          const [x, y, z] = centre(of, i, j, k);
          const votes = new Array<number>(6).fill(0);
          forVoxels(of, (ai, aj, ak, m) => {
            const [ax, ay, az] = centre(of, ai, aj, ak);
            if ((d === 2 && ak !== k) || Math.hypot(ax - x, ay - y, az - z) > mm + 1e-6) return;
            votes[before[m] ?? 0] = (votes[before[m] ?? 0] ?? 0) + (of.extent[ak] ?? 0);
          });
          const most = Math.max(...votes);
          assert.ok((votes[after[n] ?? 0] ?? 0) >= most - 1e-9, 'the winner has the most');
          if ((votes[before[n] ?? 0] ?? 0) >= most - 1e-9) assert.equal(after[n], before[n], 'a tie changes nothing');
        });
      }),
      { seed: 65, numRuns: 120 },
    );
  });

  it('leaves no gap between labels that touch', () => {
    // Two halves with a ragged border between them: no method may put background there.
    const of = grid({ size: [40, 30, 3], spacing: [0.5, 0.5], z: [0, 2, 4] });
    const mask = new TestMask(of);
    forVoxels(of, (i, j, k, n) => {
      const slice = mask.slices[k] ?? assert.fail();
      if (i > 3 && i < 36 && j > 3 && j < 26) slice[n % 1200] = i < 20 + (j % 3 === 0 ? 3 : 0) ? 1 : 4;
    });
    for (const how of ['median', 'open', 'close'] as const) {
      const after = mask.after(finish(smooth(of, mask, { method: how, radius: 1.2, dimensions: 2 })));
      let ragged = 0;
      forVoxels(of, (i, j, _k, n) => {
        if (i < 15 || i > 26 || j < 8 || j > 21) return;
        assert.notEqual(after[n], 0, `${how}: gap at ${i},${j}`);
        // The teeth cover a third of columns 20 to 22: a straight border lies before their tips.
        if (i >= 22 && after[n] === 1) ragged++;
      });
      if (how !== 'close') assert.equal(ragged, 0, `${how}: the teeth between the labels are gone`);
    }
  });

  it('opens a thin strand away and closes a slit', () => {
    const of = grid({ size: [60, 40, 1], spacing: [0.5, 0.5] });
    const mask = new TestMask(of);
    forVoxels(of, (i, j, _k, n) => {
      const slice = mask.slices[0] ?? assert.fail();
      const inBody = Math.hypot(i - 20, j - 20) < 12 && i !== 20;
      if (inBody || (j === 20 && i >= 20 && i < 50)) slice[n] = 2;
    });
    const run = (how: 'open' | 'close'): number[] =>
      mask.after(finish(smooth(of, mask, { method: how, radius: 1, dimensions: 2 })));
    assert.equal(run('open')[20 * 60 + 45], 0, 'the strand is gone');
    assert.equal(run('open')[20 * 60 + 14], 2, 'the body is there');
    assert.equal(run('close')[25 * 60 + 20], 2, 'the slit is closed');
    assert.equal(run('close')[20 * 60 + 45], 2, 'the strand is still there');
  });
});
