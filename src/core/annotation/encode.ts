/**
 * Annotation to text. The layout is made for git, and docs/annotation-format.md explains it: every
 * slice and every row of the image has a line at a fixed place whether it has blood or not, so that
 * an edit replaces lines and never adds or removes any.
 */
import type { Annotation, Comment, Finding, SliceAnnotation } from './annotation';
import { encodeConflicts } from './conflict-text';
import { inline } from './inline';
import { SUBTYPE_LETTERS } from './rows';
import type { Source } from './source';
import { SUBTYPES } from './subtype';
import { ANNOTATION_FORMAT, ANNOTATION_VERSION } from './version';

/**
 * The annotation as canonical text: equal annotations give equal bytes, lines end in LF.
 * Throws RangeError for runs, boxes and places that a reader would refuse, so that no such file is ever written.
 */
export function encodeAnnotation(annotation: Annotation): string {
  return encode(annotation, (_slice, _place, write) => write());
}

/** Text of a slice, from what is known or by `write`; `place` is what it depends on beside the slice itself. */
type SliceText = (slice: SliceAnnotation, place: string, write: () => string) => string;

/** Writes versions of one annotation: after an edit only the slices that changed are written again. */
export class AnnotationWriter {
  readonly #known = new WeakMap<SliceAnnotation, { readonly place: string; readonly text: string }>();

  /** As `encodeAnnotation`. */
  encode(annotation: Annotation): string {
    return encode(annotation, (slice, place, write) => {
      const known = this.#known.get(slice);
      if (known?.place === place) return known.text;
      const text = write();
      this.#known.set(slice, { place, text });
      return text;
    });
  }
}

function encode(annotation: Annotation, textOf: SliceText): string {
  const { image, review, made, patient, slices } = annotation;
  const [width, height] = image.size;
  const numbers = Array.from({ length: Math.max(width, height) + 1 }, (_, n) => String(n));
  const emptyRows = numbers.slice(0, height).join(',\n');
  const identity = [
    ...(image.file === undefined ? [] : [`  "file": ${JSON.stringify(image.file)},`]),
    ...(image.seriesInstanceUid === undefined
      ? []
      : [`  "seriesInstanceUid": ${JSON.stringify(image.seriesInstanceUid)},`]),
  ];
  const head = [
    '{',
    ` "format": "${ANNOTATION_FORMAT}",`,
    ` "version": ${ANNOTATION_VERSION},`,
    ' "image": {',
    ...identity,
    `  "sha256": ${JSON.stringify(image.sha256)},`,
    `  "size": ${list(image.size)},`,
    `  "spacing": ${list(image.spacing.map(round))},`,
    '  "affine": [',
    [0, 4, 8].map((at) => `   ${list(image.affine.slice(at, at + 4).map(round))}`).join(',\n'),
    '  ]',
    ' },',
    ' "review": {',
    `  "state": "${review.state}"${review.by === undefined ? '' : `, "by": ${JSON.stringify(review.by)}`}`,
    ' },',
    ` "made": ${encodeSources(made)},`,
    ' "patient": {',
    SUBTYPES.map((subtype) => `  "${subtype}": {\n   "present": ${patient[subtype]}\n  }`).join(',\n'),
    ' },',
    ...(annotation.conflicts?.length
      ? [` "conflicts": [\n${encodeConflicts(annotation.conflicts, image.size)}\n ],`]
      : []),
    ' "slices": [',
  ];
  if (slices.length !== image.size[2])
    throw new RangeError(`The annotation has ${slices.length} slices and its image ${image.size[2]}.`);
  const write = (slice: SliceAnnotation, k: number): string => {
    checkRuns(slice.runs, width, height, k);
    checkRemarks(slice, width, height, k);
    return encodeSlice(slice, k, height, numbers, emptyRows);
  };
  const body = slices.map((slice, k) => textOf(slice, `${k} ${width} ${height}`, () => write(slice, k))).join(',\n');
  return `${head.join('\n')}\n${body}\n ]\n}\n`;
}

function encodeSlice(
  slice: SliceAnnotation,
  k: number,
  height: number,
  numbers: readonly string[],
  emptyRows: string,
): string {
  const rows = slice.runs.length === 0 && slice.editors.size === 0 ? emptyRows : encodeRows(slice, height, numbers);
  const findings = SUBTYPES.map((subtype) => encodeFinding(subtype, slice.findings[subtype])).join(',\n');
  return `  {
   "slice": ${k},
   "findings": {
${findings}
   },
   "comments": ${encodeComments(slice.comments)},
   "rows": [
${rows}
   ]
  }`;
}

function encodeFinding(subtype: string, { present, boxes, made }: Finding): string {
  return `    "${subtype}": {
     "present": ${present},
     "boxes": [${boxes.map(list).join(', ')}],
     "made": ${encodeSources(made)}
    }`;
}

function encodeComments(comments: readonly Comment[]): string {
  if (comments.length === 0) return '[]';
  const lines = comments.map(({ at, text, by }) => `    ${inline({ at, text, by })}`);
  return `[\n${lines.join(',\n')}\n   ]`;
}

/** One line a row: its number where it is empty, else a string as rows.ts describes. */
function encodeRows({ runs, editors }: SliceAnnotation, height: number, numbers: readonly string[]): string {
  const lines: string[] = [];
  let n = 0;
  for (let row = 0; row < height; row++) {
    const first = n;
    while (n < runs.length && runs[n + 1] === row) n += 4;
    const editor = editors.get(row);
    lines.push(rowEntry(numbers[row] ?? '', rowRuns(runs, first, n, numbers), editor));
  }
  return lines.join(',\n');
}

/** A row's line without the comma; `text` is that of its runs. */
function rowEntry(number: string, text: string, editor: string | undefined): string {
  if (editor !== undefined) return JSON.stringify(`${number}${text} @${editor}`);
  return text === '' ? number : `"${number}${text}"`;
}

/** One row of a slice as `encodeAnnotation` writes it, without the comma. */
export function encodeRow({ runs, editors }: SliceAnnotation, row: number): string {
  let first = 0;
  while (first < runs.length && (runs[first + 1] ?? 0) < row) first += 4;
  let end = first;
  let last = row;
  for (; end < runs.length && runs[end + 1] === row; end += 4)
    last = Math.max(last, (runs[end + 2] ?? 0) + (runs[end + 3] ?? 0));
  const numbers = Array.from({ length: last + 1 }, (_, n) => String(n));
  return rowEntry(String(row), rowRuns(runs, first, end, numbers), editors.get(row));
}

function rowRuns(runs: Uint32Array, first: number, end: number, numbers: readonly string[]): string {
  let text = '';
  for (let n = first; n < end; n += 4) {
    const length = runs[n + 3] ?? 0;
    text += ` ${SUBTYPE_LETTERS[(runs[n] ?? 0) - 1]}${numbers[runs[n + 2] ?? 0]}`;
    if (length > 1) text += `+${numbers[length]}`;
  }
  return text;
}

function checkRuns(runs: Uint32Array, width: number, height: number, slice: number): void {
  let row = 0;
  let end = 0;
  let last = -1;
  for (let n = 0; n < runs.length; n += 4) {
    const label = runs[n] ?? 0;
    const nextRow = runs[n + 1] ?? 0;
    const start = runs[n + 2] ?? 0;
    const next = start + (runs[n + 3] ?? 0);
    const ordered = nextRow > row || (nextRow === row && (start > end || (start === end && label !== last)));
    if (label < 1 || label > SUBTYPES.length || nextRow >= height || next > width || next === start || !ordered)
      throw new RangeError(
        `Slice ${slice}: the run of label ${label} in row ${nextRow}, columns ${start} to ${next - 1} is empty, not joined or in order, or outside of ${width} x ${height}.`,
      );
    row = nextRow;
    end = next;
    last = label;
  }
}

function checkRemarks(
  { findings, comments, editors }: SliceAnnotation,
  width: number,
  height: number,
  k: number,
): void {
  const boxes = Object.values(findings).flatMap((finding) => finding.boxes);
  const points = comments.flatMap(({ at }) => (at ? [[...at, 1, 1] as const] : []));
  const rows = [...editors.keys()].map((row) => [0, row, 1, 1] as const);
  for (const [column, row, columns, rowCount] of [...boxes, ...points, ...rows]) {
    if (column < 0 || row < 0 || columns < 1 || rowCount < 1 || column + columns > width || row + rowCount > height)
      throw new RangeError(
        `Slice ${k}: column ${column}, row ${row} (${columns} x ${rowCount}) is outside of ${width} x ${height}.`,
      );
  }
}

function encodeSources(sources: readonly Source[]): string {
  return inline(
    sources.map((source) => {
      if ('reader' in source) return { reader: source.reader };
      const { name, version, sha256, threshold, provider } = source.model;
      return { model: { name, version, sha256, threshold, provider } };
    }),
  );
}

/** Six decimals of a millimeter: far below any scanner's accuracy, and stable when read and written again. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}

function list(values: readonly number[]): string {
  return `[${values.join(', ')}]`;
}
