/** Where in an annotation's text something stands. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { Annotation } from './annotation';
import { encodeAnnotation } from './encode';

/** Lines of a slice's block before its first row, without those of its comments. */
const BEFORE_ROWS = 31;
/** Lines after its last row. */
const AFTER_ROWS = 2;

/** A row of the image on slice k. */
export interface RowPlace {
  readonly slice: number;
  readonly row: number;
}

/** Line (from 0) of a row in the canonical text of an annotation, found without making the text. */
export function lineOfRow(annotation: Annotation, { slice, row }: RowPlace): number {
  const { image, slices } = annotation;
  const [width, height] = image.size;
  const head = encodeAnnotation({ ...annotation, image: { ...image, size: [width, height, 0] }, slices: [] });
  // The text without slices ends in an empty line where they would be, and in " ]", "}" and nothing.
  let line = head.split('\n').length - 4;
  for (let k = 0; k <= slice; k++) {
    const comments = slices[k]?.comments.length ?? 0;
    line += BEFORE_ROWS + (comments === 0 ? 0 : comments + 1);
    if (k < slice) line += height + AFTER_ROWS;
  }
  return line + row;
}

/** Line (from 0) of a row in any text of an annotation; undefined where it is none, or has no such row. */
export function lineInText(text: string, annotation: Annotation | undefined, place: RowPlace): number | undefined {
  if (annotation) {
    // Nearly always the text is canonical, and reading all of a large one takes long.
    const lines = text.split('\n');
    const line = lineOfRow(annotation, place);
    const first = lines[line - place.row - lineOffset(annotation, place)];
    if (isRow(lines[line], place.row) && first?.trim() === `"slice": ${place.slice},`) return line;
  }
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, ['slices', place.slice, 'rows', place.row]);
  return node && text.slice(0, node.offset).split('\n').length - 1;
}

/** Lines from that with the slice's number to its first row. */
function lineOffset({ slices }: Annotation, { slice }: RowPlace): number {
  const comments = slices[slice]?.comments.length ?? 0;
  return BEFORE_ROWS - 1 + (comments === 0 ? 0 : comments + 1);
}

function isRow(line: string | undefined, row: number): boolean {
  return line !== undefined && (line.trim().replace(/,$/, '') === String(row) || line.trim().startsWith(`"${row} `));
}
