/** Parsed JSON to annotation; everything that the format promises is checked here. Throws Flaw. */
import { isUsableAffine } from '../geometry';
import { type Annotation, type Box, bySubtype, type Comment, type Finding, type SliceAnnotation } from './annotation';
import { array, finite, flaw, numbers, object, optionalText, sha256, text, whole } from './check';
import { readConflicts } from './conflict-text';
import { Flaw, type JsonPath } from './error';
import type { ImageReference } from './image';
import { RowFlaw, RowReader } from './rows';
import type { Source } from './source';
import { readPresence, readReview } from './statements';
import { SUBTYPES } from './subtype';
import { upgrade } from './upgrade';

/** Largest size of an image along an axis; keeps a damaged file from asking for all memory. */
const LARGEST = 65535;

export function readAnnotation(parsed: unknown): Annotation {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw flaw([], 'An annotation is an object.');
  const raw = object(
    upgrade(parsed as Record<string, unknown>),
    [],
    ['format', 'version', 'image', 'review', 'made', 'patient', 'slices'],
    ['conflicts'],
  );
  const image = readImage(raw.image, ['image']);
  const [width, height, depth] = image.size;
  const slices = array(raw.slices, ['slices']);
  if (slices.length !== depth) {
    throw flaw(
      ['slices'],
      `The image has ${depth} slices, and ${slices.length} are here.`,
      'Every slice of the image has its block, in order: restore the missing ones or remove the ones too many.',
    );
  }
  const patient = object(raw.patient, ['patient'], SUBTYPES);
  const reader = new RowReader(width);
  const conflicts = readConflicts(raw.conflicts ?? [], ['conflicts'], image.size);
  return {
    image,
    review: readReview(raw.review, ['review']),
    made: readSources(raw.made, ['made']),
    patient: bySubtype((subtype) => {
      const path = ['patient', subtype];
      return readPresence(object(patient[subtype], path, ['present']).present, [...path, 'present']);
    }),
    slices: slices.map((slice, k) => readSlice(slice, k, width, height, reader)),
    ...(conflicts.length > 0 ? { conflicts } : {}),
  };
}

/** The blocks of the slices from `first` on, in parsed JSON; undefined if any of them is not what it should be. */
export function readSlices(
  blocks: readonly unknown[],
  first: number,
  [width, height]: readonly [number, number, number],
): SliceAnnotation[] | undefined {
  const reader = new RowReader(width);
  try {
    return blocks.map((block, n) => readSlice(block, first + n, width, height, reader));
  } catch (error) {
    if (error instanceof Flaw) return undefined;
    throw error;
  }
}

function readImage(value: unknown, path: JsonPath): ImageReference {
  const raw = object(value, path, ['sha256', 'size', 'spacing', 'affine'], ['file', 'seriesInstanceUid']);
  const file = optionalText(raw.file, [...path, 'file']);
  if (file !== undefined && /^(?:[/\\]|[a-z]+:)|\\/i.test(file))
    throw flaw([...path, 'file'], 'The file name must be relative to this file, with "/" between folders.');
  const seriesInstanceUid = optionalText(raw.seriesInstanceUid, [...path, 'seriesInstanceUid']);
  if (file === undefined && seriesInstanceUid === undefined)
    throw flaw(path, 'The image is named neither by "file" nor by "seriesInstanceUid".', 'Add one of them.');
  const triple = (key: 'size' | 'spacing'): [number, number, number] => {
    const [i = 0, j = 0, k = 0] = numbers(raw[key], [...path, key], 3);
    return [i, j, k];
  };
  const size = triple('size');
  size.forEach((count, axis) => {
    whole(count, [...path, 'size', axis], 1, LARGEST);
  });
  const spacing = triple('spacing');
  spacing.forEach((step, axis) => {
    if (step <= 0) throw flaw([...path, 'spacing', axis], 'A spacing in mm, above 0, belongs here.');
  });
  const affinePath = [...path, 'affine'];
  const rows = array(raw.affine, affinePath).map((row, n) => numbers(row, [...affinePath, n], 4));
  if (rows.length !== 3) throw flaw(affinePath, `3 rows of 4 numbers belong here, not ${rows.length}.`);
  const affine = [...rows.flat(), 0, 0, 0, 1];
  if (!isUsableAffine(affine)) throw flaw(affinePath, 'The axes of this affine do not span space.');
  return {
    ...(file === undefined ? {} : { file }),
    ...(seriesInstanceUid === undefined ? {} : { seriesInstanceUid }),
    sha256: sha256(raw.sha256, [...path, 'sha256']),
    size,
    spacing,
    affine,
  };
}

function readSources(value: unknown, path: JsonPath): Source[] {
  return array(value, path).map((item, n) => {
    const here = [...path, n];
    const raw = object(item, here, [], ['reader', 'model']);
    if ((raw.reader === undefined) === (raw.model === undefined))
      throw flaw(here, 'Either "reader" or "model" belongs here.');
    if (raw.model === undefined) return { reader: text(raw.reader, [...here, 'reader']) };
    const at = [...here, 'model'];
    const model = object(raw.model, at, ['name', 'version', 'sha256', 'threshold', 'provider']);
    return {
      model: {
        name: text(model.name, [...at, 'name']),
        version: text(model.version, [...at, 'version']),
        sha256: sha256(model.sha256, [...at, 'sha256']),
        threshold: finite(model.threshold, [...at, 'threshold']),
        provider: text(model.provider, [...at, 'provider']),
      },
    };
  });
}

function readSlice(value: unknown, k: number, width: number, height: number, reader: RowReader): SliceAnnotation {
  const path = ['slices', k];
  const raw = object(value, path, ['slice', 'findings', 'comments', 'rows']);
  if (raw.slice !== k)
    throw flaw([...path, 'slice'], `This is the place of slice ${k}.`, 'Put the slices in order from 0.');
  const findings = object(raw.findings, [...path, 'findings'], SUBTYPES);
  const editors = new Map<number, string>();
  const runs = readRows(raw.rows, [...path, 'rows'], height, reader, editors);
  return {
    runs,
    findings: bySubtype((subtype) => readFinding(findings[subtype], [...path, 'findings', subtype], width, height)),
    editors,
    comments: array(raw.comments, [...path, 'comments']).map((comment, n) =>
      readComment(comment, [...path, 'comments', n], width, height),
    ),
  };
}

function readFinding(value: unknown, path: JsonPath, width: number, height: number): Finding {
  const raw = object(value, path, ['present', 'boxes', 'made']);
  return {
    present: readPresence(raw.present, [...path, 'present']),
    boxes: array(raw.boxes, [...path, 'boxes']).map((box, n) => readBox(box, [...path, 'boxes', n], width, height)),
    made: readSources(raw.made, [...path, 'made']),
  };
}

function readBox(value: unknown, path: JsonPath, width: number, height: number): Box {
  const [column = 0, row = 0, columns = 0, rows = 0] = numbers(value, path, 4);
  whole(column, [...path, 0], 0, width - 1);
  whole(row, [...path, 1], 0, height - 1);
  whole(columns, [...path, 2], 1, width - column);
  whole(rows, [...path, 3], 1, height - row);
  return [column, row, columns, rows];
}

function readComment(value: unknown, path: JsonPath, width: number, height: number): Comment {
  const raw = object(value, path, ['text'], ['at', 'by']);
  const by = optionalText(raw.by, [...path, 'by']);
  const comment = { text: text(raw.text, [...path, 'text']), ...(by === undefined ? {} : { by }) };
  if (raw.at === undefined) return comment;
  const [column = 0, row = 0] = numbers(raw.at, [...path, 'at'], 2);
  whole(column, [...path, 'at', 0], 0, width - 1);
  whole(row, [...path, 'at', 1], 0, height - 1);
  return { at: [column, row], ...comment };
}

function readRows(
  value: unknown,
  path: JsonPath,
  height: number,
  reader: RowReader,
  editors: Map<number, string>,
): Uint32Array {
  const rows = array(value, path);
  for (let row = 0; row < rows.length; row++) {
    const item = rows[row];
    if (item === row && row < height) continue;
    if (row >= height) {
      throw flaw(
        [...path, row],
        `The image has ${height} rows, and ${rows.length} are here.`,
        'Remove the rows that are too many; they may be repeated by a merge.',
      );
    }
    try {
      const editor = reader.read(typeof item === 'string' ? item : '', row);
      if (editor !== undefined) editors.set(row, editor);
    } catch (error) {
      if (!(error instanceof RowFlaw)) throw error;
      reader.take();
      const { problem, remedy, code, from, length } = error;
      throw new Flaw([...path, row], problem, remedy, code, {
        from,
        length: Math.min(length, typeof item === 'string' ? item.length : 1),
      });
    }
  }
  if (rows.length < height) {
    throw flaw(
      path,
      `The image has ${height} rows, and only ${rows.length} are here.`,
      'Every row has a line of its own: restore the missing ones.',
    );
  }
  return reader.take();
}
