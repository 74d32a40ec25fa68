import assert from 'node:assert/strict';
import fc from 'fast-check';
import { masksOf } from '../../../../src/core/annotation/annotation';
import { LabelVolume } from '../../../../src/core/mask/label-volume';
import { type MergeOptions, mergeChange } from '../../../../src/core/proposal/merge';
import {
  chosenOf,
  MERGE_MODES,
  type Proposal,
  proposedMask,
  type Scope,
  withDecided,
} from '../../../../src/core/proposal/proposal';
import { annotationOf, COUNT, dense, GRID, labels, PLANE, proposalOf, SIZE, threshold, voxels } from './scan';

const mode = fc.constantFrom(...MERGE_MODES);
const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant<Scope>({ kind: 'all' }),
  fc.integer({ min: 0, max: 3 }).map((slice): Scope => ({ kind: 'slice', slice })),
);
const locked = fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }).map((all) => new Set(all));

/** Labels after accepting. */
function merged(all: readonly number[], proposal: Proposal, t: number, options: MergeOptions): number[] {
  const masks = masksOf(annotationOf(all));
  const chosen = chosenOf(proposal, GRID, t, options.scope);
  if (!chosen) return [...all];
  const volume = new LabelVolume(SIZE, masks);
  volume.apply(mergeChange(masks, proposal, chosen, options));
  return dense(volume.masks());
}

/** A row of voxels of one slice, as letters: . none, D SDH, P IPH. */
function row(text: string): number[] {
  const all = new Array<number>(COUNT).fill(0);
  [...text].forEach((letter, i) => {
    all[i] = letter === 'D' ? 2 : letter === 'P' ? 4 : 0;
  });
  return all;
}

const proposed = (text: string): Proposal =>
  proposalOf(row(text).map((label) => ({ probability: label === 0 ? 0 : 200, label: Math.max(1, label) })));

const letters = (all: readonly number[]): string =>
  all
    .slice(0, 7)
    .map((label) => (label === 2 ? 'D' : label === 4 ? 'P' : '.'))
    .join('');

describe('merging a proposal', () => {
  it('does voxel by voxel what each mode says', () => {
    fc.assert(
      fc.property(labels, voxels, threshold, mode, scope, locked, (all, model, t, how, where, kept) => {
        const proposal = proposalOf(model);
        const shown = dense(proposedMask(proposal, GRID, t).slices);
        const expected = all.map((from, n) => {
          const to = shown[n] ?? 0;
          if (where.kind === 'slice' && Math.floor(n / PLANE) !== where.slice) return from;
          const next = how === 'replace' ? to : how === 'add' ? (to === 0 ? from : to) : from === 0 ? to : from;
          return next !== from && (kept.has(from) || kept.has(next)) ? from : next;
        });
        assert.deepEqual(merged(all, proposal, t, { mode: how, scope: where, locked: kept }), expected);
      }),
      { seed: 21, numRuns: 400 },
    );
  });

  it('leaves alone what has been decided before, in every mode', () => {
    fc.assert(
      fc.property(labels, voxels, threshold, mode, fc.integer({ min: 0, max: 3 }), (all, model, t, how, slice) => {
        const proposal = proposalOf(model);
        const first = chosenOf(proposal, GRID, t, { kind: 'slice', slice });
        const rest = withDecided(proposal, first?.places ?? []);
        const result = merged(all, rest, t, { mode: how, scope: { kind: 'all' } });
        const whole = merged(all, proposal, t, { mode: how, scope: { kind: 'all' } });
        const expected = all.map((from, n) => (Math.floor(n / PLANE) === slice ? from : whole[n]));
        assert.deepEqual(result, expected);
      }),
      { seed: 22, numRuns: 200 },
    );
  });

  it('gives, slice by slice, what accepting everything gives', () => {
    fc.assert(
      fc.property(labels, voxels, threshold, mode, (all, model, t, how) => {
        let proposal = proposalOf(model);
        let result: readonly number[] = all;
        for (const slice of [2, 0, 3, 1]) {
          const where: Scope = { kind: 'slice', slice };
          result = merged(result, proposal, t, { mode: how, scope: where });
          proposal = withDecided(proposal, chosenOf(proposal, GRID, t, where)?.places ?? []);
        }
        assert.deepEqual(result, merged(all, proposalOf(model), t, { mode: how, scope: { kind: 'all' } }));
        assert.equal(chosenOf(proposal, GRID, t, { kind: 'all' }), undefined);
      }),
      { seed: 23, numRuns: 200 },
    );
  });

  it('gives, lesion by lesion, what accepting everything gives', () => {
    fc.assert(
      fc.property(
        labels,
        voxels,
        threshold,
        fc.constantFrom('add' as const, 'empty' as const),
        (all, model, t, how) => {
          let proposal = proposalOf(model);
          let result: readonly number[] = all;
          for (;;) {
            const [next] = proposedMask(proposal, GRID, t).slices;
            if (!next) break;
            const where: Scope = {
              kind: 'lesion',
              slice: next.slice,
              row: next.runs[1] ?? 0,
              column: next.runs[2] ?? 0,
            };
            result = merged(result, proposal, t, { mode: how, scope: where });
            proposal = withDecided(proposal, chosenOf(proposal, GRID, t, where)?.places ?? []);
          }
          assert.deepEqual(result, merged(all, proposalOf(model), t, { mode: how, scope: { kind: 'all' } }));
        },
      ),
      { seed: 24, numRuns: 200 },
    );
  });

  it('replaces by a lesion what it overlaps of its own subtype, as a whole, and of others only where it lies', () => {
    const lesion: Scope = { kind: 'lesion', slice: 0, row: 0, column: 2 };
    const replaced = (before: string, model: string): string =>
      letters(merged(row(before), proposed(model), 0.5, { mode: 'replace', scope: lesion }));
    assert.equal(replaced('PPP....', '..PP...'), '..PP...');
    assert.equal(replaced('DDD....', '..PP...'), 'DDPP...');
    assert.equal(replaced('P.DD..P', '..PP...'), 'P.PP..P');
    assert.equal(replaced('PP.....', '..PP..P'), 'PPPP...');
  });

  it('never asks more of a lesion than its own voxels to add', () => {
    const options = { scope: { kind: 'lesion', slice: 0, row: 0, column: 2 } as const };
    assert.equal(letters(merged(row('DDD....'), proposed('..PP.PP'), 0.5, { ...options, mode: 'add' })), 'DDPP...');
    assert.equal(letters(merged(row('DDD....'), proposed('..PP.PP'), 0.5, { ...options, mode: 'empty' })), 'DDDP...');
  });

  it('replaces only on slices that the model has seen', () => {
    const before = annotationOf(new Array<number>(COUNT).fill(4));
    const proposal = { ...proposed('..PP...'), seen: [0] };
    const chosen = chosenOf(proposal, GRID, 0.5, { kind: 'all' });
    assert.ok(chosen);
    const change = mergeChange(masksOf(before), proposal, chosen, { mode: 'replace', scope: { kind: 'all' } });
    assert.deepEqual(
      change.map(({ slice }) => slice),
      [0],
    );
    assert.equal(chosenOf(proposal, GRID, 0.5, { kind: 'slice', slice: 1 }), undefined);
  });
});
