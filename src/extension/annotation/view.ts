/** What pages are told of an annotation. */
import { type Annotation, masksOf } from '../../core/annotation/annotation';
import { annotationMatches } from '../../core/annotation/match';
import { fieldsOf } from '../../core/document/fields';
import type { AnnotationView, DecodedScan } from '../../protocol/view';

/**
 * The mask only if it was made on this scan; otherwise why not.
 * @param file Name of the annotation file.
 * @param problem What is wrong with the file or the open text as it is now.
 */
export function viewOf(
  annotation: Annotation | undefined,
  scan: DecodedScan,
  { file, problem, revision }: { file: string; problem: string | undefined; revision: number },
): AnnotationView {
  if (!annotation) return problem === undefined ? { state: 'none' } : { state: 'refused', file, message: problem };
  const match = annotationMatches(annotation.image, scan);
  if (!match.matches) return { state: 'refused', file, message: match.message };
  return {
    state: 'shown',
    file,
    slices: masksOf(annotation),
    fields: fieldsOf(annotation),
    revision,
    ...(problem === undefined ? {} : { problem }),
  };
}
