/** Small masks and grids for the tests of the mask tools. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Label } from '../../../../src/core/annotation/subtype';
import { applyToSlice, changedVoxels, invert, type MaskChange } from '../../../../src/core/edit/changes';
import type { EditGrid } from '../../../../src/core/edit/grid';
import type { Constraints, HuSource, MaskReader } from '../../../../src/core/edit/options';

/** A mask of dense slices. */
export class TestMask implements MaskReader {
  readonly slices: Uint8Array[];

  constructor(
    readonly grid: EditGrid,
    values?: ArrayLike<number>,
  ) {
    const plane = grid.width * grid.height;
    this.slices = Array.from({ length: grid.depth }, (_, k) =>
      Uint8Array.from({ length: plane }, (_unused, n) => values?.[k * plane + n] ?? 0),
    );
  }

  slice(k: number): Uint8Array | undefined {
    const slice = this.slices[k];
    // Looking through large slices at each call would take most of the tests' time.
    return slice && (slice.length > 200 || slice.some((label) => label !== 0)) ? slice : undefined;
  }

  apply(change: MaskChange): void {
    for (const slice of change) applyToSlice(slice, this.slices[slice.slice] ?? assert.fail('slice'), this.grid.width);
  }

  /** All labels, i fastest, then j, then k. */
  values(): number[] {
    return this.slices.flatMap((slice) => [...slice]);
  }

  after(change: MaskChange): number[] {
    const mask = new TestMask(this.grid, this.values());
    mask.apply(change);
    return mask.values();
  }

  count(label: number): number {
    return this.values().filter((value) => value === label).length;
  }
}

export interface GridSpec {
  readonly size: readonly [number, number, number];
  readonly spacing?: readonly [number, number];
  /** mm of each slice along the normal. */
  readonly z?: readonly number[];
  /** In-plane shift (mm along j) for each mm along the normal. */
  readonly tilt?: number;
}

export function grid({ size: [width, height, depth], spacing: [dx, dy] = [1, 1], z, tilt = 0 }: GridSpec): EditGrid {
  const at = Float64Array.from({ length: depth }, (_, k) => (z?.[k] ?? k) - (z?.[0] ?? 0));
  const extent = at.map((_, k) => {
    const below = k > 0 ? (at[k] ?? 0) - (at[k - 1] ?? 0) : undefined;
    const above = k + 1 < depth ? (at[k + 1] ?? 0) - (at[k] ?? 0) : undefined;
    return ((below ?? above ?? 1) + (above ?? below ?? 1)) / 2;
  });
  const y0 = at.map((location) => location * tilt);
  return { width, height, depth, dx, dy, x0: new Float64Array(depth), y0, z: at, extent, tilted: tilt !== 0 };
}

/** Random small grids: anisotropic, unevenly spaced, some tilted. */
export const anyGrid: fc.Arbitrary<EditGrid> = fc
  .record({
    size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 })),
    spacing: fc.tuple(fc.integer({ min: 3, max: 15 }), fc.integer({ min: 3, max: 15 })),
    gaps: fc.array(fc.integer({ min: 5, max: 50 }), { minLength: 6, maxLength: 6 }),
    tilt: fc.constantFrom(0, 0, 0.2679),
  })
  .map(({ size, spacing, gaps, tilt }) => {
    let location = 0;
    const z = gaps.map((gap) => {
      location += gap / 10;
      return location;
    });
    return grid({ size, spacing: [spacing[0] / 10, spacing[1] / 10], z, tilt });
  });

/** A mask of blobs: mostly background, neighbours mostly equal. */
export function anyMask(of: EditGrid): fc.Arbitrary<TestMask> {
  const { width, height, depth } = of;
  const blob = fc.record({
    label: fc.integer({ min: 0, max: 5 }),
    i: fc.integer({ min: 0, max: width - 1 }),
    j: fc.integer({ min: 0, max: height - 1 }),
    k: fc.integer({ min: 0, max: depth - 1 }),
    ri: fc.integer({ min: 0, max: 5 }),
    rj: fc.integer({ min: 0, max: 5 }),
    rk: fc.integer({ min: 0, max: 2 }),
  });
  return fc.array(blob, { maxLength: 8 }).map((blobs) => {
    const mask = new TestMask(of);
    for (const { label, i, j, k, ri, rj, rk } of blobs) {
      forVoxels(of, (vi, vj, vk, n) => {
        if (Math.abs(vi - i) > ri || Math.abs(vj - j) > rj || Math.abs(vk - k) > rk) return;
        const slice = mask.slices[vk];
        if (slice) slice[n % (width * height)] = label;
      });
    }
    return mask;
  });
}

/** Random HU of a grid's voxels, stored with a slope and an intercept. */
export function anyScan(of: EditGrid): fc.Arbitrary<HuSource> {
  return fc.nat().map((seed) => {
    // One random number for all voxels: arrays of them would take most of the tests' time.
    let state = seed;
    const voxels = Int16Array.from({ length: of.width * of.height * of.depth }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 16) % 201;
    });
    return { voxels, slope: 0.5, intercept: -10 };
  });
}

export const anyLabel: fc.Arbitrary<Label> = fc.constantFrom<Label[]>(0, 1, 2, 3, 4, 5);

export function anyConstraints(of: EditGrid): fc.Arbitrary<Constraints> {
  return fc.record(
    {
      over: fc.uniqueArray(anyLabel),
      locked: fc.uniqueArray(anyLabel.filter((label) => label > 0)),
      hu: fc.record(
        { min: fc.integer({ min: -10, max: 40 }), max: fc.integer({ min: 30, max: 90 }) },
        { requiredKeys: [] },
      ),
      scan: anyScan(of),
      slices: fc.record({ first: fc.integer({ min: -1, max: 5 }), last: fc.integer({ min: 0, max: 7 }) }),
    },
    { requiredKeys: ['scan'] },
  );
}

/** Calls back for every voxel with its index and its place in the order of values. */
export function forVoxels(
  { width, height, depth }: EditGrid,
  each: (i: number, j: number, k: number, n: number) => void,
): void {
  let n = 0;
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) for (let i = 0; i < width; i++) each(i, j, k, n++);
  }
}

/** Grid frame mm of a voxel's centre. */
export function centre(of: EditGrid, i: number, j: number, k: number): readonly [number, number, number] {
  return [(of.x0[k] ?? 0) + i * of.dx, (of.y0[k] ?? 0) + j * of.dy, of.z[k] ?? 0];
}

/** What holds for every edit: its inverse restores, runs are ordered, and what must not change has not. */
export function assertLawful(mask: TestMask, change: MaskChange, constraints: Constraints): void {
  const before = mask.values();
  const changed = new TestMask(mask.grid, before);
  changed.apply(change);
  const after = changed.values();
  changed.apply(invert(change));
  assert.deepEqual(changed.values(), before, 'the inverse restores');
  const differing = before.filter((label, n) => label !== after[n]).length;
  assert.equal(changedVoxels(change), differing, 'runs hold the changed voxels and no others');
  assertOrdered(change);
  const plane = mask.grid.width * mask.grid.height;
  const { over, locked = [], hu, scan, slices } = constraints;
  before.forEach((from, n) => {
    const to = after[n] ?? 0;
    if (from === to) return;
    const k = Math.floor(n / plane);
    assert.ok(
      !locked.includes(from as Label) && !locked.includes(to as Label),
      `locked label changed: ${from} to ${to}`,
    );
    assert.ok(!over || over.includes(from as Label), `label ${from} changed, which is not to be painted over`);
    assert.ok(!slices || (k >= slices.first && k <= slices.last), `slice ${k} changed`);
    const value = Number(scan?.voxels[n]) * (scan?.slope ?? 1) + (scan?.intercept ?? 0);
    assert.ok(value >= (hu?.min ?? value) && value <= (hu?.max ?? value), `voxel of ${value} HU changed`);
  });
}

function assertOrdered(change: MaskChange): void {
  change.forEach(({ slice, runs }, n) => {
    assert.ok(n === 0 || slice > (change[n - 1]?.slice ?? 0), 'slices ascend');
    assert.ok(runs.length > 0, 'no slice without changes');
    for (let at = 5; at < runs.length; at += 5) {
      const [row = 0, start = 0] = runs.subarray(at, at + 2);
      const [previousRow = 0, previousStart = 0, length = 0] = runs.subarray(at - 5, at - 2);
      assert.ok(row > previousRow || (row === previousRow && start >= previousStart + length), 'runs ascend');
    }
  });
}
