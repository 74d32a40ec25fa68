import type { Annotation } from '../../core/annotation/annotation';
import { annotationMatches } from '../../core/annotation/match';
import { parseAgain, type ReadText } from '../../core/annotation/parse-again';
import type { DecodedScan } from '../../protocol/view';

/** What a text says: an annotation of the open scan, or why it is none. */
export type Typed =
  | { readonly annotation: Annotation; readonly problem?: undefined }
  | { readonly annotation?: undefined; readonly problem: string };

/**
 * @param file Name of the annotation, for messages.
 * @param before What the text was before it was typed in: what it still says is not read again.
 */
export function readTyped(text: string, file: string, scan: DecodedScan, before: ReadText | undefined): Typed {
  try {
    const annotation = parseAgain(text, file, before);
    const match = annotationMatches(annotation.image, scan);
    return match.matches ? { annotation } : { problem: match.message };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
