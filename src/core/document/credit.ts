import type { Annotation, SliceAnnotation } from '../annotation/annotation';
import { NUMBERS_PER_RUN, type SliceChange } from '../edit/changes';
import type { AnnotationEdit, FieldChange, RowEditor } from './edit';

/**
 * An edit with the reader named in the rows whose mask it changes, to be applied to `annotation`.
 * Where the reader made the whole annotation alone, rows name nobody: "as made" says the same.
 */
export function creditEdit(annotation: Annotation, edit: AnnotationEdit, reader: string): AnnotationEdit {
  const [source] = annotation.made;
  const alone = annotation.made.length === 1 && source !== undefined && 'reader' in source && source.reader === reader;
  const credits = edit.mask.flatMap((change): FieldChange[] => {
    const slice = annotation.slices[change.slice];
    if (!slice) return [];
    const own = alone && Object.values(slice.findings).every(({ made }) => made.length === 0);
    return creditSlice(slice, change, own ? null : reader);
  });
  return credits.length === 0 ? edit : { ...edit, fields: [...edit.fields, ...credits] };
}

function creditSlice({ editors }: SliceAnnotation, change: SliceChange, reader: string | null): FieldChange[] {
  const rows = new Set<number>();
  for (let n = 0; n < change.runs.length; n += NUMBERS_PER_RUN) rows.add(change.runs[n] ?? 0);
  const before = [...rows]
    .sort((a, b) => a - b)
    .map((row): RowEditor => [row, editors.get(row) ?? null])
    .filter(([, known]) => known !== reader);
  if (before.length === 0) return [];
  const after = before.map(([row]): RowEditor => [row, reader]);
  return [{ field: 'editors', slice: change.slice, before, after }];
}
