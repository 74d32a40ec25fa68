import assert from 'node:assert/strict';
import {
  type Annotation,
  bySubtype,
  emptyAnnotation,
  type Presence,
  type SliceAnnotation,
} from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import type { Source } from '../../../../src/core/annotation/source';
import { SUBTYPES, type Subtype } from '../../../../src/core/annotation/subtype';
import { applyEdit } from '../../../../src/core/document/apply';
import { diffAnnotations } from '../../../../src/core/document/diff';
import { invertEdit } from '../../../../src/core/document/edit';
import { type ClassifiedSlices, withModelLabels } from '../../../../src/core/model/classify-labels';

const IMAGE = {
  file: 'head.nii',
  sha256: 'a'.repeat(64),
  size: [8, 8, 4],
  spacing: [1, 1, 5],
  affine: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1],
} as unknown as Annotation['image'];
const MODEL = { name: 'toy', version: '1', sha256: 'b'.repeat(64), threshold: 0.5, provider: 'cpu' };
const READER: Source = { reader: 'Jane Doe' };
const RESULT: ClassifiedSlices = {
  slices: [
    { any: 0, IPH: 0, SAH: 0 },
    { any: 0.9, IPH: 0.8, SAH: 0.4 },
    { any: 0.95, IPH: 0.9, SAH: 0.6 },
    { any: 0.3, IPH: 0.2, SAH: 0.2 },
  ],
  patient: { any: 0.95, IPH: 0.9, SAH: 0.6 },
  model: MODEL,
};
const HALF = { any: 0.5, IPH: 0.5, SAH: 0.5 };

function edited(slice: number, change: (slice: SliceAnnotation) => SliceAnnotation, made = [READER]): Annotation {
  const annotation = emptyAnnotation(IMAGE, made);
  return { ...annotation, slices: annotation.slices.map((one, k) => (k === slice ? change(one) : one)) };
}

const stating = (subtype: Subtype, present: Presence): ((slice: SliceAnnotation) => SliceAnnotation) => {
  return (slice) => ({
    ...slice,
    findings: { ...slice.findings, [subtype]: { ...slice.findings[subtype], present, made: [READER] } },
  });
};

/** What is stated, as "slice: subtypes", absent ones with a minus. */
function statements({ slices, patient }: Annotation): string[] {
  const text = (present: Readonly<Record<Subtype, Presence>>): string =>
    SUBTYPES.flatMap((one) => (present[one] === null ? [] : [present[one] ? one : `-${one}`])).join(' ');
  return [...slices.map(({ findings }) => text(bySubtype((one) => findings[one].present))), `patient ${text(patient)}`];
}

describe('labels from a classifier', () => {
  it('are what reaches the threshold, of slices and of the patient, with the model named', () => {
    const labelled = withModelLabels(emptyAnnotation(IMAGE, [READER]), RESULT, { thresholds: HALF, mode: 'merge' });
    assert.deepEqual(statements(labelled), ['', 'IPH', 'SAH IPH', '', 'patient SAH IPH']);
    assert.deepEqual(labelled.slices[1]?.findings.IPH.made, [{ model: MODEL }]);
    assert.deepEqual(labelled.slices[1]?.findings.SAH.made, []);
    assert.deepEqual(labelled.made, [READER]);
    // What is written can be read again.
    assert.deepEqual(parseAnnotation(encodeAnnotation(labelled)), labelled);
  });

  it('name the threshold that was used, which may be another for each subtype', () => {
    const thresholds = { any: 0.5, IPH: 0.85, SAH: 0.35 };
    const labelled = withModelLabels(emptyAnnotation(IMAGE), RESULT, { thresholds, mode: 'merge' });
    assert.deepEqual(statements(labelled), ['', 'SAH', 'SAH IPH', '', 'patient SAH IPH']);
    assert.deepEqual(labelled.slices[2]?.findings.IPH.made, [{ model: { ...MODEL, threshold: 0.85 } }]);
    assert.deepEqual(labelled.slices[2]?.findings.SAH.made, [{ model: { ...MODEL, threshold: 0.35 } }]);
  });

  it('leave alone what is stated when they are added, and take its place when they replace it', () => {
    const before = edited(1, stating('IPH', false));
    const merged = withModelLabels(before, RESULT, { thresholds: HALF, mode: 'merge' });
    assert.deepEqual(statements(merged), ['', '-IPH', 'SAH IPH', '', 'patient SAH IPH']);
    assert.deepEqual(merged.slices[1]?.findings.IPH.made, [READER]);
    const replaced = withModelLabels(before, RESULT, { thresholds: HALF, mode: 'replace' });
    assert.deepEqual(statements(replaced), ['', 'IPH', 'SAH IPH', '', 'patient SAH IPH']);
    assert.deepEqual(replaced.slices[1]?.findings.IPH.made, [{ model: MODEL }]);
    const silenced = withModelLabels(edited(3, stating('EPH', true)), RESULT, { thresholds: HALF, mode: 'replace' });
    assert.deepEqual(statements(silenced), ['', 'IPH', 'SAH IPH', '', 'patient SAH IPH']);
    assert.deepEqual(silenced.slices[3]?.findings.EPH.made, []);
  });

  it('keep masks and those who drew them', () => {
    const mask = Uint32Array.of(4, 2, 3, 2);
    const before = edited(1, (slice) => ({ ...slice, runs: mask }));
    const labelled = withModelLabels(before, RESULT, { thresholds: HALF, mode: 'merge' });
    assert.equal(labelled.slices[1]?.runs, mask);
    assert.deepEqual(labelled.slices[1]?.findings.IPH.made, [READER, { model: MODEL }]);
    assert.equal(labelled.slices[0], before.slices[0]);
  });

  it('are a subtype of the user where the model names none', () => {
    const slices = [0.1, 0.5, 0.9, 0].map((any) => ({ any }));
    const options = { thresholds: { any: 0.5 }, mode: 'merge', subtype: 'SDH' } as const;
    const labelled = withModelLabels(emptyAnnotation(IMAGE), { ...RESULT, slices, patient: { any: 0.9 } }, options);
    assert.deepEqual(statements(labelled), ['', 'SDH', 'SDH', '', 'patient SDH']);
    const without = withModelLabels(
      emptyAnnotation(IMAGE),
      { ...RESULT, slices, patient: { any: 0.9 } },
      { thresholds: { any: 0.5 }, mode: 'merge' },
    );
    assert.deepEqual(statements(without), ['', '', '', '', 'patient ']);
  });

  it("are the patient's alone where the pictures are no slices, and the model is named beside who made the masks", () => {
    const before = edited(1, (slice) => ({ ...slice, runs: Uint32Array.of(2, 2, 3, 2) }));
    const labelled = withModelLabels(before, { ...RESULT, slices: undefined }, { thresholds: HALF, mode: 'merge' });
    assert.deepEqual(statements(labelled), ['', '', '', '', 'patient SAH IPH']);
    assert.deepEqual(labelled.made, [READER, { model: MODEL }]);
    assert.deepEqual(labelled.slices[1]?.findings.SDH.made, [READER]);
  });

  it('are one edit that gives back what was there', () => {
    const before = edited(1, stating('IPH', false));
    const after = withModelLabels(before, RESULT, { thresholds: HALF, mode: 'replace' });
    const edit = diffAnnotations(before, after, 'Labels by toy');
    assert.deepEqual(applyEdit(before, edit), after);
    assert.deepEqual(applyEdit(after, invertEdit(edit)), before);
    assert.deepEqual(edit.mask, []);
    // A second time there is nothing to do.
    const again = withModelLabels(after, RESULT, { thresholds: HALF, mode: 'replace' });
    assert.deepEqual(diffAnnotations(after, again, '').fields, []);
  });

  it('are refused for another number of slices', () => {
    const shorter = { ...RESULT, slices: RESULT.slices?.slice(1) };
    assert.throws(
      () => withModelLabels(emptyAnnotation(IMAGE), shorter, { thresholds: HALF, mode: 'merge' }),
      /3 slices, and the annotation 4/,
    );
  });
});
