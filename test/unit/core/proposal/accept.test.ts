import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Annotation, Finding, Presence } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { applyEdit } from '../../../../src/core/document/apply';
import { invertEdit, isEmptyEdit } from '../../../../src/core/document/edit';
import { checkLabels } from '../../../../src/core/lint/labels';
import { acceptanceEdit } from '../../../../src/core/proposal/accept';
import {
  chosenOf,
  MERGE_MODES,
  type MergeMode,
  type Proposal,
  type Scope,
} from '../../../../src/core/proposal/proposal';
import { annotationOf, COUNT, GRID, labels, labelsOf, MODEL, proposalOf, threshold, voxels } from './scan';

function accepted(
  annotation: Annotation,
  proposal: Proposal,
  { t = 0.5, mode = 'add', scope = { kind: 'all' } }: { t?: number; mode?: MergeMode; scope?: Scope } = {},
): Annotation {
  const chosen = chosenOf(proposal, GRID, t, scope);
  assert.ok(chosen);
  return applyEdit(annotation, acceptanceEdit(annotation, proposal, chosen, { mode, scope, threshold: t, label: 'a' }));
}

const NOTHING = new Array<number>(COUNT).fill(0);
const model = { model: { ...MODEL, threshold: 0.5 } };
/** IPH in the first two voxels of the first row, and in the first of the second row. */
const IPH = proposalOf(NOTHING.map((_, n) => ({ probability: n < 2 || n === 7 ? 200 : 0, label: 4 })));
const with4 = (...at: number[]): number[] => NOTHING.map((_, n) => (at.includes(n) ? 4 : 0));

describe('accepting a proposal', () => {
  it('can be taken back as if nothing had happened', () => {
    const presence = fc.array(fc.constantFrom<Presence>(true, false, null), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(
        labels,
        presence,
        voxels,
        threshold,
        fc.constantFrom(...MERGE_MODES),
        (all, stated, found, t, mode) => {
          const before = annotationOf(all, (k) => stated[k] ?? null);
          const proposal = proposalOf(found);
          const chosen = chosenOf(proposal, GRID, t, { kind: 'all' });
          assert.ok(chosen);
          const edit = acceptanceEdit(before, proposal, chosen, {
            mode,
            scope: { kind: 'all' },
            threshold: t,
            label: 'a',
          });
          const after = applyEdit(before, edit);
          assert.equal(encodeAnnotation(applyEdit(after, invertEdit(edit))), encodeAnnotation(before));
        },
      ),
      { seed: 41, numRuns: 150 },
    );
  });

  it('leaves no statement that its mask contradicts and that was not contradicted before', () => {
    const presence = fc.array(fc.constantFrom<Presence>(true, false, null), { minLength: 5, maxLength: 5 });
    const codes = ['label-without-mask', 'mask-without-label', 'patient-label-without-slice', 'patient-label-missing'];
    const found = (annotation: Annotation): Set<string> =>
      new Set(
        checkLabels(annotation)
          .filter(({ code }) => codes.includes(code))
          .map(({ code, path }) => `${code} ${path.join('.')}`),
      );
    fc.assert(
      fc.property(labels, presence, voxels, fc.constantFrom(...MERGE_MODES), (all, stated, candidates, mode) => {
        const before = annotationOf(all, (k) => stated[k] ?? null);
        const known = found(before);
        const after = found(accepted(before, proposalOf(candidates), { mode }));
        assert.deepEqual(
          [...after].filter((one) => !known.has(one)),
          [],
        );
      }),
      { seed: 42, numRuns: 300 },
    );
  });

  it('names the model for the whole of an annotation that had no blood, and states nothing', () => {
    const after = accepted(annotationOf(NOTHING), IPH);
    assert.deepEqual(after.made, [model]);
    assert.ok(after.slices.every(({ findings }) => Object.values(findings).every(({ made }) => made.length === 0)));
    assert.equal(after.slices[0]?.findings.IPH.present, null);
    assert.equal(after.patient.IPH, null);
    assert.deepEqual(labelsOf(after), with4(0, 1, 7));
  });

  it('names the model beside the reader where voxels of the subtype were there and stay, and alone elsewhere', () => {
    const made = (all: number[], mode: MergeMode): unknown => {
      const after = accepted(annotationOf(all), IPH, { mode });
      assert.deepEqual(after.made, [{ reader: 'Jane' }]);
      return after.slices[0]?.findings.IPH.made;
    };
    assert.deepEqual(made(with4(1, 20), 'add'), [{ reader: 'Jane' }, model]);
    assert.deepEqual(made(with4(20), 'replace'), [model]);
    assert.deepEqual(made(with4(20 + 42), 'add'), [model]);
    assert.deepEqual(made(with4(0, 1, 7), 'add'), []);
  });

  it('keeps the name of who stated a label or drew a box', () => {
    const empty = annotationOf(NOTHING);
    const classifier = { model: { ...MODEL, name: 'classifier', threshold: 0.2 } };
    const [slice] = empty.slices;
    assert.ok(slice);
    const made = (part: Partial<Finding>): unknown => {
      const findings = { ...slice.findings, IPH: { ...slice.findings.IPH, ...part } };
      const after = accepted({ ...empty, slices: [{ ...slice, findings }, ...empty.slices.slice(1)] }, IPH);
      assert.deepEqual(after.made, [{ reader: 'Jane' }]);
      return after.slices[0]?.findings.IPH.made;
    };
    assert.deepEqual(made({ present: true, made: [classifier] }), [classifier, model]);
    assert.deepEqual(made({ present: true }), [{ reader: 'Jane' }, model]);
    assert.deepEqual(made({ boxes: [[0, 0, 2, 2]] }), [{ reader: 'Jane' }, model]);
    assert.deepEqual(made({ present: false }), [model]);
  });

  it('names each threshold that was accepted', () => {
    const first = accepted(annotationOf(NOTHING), IPH, { scope: { kind: 'slice', slice: 0 } });
    const faint = proposalOf(NOTHING.map((_, n) => ({ probability: n === 20 ? 100 : 0, label: 4 })));
    const second = accepted(first, faint, { t: 0.3 });
    assert.deepEqual(second.made, [model]);
    assert.deepEqual(second.slices[0]?.findings.IPH.made, [model, { model: { ...MODEL, threshold: 0.3 } }]);
  });

  it('keeps the name of a row’s reader while blood of before stays in it', () => {
    const annotation = annotationOf(with4(6, 13));
    const [slice] = annotation.slices;
    assert.ok(slice);
    const edited = new Map([
      [0, 'Ann'],
      [1, 'Bob'],
      [5, 'Cid'],
    ]);
    const before = { ...annotation, slices: [{ ...slice, editors: edited }, ...annotation.slices.slice(1)] };
    assert.deepEqual([...(accepted(before, IPH).slices[0]?.editors ?? [])], [...edited]);
    // Replaced, nothing of before is left in rows 0 and 1; row 5 was not touched.
    assert.deepEqual([...(accepted(before, IPH, { mode: 'replace' }).slices[0]?.editors ?? [])], [[5, 'Cid']]);
  });

  it('states present what was stated absent and has been accepted', () => {
    const after = accepted(
      annotationOf(NOTHING, () => false),
      IPH,
    );
    assert.equal(after.slices[0]?.findings.IPH.present, true);
    assert.equal(after.slices[0]?.findings.SDH.present, false);
    assert.equal(after.patient.IPH, true);
    assert.equal(after.patient.SDH, false);
  });

  it('makes an empty edit where nothing would change', () => {
    const before = annotationOf(with4(0, 1, 7));
    const chosen = chosenOf(IPH, GRID, 0.5, { kind: 'all' });
    assert.ok(chosen);
    const options = { mode: 'add', scope: { kind: 'all' }, threshold: 0.5, label: 'a' } as const;
    assert.ok(isEmptyEdit(acceptanceEdit(before, IPH, chosen, options)));
  });

  it('keeps locked subtypes', () => {
    const chosen = chosenOf(IPH, GRID, 0.5, { kind: 'all' });
    assert.ok(chosen);
    const options = { mode: 'add', scope: { kind: 'all' }, locked: new Set([4]), threshold: 0.5, label: 'a' } as const;
    assert.ok(isEmptyEdit(acceptanceEdit(annotationOf(NOTHING), IPH, chosen, options)));
  });
});
