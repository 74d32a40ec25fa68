import type { Annotation } from '../../core/annotation/annotation';
import { annotationMatches } from '../../core/annotation/match';
import { parseAnnotation } from '../../core/annotation/parse';
import type { DecodedScan } from '../../protocol/view';

/** What a text says: an annotation of the open scan, or why it is none. */
export type Typed =
  | { readonly annotation: Annotation; readonly problem?: undefined }
  | { readonly annotation?: undefined; readonly problem: string };

/** @param file Name of the annotation, for messages. */
export function readTyped(text: string, file: string, scan: DecodedScan): Typed {
  try {
    const annotation = parseAnnotation(text, file);
    const match = annotationMatches(annotation.image, scan);
    return match.matches ? { annotation } : { problem: match.message };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
