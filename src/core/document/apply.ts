/**
 * Applying edits to annotations. An annotation is a value: applying gives another one that shares
 * all that did not change, so that keeping an older one (for a backup, a merge, a comparison) costs
 * nothing.
 */
import type { Annotation, Box, SliceAnnotation } from '../annotation/annotation';
import { applyToRuns } from './apply-runs';
import type { AnnotationEdit, FieldChange, RowEditor } from './edit';
import { equal } from './equal';
import { EditRefused } from './refused';

/**
 * The annotation after an edit. Throws EditRefused where something is not what the edit says it was
 * before, so an edit made on an older state applies exactly if it touches other voxels and fields
 * than what has changed since; also for edits that would leave an annotation that no reader accepts.
 */
export function applyEdit(annotation: Annotation, { mask, fields }: AnnotationEdit): Annotation {
  const [width, height] = annotation.image.size;
  const draft: Draft = { ...annotation, slices: [...annotation.slices] };
  for (const change of mask) {
    if (change.runs.length === 0) continue;
    const slice = sliceOf(draft, change.slice);
    draft.slices[change.slice] = { ...slice, runs: applyToRuns(slice.runs, change, width, height) };
  }
  for (const change of fields) applyField(draft, change);
  return draft;
}

type Draft = { -readonly [K in keyof Annotation]: Annotation[K] } & { slices: SliceAnnotation[] };

function sliceOf(draft: Draft, k: number): SliceAnnotation {
  const slice = draft.slices[k];
  if (!slice) throw new EditRefused(`Slice ${k} is not one of the ${draft.slices.length} slices.`);
  return slice;
}

function applyField(draft: Draft, change: FieldChange): void {
  switch (change.field) {
    case 'patient':
      expect(draft.patient[change.subtype], change);
      draft.patient = { ...draft.patient, [change.subtype]: change.after };
      return;
    case 'review':
      expect(draft.review, change);
      draft.review = change.after;
      return;
    case 'conflicts':
      expect(draft.conflicts ?? [], change);
      if (change.after.length > 0) draft.conflicts = change.after;
      else delete draft.conflicts;
      return;
    case 'made':
      expect(draft.made, change);
      draft.made = change.after;
      return;
    case 'image':
      expect(draft.image, change);
      if (!equal(change.before.size, change.after.size)) throw new EditRefused('The size of the image cannot change.');
      draft.image = change.after;
      return;
    default:
      draft.slices[change.slice] = changeSlice(sliceOf(draft, change.slice), change, draft);
  }
}

type SliceFieldChange = Extract<FieldChange, { readonly slice: number }>;

function changeSlice(slice: SliceAnnotation, change: SliceFieldChange, draft: Draft): SliceAnnotation {
  if (change.field === 'comments') {
    expect(slice.comments, change);
    for (const { at, text, by } of change.after) {
      if (text === '' || by === '') throw new EditRefused('A comment needs a text.');
      if (at) checkBox([...at, 1, 1], draft, change.slice);
    }
    return { ...slice, comments: change.after };
  }
  if (change.field === 'editors') return { ...slice, editors: changeEditors(slice.editors, change, draft) };
  const finding = slice.findings[change.subtype];
  const findings = (part: Partial<typeof finding>): SliceAnnotation => ({
    ...slice,
    findings: { ...slice.findings, [change.subtype]: { ...finding, ...part } },
  });
  if (change.field === 'slice') {
    expect(finding.present, change);
    return findings({ present: change.after });
  }
  if (change.field === 'sources') {
    expect(finding.made, change);
    return findings({ made: change.after });
  }
  expect(finding.boxes, change);
  for (const box of change.after) checkBox(box, draft, change.slice);
  return findings({ boxes: change.after });
}

function changeEditors(
  editors: ReadonlyMap<number, string>,
  change: Extract<FieldChange, { readonly field: 'editors' }>,
  draft: Draft,
): ReadonlyMap<number, string> {
  const present = change.before.map(([row]): RowEditor => [row, editors.get(row) ?? null]);
  expect(present, change);
  const result = new Map(editors);
  for (const [row, reader] of change.after) {
    checkBox([0, row, 1, 1], draft, change.slice);
    if (reader === null) result.delete(row);
    else result.set(row, reader);
  }
  return result;
}

function expect(present: unknown, { field, before }: FieldChange): void {
  if (!equal(present, before)) {
    throw new EditRefused(
      `"${field}" is ${JSON.stringify(present)}, and the edit was made where it was ${JSON.stringify(before)}.`,
    );
  }
}

function checkBox([column, row, columns, rows]: Box, { image }: Draft, slice: number): void {
  const [width, height] = image.size;
  const whole = [column, row, columns, rows].every(Number.isInteger);
  if (!whole || column < 0 || row < 0 || columns < 1 || rows < 1 || column + columns > width || row + rows > height)
    throw new EditRefused(
      `Slice ${slice}: column ${column}, row ${row} (${columns} x ${rows}) is outside of ${width} x ${height}.`,
    );
}
