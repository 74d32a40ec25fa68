/**
 * Accepting a part of a proposal: the edit of the annotation, with who made what.
 *
 * Provenance: a subtype of a slice that gained voxels names the model, beside who made what is there
 * of it and stays (voxels, boxes, its label); where the annotation said nothing at all the model is
 * named for the whole of it. A row keeps its reader's name as long as blood stays in it that was there before.
 *
 * Statements are left alone, as by painting, unless the accepted mask contradicts them: a subtype
 * stated absent that is there now becomes present; one stated present that has lost its last voxel
 * is stated no more.
 */
import { type Annotation, masksOf, type SliceAnnotation, subtypesOf } from '../annotation/annotation';
import type { ModelUse, Source } from '../annotation/source';
import { SUBTYPES, type Subtype } from '../annotation/subtype';
import { applyEdit } from '../document/apply';
import type { AnnotationEdit, FieldChange, RowEditor } from '../document/edit';
import { equal } from '../document/equal';
import { decidedByPainting } from '../document/resolve';
import { type MaskChange, NUMBERS_PER_RUN, type SliceChange } from '../edit/changes';
import { type MergeOptions, mergeChange } from './merge';
import type { Chosen, Proposal } from './proposal';

/**
 * The edit, to be applied to `annotation`; it may change nothing.
 * @param threshold At which the proposal is accepted.
 * @param label Name in the undo list.
 */
export function acceptanceEdit(
  annotation: Annotation,
  proposal: Proposal,
  chosen: Chosen,
  options: MergeOptions & { readonly threshold: number; readonly label: string },
): AnnotationEdit {
  const before = masksOf(annotation);
  const mask = mergeChange(before, proposal, chosen, options);
  const model: ModelUse = { ...proposal.model, threshold: options.threshold };
  const after = applyEdit(annotation, { label: options.label, mask, fields: [] });
  const fields: FieldChange[] = decidedByPainting(annotation.conflicts ?? [], mask);
  const made: readonly Source[] = saysNothing(annotation) ? [{ model }] : annotation.made;
  if (mask.length > 0 && !equal(made, annotation.made))
    fields.push({ field: 'made', before: annotation.made, after: made });
  for (const change of mask) {
    const [old, young] = [annotation.slices[change.slice], after.slices[change.slice]];
    if (old && young) fields.push(...sliceFields(old, young, change, annotation.made, made, { model }));
  }
  return { label: options.label, mask, fields: [...fields, ...patientFields(annotation, after, mask, fields)] };
}

function sliceFields(
  old: SliceAnnotation,
  young: SliceAnnotation,
  change: SliceChange,
  madeBefore: readonly Source[],
  madeAfter: readonly Source[],
  source: Source,
): FieldChange[] {
  const { slice } = change;
  const { gained, lost } = subtypesOfChange(change);
  const [had, has] = [subtypesOf(old.runs), subtypesOf(young.runs)];
  const fields: FieldChange[] = [];
  for (const subtype of SUBTYPES) {
    const { boxes, made, present } = old.findings[subtype];
    const stated = boxes.length > 0 || present === true;
    if (gained.has(subtype)) {
      const stays = stated || (had.has(subtype) && keepsVoxels(old, change, subtype));
      const known = stays ? (made.length > 0 ? made : madeBefore) : [];
      const all = known.some((one) => equal(one, source)) ? known : [...known, source];
      const after = equal(all, madeAfter) ? [] : all;
      if (!equal(after, made)) fields.push({ field: 'sources', slice, subtype, before: made, after });
    } else if (lost.has(subtype) && !has.has(subtype) && boxes.length === 0 && made.length > 0) {
      fields.push({ field: 'sources', slice, subtype, before: made, after: [] });
    }
    if (present === false && gained.has(subtype))
      fields.push({ field: 'slice', slice, subtype, before: false, after: true });
    if (present === true && had.has(subtype) && !has.has(subtype)) {
      fields.push({ field: 'slice', slice, subtype, before: true, after: null });
    }
  }
  return [...fields, ...editorFields(old, change)];
}

/** True for an annotation without a mask, a box or a label. */
function saysNothing({ patient, slices }: Annotation): boolean {
  return (
    SUBTYPES.every((subtype) => patient[subtype] === null) &&
    slices.every(
      ({ runs, findings }) =>
        runs.length === 0 &&
        SUBTYPES.every((subtype) => findings[subtype].present === null && findings[subtype].boxes.length === 0),
    )
  );
}

/** Subtypes that voxels of a slice are given, and that voxels lose. */
function subtypesOfChange({ runs }: SliceChange): { gained: Set<Subtype>; lost: Set<Subtype> } {
  const [gained, lost] = [new Set<Subtype>(), new Set<Subtype>()];
  for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
    const [before, after] = [SUBTYPES[(runs[n + 3] ?? 0) - 1], SUBTYPES[(runs[n + 4] ?? 0) - 1]];
    if (before) lost.add(before);
    if (after) gained.add(after);
  }
  return { gained, lost };
}

/** True if some voxel of the subtype was there before and stays. */
function keepsVoxels({ runs }: SliceAnnotation, change: SliceChange, subtype: Subtype): boolean {
  const label = SUBTYPES.indexOf(subtype) + 1;
  let count = 0;
  for (let n = 0; n < runs.length; n += 4) if (runs[n] === label) count += runs[n + 3] ?? 0;
  for (let n = 0; n < change.runs.length; n += NUMBERS_PER_RUN) {
    if (change.runs[n + 3] === label) count -= change.runs[n + 2] ?? 0;
  }
  return count > 0;
}

function editorFields({ runs, editors }: SliceAnnotation, change: SliceChange): FieldChange[] {
  if (editors.size === 0) return [];
  const staying = new Map<number, number>();
  for (let n = 0; n < runs.length; n += 4) {
    const row = runs[n + 1] ?? 0;
    staying.set(row, (staying.get(row) ?? 0) + (runs[n + 3] ?? 0));
  }
  const changed = new Set<number>();
  for (let n = 0; n < change.runs.length; n += NUMBERS_PER_RUN) {
    const row = change.runs[n] ?? 0;
    changed.add(row);
    if (change.runs[n + 3] !== 0) staying.set(row, (staying.get(row) ?? 0) - (change.runs[n + 2] ?? 0));
  }
  const before = [...changed]
    .filter((row) => editors.has(row) && !staying.get(row))
    .sort((a, b) => a - b)
    .map((row): RowEditor => [row, editors.get(row) ?? null]);
  if (before.length === 0) return [];
  return [{ field: 'editors', slice: change.slice, before, after: before.map(([row]): RowEditor => [row, null]) }];
}

/** The patient's statements follow the same rule as those of slices. */
function patientFields(
  before: Annotation,
  after: Annotation,
  mask: MaskChange,
  fields: readonly FieldChange[],
): FieldChange[] {
  const stated = (slice: SliceAnnotation, k: number, subtype: Subtype): boolean => {
    const change = fields.find((one) => one.field === 'slice' && one.slice === k && one.subtype === subtype);
    return (change?.field === 'slice' ? change.after : slice.findings[subtype].present) === true;
  };
  const gained = new Set(mask.flatMap((change) => [...subtypesOfChange(change).gained]));
  return SUBTYPES.flatMap((subtype): FieldChange[] => {
    const present = before.patient[subtype];
    const there = (slices: readonly SliceAnnotation[]): boolean =>
      slices.some((slice) => subtypesOf(slice.runs).has(subtype));
    if (present === false && gained.has(subtype)) return [{ field: 'patient', subtype, before: false, after: true }];
    const gone = present === true && there(before.slices) && !there(after.slices);
    if (!gone || after.slices.some((slice, k) => stated(slice, k, subtype))) return [];
    return [{ field: 'patient', subtype, before: true, after: null }];
  });
}
