import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boxesOfSlice } from '../../../../src/core/edit/boxes';
import { fillHoles } from '../../../../src/core/edit/holes';
import { removeIslands } from '../../../../src/core/edit/islands';
import { finish } from '../../../../src/core/edit/steps';
import { clearLabels, copySlice, relabelLesion } from '../../../../src/core/edit/whole';
import type { Vec3 } from '../../../../src/core/volume';
import { anyConstraints, anyGrid, anyLabel, anyMask, assertLawful, grid, TestMask } from './fixture';

const dimensions = fc.constantFrom(2 as const, 3 as const);
const connectivity = fc.constantFrom('face' as const, 'full' as const);
const scene = anyGrid.chain((of) =>
  fc.record({
    mask: anyMask(of),
    constraints: anyConstraints(of),
    label: anyLabel,
    seed: fc.tuple(fc.nat({ max: of.width - 1 }), fc.nat({ max: of.height - 1 }), fc.nat({ max: of.depth - 1 })),
    slices: fc.tuple(fc.integer({ min: -1, max: 6 }), fc.integer({ min: -1, max: 6 })),
  }),
);

/** A mask from rows of digits, one list of rows a slice. */
function mask(z: readonly number[], ...slices: readonly string[][]): TestMask {
  const rows = slices[0] ?? [];
  const of = grid({ size: [rows[0]?.length ?? 0, rows.length, slices.length], spacing: [0.5, 0.5], z });
  return new TestMask(
    of,
    slices.flat().flatMap((row) => [...row].map(Number)),
  );
}

function rows({ grid: of }: TestMask, values: readonly number[]): string[][] {
  return Array.from({ length: of.depth }, (_, k) =>
    Array.from({ length: of.height }, (_unused, j) =>
      values.slice((k * of.height + j) * of.width, (k * of.height + j + 1) * of.width).join(''),
    ),
  );
}

describe('edits of slices, subtypes and lesions', () => {
  it('keep the rules of edits', () => {
    fc.assert(
      fc.property(scene, dimensions, connectivity, ({ mask: m, constraints, label, seed, slices }, d, c) => {
        const of = m.grid;
        const common = { ...constraints, dimensions: d, connectivity: c };
        for (const mode of ['empty', 'replace'] as const) {
          assertLawful(m, copySlice(of, m, ...slices, { ...constraints, mode }), constraints);
        }
        assertLawful(m, clearLabels(of, m, constraints), constraints);
        assertLawful(m, clearLabels(of, m, { ...constraints, labels: [label] }), constraints);
        assertLawful(m, finish(relabelLesion(of, m, seed, label, common)), constraints);
        assertLawful(m, finish(fillHoles(of, m, { ...common, label })), constraints);
        assertLawful(m, finish(removeIslands(of, m, { ...common, below: { unit: 'voxels', value: 6 } })), constraints);
      }),
      { seed: 95, numRuns: 400 },
    );
  });

  it('copies a slice where the next is empty, or replaces it', () => {
    const m = mask([0, 5], ['1120', '0020'], ['0300', '3300']);
    const copied = (mode: 'empty' | 'replace', labels?: number[]): string[] | undefined =>
      rows(m, m.after(copySlice(m.grid, m, 0, 1, { mode, ...(labels ? { labels } : {}) })))[1];
    assert.deepEqual(copied('empty'), ['1320', '3320']);
    assert.deepEqual(copied('replace'), ['1120', '0020']);
    assert.deepEqual(copied('empty', [2]), ['0320', '3320']);
    assert.deepEqual(copied('replace', [1, 2]), ['1120', '3320']);
    assert.deepEqual(copySlice(m.grid, m, 1, 2, { mode: 'replace' }), []);
  });

  it('clears a slice, a subtype, or everything', () => {
    const m = mask([0, 5], ['1122'], ['1020']);
    const cleared = (options: Parameters<typeof clearLabels>[2]): string[] =>
      rows(m, m.after(clearLabels(m.grid, m, options))).flat();
    assert.deepEqual(cleared({ slices: { first: 0, last: 0 } }), ['0000', '1020']);
    assert.deepEqual(cleared({ labels: [2] }), ['1100', '1000']);
    assert.deepEqual(cleared({ slices: { first: 1, last: 1 }, labels: [1] }), ['1122', '0020']);
    assert.deepEqual(cleared({}), ['0000', '0000']);
    assert.deepEqual(cleared({ locked: [1] }), ['1100', '1000']);
  });

  it('relabels the connected lesion under a voxel, in the slice or in space', () => {
    const m = mask([0, 5], ['11002', '00102', '00002'], ['10002', '00000', '11002']);
    const at = (seed: Vec3, d: 2 | 3, c: 'face' | 'full'): string[][] =>
      rows(m, m.after(finish(relabelLesion(m.grid, m, seed, 4, { dimensions: d, connectivity: c }))));
    assert.deepEqual(at([0, 0, 0], 2, 'face'), [
      ['44002', '00102', '00002'],
      ['10002', '00000', '11002'],
    ]);
    assert.deepEqual(at([0, 0, 0], 3, 'full'), [
      ['44002', '00402', '00002'],
      ['40002', '00000', '44002'],
    ]);
    assert.deepEqual(at([3, 0, 0], 3, 'full'), rows(m, m.values()), 'nothing under the pointer');
  });

  it('fills holes with the label but not over other labels', () => {
    const m = mask([0, 5, 10], ['11111', '11111', '11111'], ['11111', '10231', '11111'], ['11111', '11111', '11111']);
    const filled = (options: { over?: (0 | 2)[] }, d: 2 | 3): string | undefined =>
      rows(m, m.after(finish(fillHoles(m.grid, m, { ...options, label: 1, dimensions: d }))))[1]?.[1];
    assert.equal(filled({}, 3), '11231');
    assert.equal(filled({}, 2), '11231');
    assert.equal(filled({ over: [0, 2] }, 3), '11131');
    m.slices[2]?.fill(0);
    assert.equal(filled({}, 3), '10231', 'open above');
    assert.equal(filled({}, 2), '11231');
  });

  it('removes islands below a size in voxels, mm2 and mL', () => {
    // Three parts of label 1: 1 voxel, 2 in a slice, 3 over two slices; pixels of 0.25 mm2.
    const m = mask(
      [0, 4, 12],
      ['1000000', '0011000', '0000010'],
      ['0000000', '0000000', '0000022'],
      ['0000000', '0000000', '0000000'],
    );
    (m.slices[1] as Uint8Array)[5 + 2 * 7] = 1;
    (m.slices[1] as Uint8Array)[4 + 2 * 7] = 1;
    const left = (unit: 'voxels' | 'mm2' | 'mL', value: number, d: 2 | 3): number => {
      const change = finish(
        removeIslands(m.grid, m, {
          labels: [1],
          dimensions: d,
          connectivity: 'face',
          below: { unit, value },
        }),
      );
      const after = m.after(change);
      assert.equal(after.filter((label) => label === 2).length, 1, 'the other label is as it was');
      return after.filter((label) => label === 1).length;
    };
    assert.deepEqual(
      [1, 2, 3, 4].map((value) => left('voxels', value, 3)),
      [6, 5, 3, 0],
    );
    assert.deepEqual(
      [0.25, 0.26, 0.5, 0.51].map((value) => left('mm2', value, 2)),
      [6, 4, 4, 0],
    );
    // Extents 4, 6 and 8 mm: 1 uL, 2 uL, and 0.25 * (4 + 2 * 6) = 4 uL.
    assert.deepEqual(
      [0.001, 0.0011, 0.002, 0.0021, 0.004, 0.0041].map((value) => left('mL', value, 3)),
      [6, 5, 5, 3, 3, 0],
    );
    assert.throws(() => left('mm2', 1, 3), RangeError);
  });

  it('finds boxes around a label or each of its parts', () => {
    const m = mask([0], ['1100020', '0110002', '0000000', '0000011']);
    const boxes = (label: number, by: 'label' | 'part') => boxesOfSlice(m.grid, m, 0, label, by);
    assert.deepEqual(boxes(1, 'label'), [[0, 0, 7, 4]]);
    assert.deepEqual(boxes(1, 'part'), [
      [0, 0, 3, 2],
      [5, 3, 2, 1],
    ]);
    assert.deepEqual(boxes(2, 'part'), [[5, 0, 2, 2]]);
    assert.deepEqual(boxes(3, 'label'), []);
    assert.deepEqual(boxes(0, 'label'), []);
  });
});
