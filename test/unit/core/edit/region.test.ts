import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brushSpans } from '../../../../src/core/edit/brush';
import { huHistogram, proposeLimits } from '../../../../src/core/edit/histogram';
import { gateOf } from '../../../../src/core/edit/options';
import { growRegion } from '../../../../src/core/edit/region-grow';
import { finish, runSteps } from '../../../../src/core/edit/steps';
import type { Vec3 } from '../../../../src/core/volume';
import {
  anyConstraints,
  anyGrid,
  anyLabel,
  anyMask,
  anyScan,
  assertLawful,
  centre,
  forVoxels,
  grid,
  TestMask,
} from './fixture';

describe('region growing', () => {
  const scene = anyGrid.chain((of) =>
    fc.record({
      mask: anyMask(of),
      scan: anyScan(of),
      constraints: anyConstraints(of),
      label: anyLabel,
      seed: fc.tuple(fc.nat({ max: of.width - 1 }), fc.nat({ max: of.height - 1 }), fc.nat({ max: of.depth - 1 })),
      radius: fc.constantFrom(2, 5, 30),
      dimensions: fc.constantFrom(2 as const, 3 as const),
      connectivity: fc.constantFrom('face' as const, 'full' as const),
    }),
  );

  it('keeps the rules of edits, the radius and the slice, and grows from its result no further', () => {
    fc.assert(
      fc.property(scene, ({ mask, scan, constraints, label, seed, radius, dimensions, connectivity }) => {
        const hu = { min: 10, max: 80 };
        const options = { ...constraints, scan, hu, label, radius, dimensions, connectivity };
        const { change, voxels } = finish(growRegion(mask.grid, mask, seed, options));
        assertLawful(mask, change, { ...constraints, scan, hu });
        const after = mask.after(change);
        const origin = centre(mask.grid, ...seed);
        mask.values().forEach((before, n) => {
          if (before === after[n]) return;
          const plane = mask.grid.width * mask.grid.height;
          const k = Math.floor(n / plane);
          const [x, y, z] = centre(mask.grid, n % mask.grid.width, Math.floor((n % plane) / mask.grid.width), k);
          assert.ok(Math.hypot(x - origin[0], y - origin[1], z - origin[2]) <= radius + 1e-5);
          assert.ok(dimensions === 3 || k === seed[2]);
        });
        const again = new TestMask(mask.grid, after);
        const second = finish(growRegion(mask.grid, again, seed, options));
        // With `over` or a lock the seed itself may be out of bounds; then both are empty.
        assert.deepEqual([second.change, second.voxels], [[], voxels]);
      }),
      { seed: 91, numRuns: 400 },
    );
  });

  it('says when the radius or the number of voxels ended it', () => {
    const of = grid({ size: [30, 30, 5], z: [0, 5, 10, 15, 20] });
    const mask = new TestMask(of);
    const scan = { voxels: new Int16Array(30 * 30 * 5).fill(60), slope: 1, intercept: 0 };
    const options = { label: 4, scan, hu: { min: 50, max: 70 }, dimensions: 3, connectivity: 'face' } as const;
    const seed: Vec3 = [15, 15, 2];
    assert.equal(finish(growRegion(of, mask, seed, options)).bounded, false);
    const ball = finish(growRegion(of, mask, seed, { ...options, radius: 8 }));
    assert.equal(ball.bounded, true);
    assert.ok(Math.abs(ball.volume / ((4 / 3) * Math.PI * 0.512) - 1) < 0.1, `${ball.volume} mL`);
    const few = finish(growRegion(of, mask, seed, { ...options, maxVoxels: 100 }));
    assert.deepEqual([few.bounded, few.voxels], [true, 100]);
    assert.equal(finish(growRegion(of, mask, [40, 1, 1], options)).voxels, 0);
    assert.equal(finish(growRegion(of, mask, seed, { ...options, hu: { min: 61 } })).voxels, 0);
  });

  it('runs in steps that can be stopped', async () => {
    const of = grid({ size: [200, 200, 6], z: [0, 5, 10, 15, 20, 25] });
    const scan = { voxels: new Int16Array(200 * 200 * 6), slope: 1, intercept: 0 };
    const options = { label: 4, scan, hu: {}, dimensions: 3, connectivity: 'face' } as const;
    let pauses = 0;
    const pause = async (): Promise<void> => {
      pauses++;
    };
    const run = (stopAt: number) =>
      runSteps(growRegion(of, new TestMask(of), [0, 0, 0], options), { pause, aborted: () => pauses >= stopAt });
    assert.equal((await run(1000))?.voxels, 240_000);
    assert.ok(pauses >= 5, `${pauses} steps`);
    pauses = 0;
    assert.equal(await run(2), undefined);
    assert.equal(pauses, 2);
  });
});

describe('HU limits', () => {
  it('need the voxels of the whole scan', () => {
    const of = grid({ size: [4, 4, 2] });
    const scan = { voxels: new Int16Array(31), slope: 1, intercept: 0 };
    assert.throws(() => gateOf(of, { hu: { min: 3 }, scan }), /need the scan's 32 voxels; 31 were given/);
    assert.throws(() => gateOf(of, { hu: { max: 3 } }), /need the scan's 32 voxels; none were given/);
    assert.doesNotThrow(() => gateOf(of, { hu: {} }));
  });

  it('are inclusive, apply slope and intercept, and leave padding out', () => {
    const of = grid({ size: [6, 1, 1] });
    const voxels = BigInt64Array.of(-2000n, 9n, 10n, 15n, 20n, 21n);
    const scan = { voxels, slope: 2, intercept: -10, padding: { from: -2000, to: -2000 } };
    const allowed = (min: number | undefined, max: number | undefined): number[] => {
      const hu = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
      const gate = gateOf(of, { scan, hu });
      return [0, 1, 2, 3, 4, 5].filter((n) => gate.allows(0, n, 0, 1));
    };
    assert.deepEqual(allowed(10, 30), [2, 3, 4]);
    assert.deepEqual(allowed(undefined, 10), [1, 2]);
    assert.deepEqual(allowed(30, undefined), [4, 5]);
  });
});

describe('histogram', () => {
  it('counts the voxels under a brush', () => {
    const scene = anyGrid.chain((of) =>
      fc.record({ of: fc.constant(of), scan: anyScan(of), width: fc.constantFrom(1, 5) }),
    );
    fc.assert(
      fc.property(scene, ({ of, scan, width }) => {
        const brush = { shape: 'sphere', radius: 4, plane: 'axial' } as const;
        const at: Vec3 = [Math.floor(of.width / 2), Math.floor(of.height / 2), 0];
        const bins = huHistogram(scan, of, (sink) => brushSpans(of, brush, at, at, sink), width);
        const origin = centre(of, ...at);
        const values: number[] = [];
        forVoxels(of, (i, j, k, n) => {
          const away = centre(of, i, j, k).map((value, axis) => value - (origin[axis] ?? 0));
          if (Math.hypot(...away) <= 4 + 1e-6) values.push(Number(scan.voxels[n]) * scan.slope + scan.intercept);
        });
        assert.equal(bins.count, values.length);
        assert.ok(Number.isInteger(bins.start / width));
        bins.counts.forEach((count, bin) => {
          const low = bins.start + bin * width;
          assert.equal(count, values.filter((value) => value >= low && value < low + width).length);
        });
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
        assert.ok(Math.abs(bins.mean - mean) < 1e-9 && Math.abs(bins.sd - sd) < 1e-9);
        assert.deepEqual([bins.min, bins.max], [Math.min(...values), Math.max(...values)]);
      }),
      { seed: 92, numRuns: 200 },
    );
  });

  it('widens its bins for wide values and is empty where there is nothing', () => {
    const of = grid({ size: [3, 1, 1] });
    const scan = { voxels: Float32Array.of(-30000, 0, 30000), slope: 1, intercept: 0 };
    const bins = huHistogram(scan, of, (sink) => sink(0, 0, 0, 2));
    assert.ok(bins.counts.length <= 1024 && bins.width === 64, `${bins.counts.length} bins of ${bins.width}`);
    assert.equal(bins.count, 3);
    assert.equal(huHistogram(scan, of, () => undefined).count, 0);
  });

  it('proposes limits around the seed that hold the seed', () => {
    const of = grid({ size: [21, 21, 3], z: [0, 5, 10] });
    const voxels = new Int16Array(21 * 21 * 3).fill(30);
    forVoxels(of, (i, j, _k, n) => {
      if (Math.hypot(i - 10, j - 10) < 6) voxels[n] = 60 + ((i + j) % 2 === 0 ? 5 : -5);
    });
    const scan = { voxels, slope: 1, intercept: 0 };
    const limits = proposeLimits(scan, of, [10, 10, 1]) ?? assert.fail();
    assert.ok(Math.abs(limits.mean - 60) < 2.5 && Math.abs(limits.sd - 5) < 0.5, JSON.stringify(limits));
    assert.ok(Math.abs(limits.max - limits.mean - 2 * limits.sd) < 1e-9 && limits.min > 45);
    const flat = proposeLimits(scan, of, [2, 2, 1], { factor: 3 }) ?? assert.fail();
    assert.deepEqual([flat.min, flat.max, flat.sd], [21, 39, 0], 'never narrower than the noise');
    voxels[(21 + 2) * 21 + 2] = 90;
    assert.equal(proposeLimits(scan, of, [2, 2, 1], { factor: 0.5 })?.max, 90);
    assert.equal(proposeLimits(scan, of, [21, 2, 1]), undefined);
  });
});
