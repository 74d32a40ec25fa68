/** Changes of what is stated beside the masks, on the page's copy of it. */
import { bySubtype } from '../../core/annotation/annotation';
import type { FieldChange } from '../../core/document/edit';
import { equal } from '../../core/document/equal';
import type { AnnotationFields, SliceFields } from '../../core/document/fields';

/** What an annotation states of which nothing has been said yet. */
export const NOTHING_STATED: AnnotationFields = {
  made: [],
  patient: bySubtype(() => null),
  review: { state: 'draft' },
  slices: [],
};

/** What is stated of slice k; nothing where the list leaves it out. */
export function sliceFields(fields: AnnotationFields | undefined, k: number): SliceFields {
  return (
    fields?.slices.find(({ slice }) => slice === k) ?? {
      slice: k,
      present: bySubtype(() => null),
      boxes: bySubtype(() => []),
      comments: [],
    }
  );
}

/** The fields after changes, in order. Throws RangeError where one was made on another state. Who made findings and rows is not the page's. */
export function changeFields(fields: AnnotationFields, changes: readonly FieldChange[]): AnnotationFields {
  return changes.reduce(changeField, fields);
}

function changeField(fields: AnnotationFields, change: FieldChange): AnnotationFields {
  const expect = (present: unknown): void => {
    if (!equal(present, change.before)) throw new RangeError(`"${change.field}" has been changed elsewhere.`);
  };
  switch (change.field) {
    case 'patient':
      expect(fields.patient[change.subtype]);
      return { ...fields, patient: { ...fields.patient, [change.subtype]: change.after } };
    case 'review':
      expect(fields.review);
      return { ...fields, review: change.after };
    case 'conflicts': {
      expect(fields.conflicts ?? []);
      const { conflicts: _, ...rest } = fields;
      return change.after.length > 0 ? { ...rest, conflicts: change.after } : rest;
    }
    case 'made':
      return { ...fields, made: change.after };
    case 'image':
      return { ...fields, image: change.after };
    case 'slice': {
      const old = sliceFields(fields, change.slice);
      expect(old.present[change.subtype]);
      return withSlice(fields, { ...old, present: { ...old.present, [change.subtype]: change.after } });
    }
    case 'boxes': {
      const old = sliceFields(fields, change.slice);
      expect(old.boxes[change.subtype]);
      return withSlice(fields, { ...old, boxes: { ...old.boxes, [change.subtype]: change.after } });
    }
    case 'comments': {
      const old = sliceFields(fields, change.slice);
      expect(old.comments);
      return withSlice(fields, { ...old, comments: change.after });
    }
    default:
      return fields;
  }
}

function withSlice(fields: AnnotationFields, slice: SliceFields): AnnotationFields {
  const others = fields.slices.filter((one) => one.slice !== slice.slice);
  return { ...fields, slices: [...others, slice].sort((a, b) => a.slice - b.slice) };
}
