import assert from 'node:assert/strict';
import fc from 'fast-check';
import { components } from '../../../../src/core/measure/components';
import { volumesByLabel } from '../../../../src/core/measure/grid';
import {
  chosenOf,
  proposedMask,
  type Scope,
  withDecided,
  withoutDecided,
  withSlices,
} from '../../../../src/core/proposal/proposal';
import { COUNT, dense, GRID, PLANE, proposalOf, threshold, type Voxels, voxels } from './scan';

/** Probabilities (in 255ths) of the first voxels of slice 0, all of one label. */
function line(values: readonly number[], label = 4): Voxels {
  return Array.from({ length: COUNT }, (_, n) => ({ probability: values[n] ?? 0, label }));
}

const lesionAt = (column: number): Scope => ({ kind: 'lesion', slice: 0, row: 0, column });

describe('a proposal', () => {
  it('without a slice keeps the subtypes of what is left, and its small remains', () => {
    // A lesion over two slices: SDH by its weight on slice 0, though its voxel on slice 1 says IPH.
    const all = line([]).map((one, n) =>
      n < 3 ? { probability: 250, label: 2 } : n === PLANE ? { probability: 200, label: 4 } : one,
    );
    const proposal = proposalOf(all, { minimumVolume: 1 });
    const rest = withDecided(proposal, chosenOf(proposal, GRID, 0.5, { kind: 'slice', slice: 0 })?.places ?? []);
    const { slices, volumes } = proposedMask(rest, GRID, 0.5);
    assert.deepEqual(slices, [{ slice: 1, runs: Uint32Array.of(2, 0, 0, 1) }]);
    assert.deepEqual(volumes, [0, 0.5, 0, 0, 0]);
  });

  it('loses exactly what was decided, at the same threshold', () => {
    fc.assert(
      fc.property(voxels, threshold, fc.nat(), (model, t, which) => {
        const proposal = proposalOf(model);
        const shown = proposedMask(proposal, GRID, t);
        const all = components(shown.slices);
        const lesion = all[which % Math.max(1, all.length)];
        const [first] = lesion?.slices ?? [];
        if (!lesion || !first) return;
        const where: Scope = {
          kind: 'lesion',
          slice: first.slice,
          row: first.runs[1] ?? 0,
          column: first.runs[2] ?? 0,
        };
        const chosen = chosenOf(proposal, GRID, t, where);
        assert.deepEqual(dense(chosen?.masks ?? []), dense(lesion.slices));
        const rest = proposedMask(withDecided(proposal, chosen?.places ?? []), GRID, t);
        const gone = dense(lesion.slices);
        assert.deepEqual(
          dense(rest.slices),
          dense(shown.slices).map((label, n) => (gone[n] === 0 ? label : 0)),
        );
        assert.deepEqual(rest.volumes, volumesByLabel(rest.slices, GRID).slice(1));
      }),
      { seed: 31, numRuns: 300 },
    );
  });

  it('does not bring back the faint rim of a decided lesion when the threshold is lowered', () => {
    //                              lesion        rim   far          lesion
    const proposal = proposalOf(line([200, 200, 60, 60, 60, 60, 200]));
    const rest = withDecided(proposal, chosenOf(proposal, GRID, 0.5, lesionAt(0))?.places ?? []);
    assert.deepEqual(dense(proposedMask(rest, GRID, 0.5).slices).slice(0, 7), [0, 0, 0, 0, 0, 0, 4]);
    // Columns 2 and 3 lie nearer to the decided lesion, 4 and 5 to the other.
    assert.deepEqual(dense(proposedMask(rest, GRID, 0.1).slices).slice(0, 7), [0, 0, 0, 0, 4, 4, 4]);
  });

  it('keeps what an earlier decision took from a later one', () => {
    const proposal = proposalOf(line([200, 60, 60, 60, 200]));
    const first = withDecided(proposal, chosenOf(proposal, GRID, 0.5, lesionAt(0))?.places ?? []);
    const both = withDecided(first, chosenOf(first, GRID, 0.5, lesionAt(4))?.places ?? []);
    assert.deepEqual(proposedMask(both, GRID, 0.06).slices, []);
  });

  it('names no lesion where none is at this threshold', () => {
    const proposal = proposalOf(line([100]));
    assert.equal(chosenOf(proposal, GRID, 0.5, lesionAt(0)), undefined);
    assert.ok(chosenOf(proposal, GRID, 0.3, lesionAt(0)));
  });

  it('leaves lesions of locked subtypes undecided', () => {
    const all = line([200, 0, 200]).map((one, n) => (n === 2 ? { ...one, label: 5 } : one));
    const proposal = proposalOf(all);
    const locked = new Set([5]);
    assert.equal(chosenOf(proposal, GRID, 0.5, lesionAt(2), locked), undefined);
    const chosen = chosenOf(proposal, GRID, 0.5, { kind: 'all' }, locked);
    assert.deepEqual(dense(chosen?.masks ?? []).slice(0, 3), [4, 0, 0]);
    const rest = withDecided(proposal, chosen?.places ?? []);
    assert.deepEqual(dense(proposedMask(rest, GRID, 0.5).slices).slice(0, 3), [0, 0, 5]);
    assert.ok(chosenOf(rest, GRID, 0.5, { kind: 'all' }));
  });

  it('is as before when a decision is taken back', () => {
    fc.assert(
      fc.property(voxels, threshold, (model, t) => {
        const proposal = proposalOf(model);
        const first = withDecided(proposal, chosenOf(proposal, GRID, t, { kind: 'slice', slice: 1 })?.places ?? []);
        const all = chosenOf(first, GRID, t, { kind: 'all' })?.places ?? [];
        assert.deepEqual(withoutDecided(withDecided(first, all), all), first);
      }),
      { seed: 32, numRuns: 50 },
    );
  });

  it('takes slices of a second run over, undecided', () => {
    const probabilities = (values: readonly number[]): Voxels =>
      line([]).map((one, n) => ({ ...one, probability: n % PLANE === 0 ? (values[Math.floor(n / PLANE)] ?? 0) : 0 }));
    const first = withDecided(proposalOf(probabilities([200, 200, 200, 200])), [
      { slice: 0, runs: Uint32Array.of(0, PLANE) },
      { slice: 2, runs: Uint32Array.of(0, PLANE) },
    ]);
    const joined = withSlices(first, proposalOf(probabilities([0, 0, 150, 100])), [2, 3]);
    assert.deepEqual(joined, {
      ...proposalOf(probabilities([200, 200, 150, 100])),
      decided: [{ slice: 0, runs: Uint32Array.of(0, PLANE) }],
    });
    // What was seen grows; a run on all slices stays one.
    assert.deepEqual(withSlices({ ...first, seen: [3] }, first, [1]).seen, [1, 3]);
  });
});
