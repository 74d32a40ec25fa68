/** Mends of a valid annotation as changes of its text: only the values that change are written anew, as `encodeAnnotation` would. */
import type { Annotation } from '../annotation/annotation';
import { encodeRow } from '../annotation/encode';
import type { JsonPath } from '../annotation/error';
import { applyEdit } from '../document/apply';
import type { AnnotationEdit } from '../document/edit';
import { EditRefused } from '../document/refused';
import { NUMBERS_PER_RUN } from '../edit/changes';
import type { TextChange } from './finding';
import type { TextPlaces } from './places';

/**
 * The changes that bring edits into the text that an annotation was read from, in ascending order.
 * Edits apply one after the other; one that no longer fits after those before it is left out.
 */
export function textChanges(
  annotation: Annotation,
  edits: readonly AnnotationEdit[],
  places: TextPlaces,
): TextChange[] {
  let after = annotation;
  const paths = new Map<string, JsonPath>();
  for (const edit of edits) {
    try {
      after = applyEdit(after, edit);
    } catch (error) {
      if (error instanceof EditRefused) continue;
      throw error;
    }
    for (const path of touched(edit)) paths.set(path.join('/'), path);
  }
  const changes = [...paths.values()].flatMap((path): TextChange[] => {
    const span = places.valueAt(path);
    const text = valueText(after, path);
    return span && places.text.slice(span.offset, span.offset + span.length) !== text ? [{ ...span, text }] : [];
  });
  return changes.sort((a, b) => a.offset - b.offset);
}

/** The values that an edit changes. Throws RangeError for fields of which no mend is made. */
function touched({ mask, fields }: AnnotationEdit): JsonPath[] {
  const rows = mask.flatMap(({ slice, runs }) => {
    const found = new Set<number>();
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) found.add(runs[n] ?? 0);
    return [...found].map((row): JsonPath => ['slices', slice, 'rows', row]);
  });
  const values = fields.flatMap((change): JsonPath[] => {
    switch (change.field) {
      case 'patient':
        return [['patient', change.subtype, 'present']];
      case 'slice':
        return [['slices', change.slice, 'findings', change.subtype, 'present']];
      case 'boxes':
        return [['slices', change.slice, 'findings', change.subtype, 'boxes']];
      case 'editors':
        return change.after.map(([row]): JsonPath => ['slices', change.slice, 'rows', row]);
      default:
        throw new RangeError(`A change of "${change.field}" has no text of its own.`);
    }
  });
  return [...rows, ...values];
}

function valueText(annotation: Annotation, [part, at, ...rest]: JsonPath): string {
  if (part === 'patient') return String(annotation.patient[at as keyof Annotation['patient']]);
  const slice = annotation.slices[Number(at)];
  const [field, name, property] = rest;
  if (!slice) throw new RangeError(`There is no slice ${at}.`);
  if (field === 'rows') return encodeRow(slice, Number(name));
  const finding = slice.findings[name as keyof typeof slice.findings];
  return property === 'present'
    ? String(finding.present)
    : `[${finding.boxes.map((box) => `[${box.join(', ')}]`).join(', ')}]`;
}

/** A text after changes that do not overlap. */
export function changed(text: string, changes: readonly TextChange[]): string {
  let result = '';
  let at = 0;
  for (const change of [...changes].sort((a, b) => a.offset - b.offset)) {
    result += text.slice(at, change.offset) + change.text;
    at = change.offset + change.length;
  }
  return result + text.slice(at);
}
