/**
 * Conflicts of a merge as JSON. A voxel conflict has one line for each run of columns:
 *
 *     run = row " " first [ "+" columns ] " " base " " ours " " theirs
 *
 * with the letter of a subtype, or "-" for no blood, for each of the three: `219 295+9 P - D`.
 */
import type { Conflict, Sides, StatementConflict, VoxelConflict } from './annotation';
import { array, flaw, object, optionalText, text, whole } from './check';
import { NUMBERS_PER_CONFLICT, orderConflicts, statementKey } from './conflicts';
import { Flaw, type JsonPath } from './error';
import { inline } from './inline';
import { SUBTYPE_LETTERS } from './rows';
import { readPresence, readReview } from './statements';
import { SUBTYPES, type Subtype } from './subtype';

type Size = readonly [number, number, number];

const LETTERS = `-${SUBTYPE_LETTERS}`;

/** The items of the list, without its brackets. Throws RangeError for runs that a reader would refuse. */
export function encodeConflicts(conflicts: readonly Conflict[], size: Size): string {
  return orderConflicts(conflicts)
    .map((conflict) => {
      if (conflict.kind === 'statement') return `  ${encodeStatement(conflict)}`;
      return `  {"slice": ${conflict.slice}, "voxels": [\n${encodeVoxels(conflict, size)}\n  ]}`;
    })
    .join(',\n');
}

function encodeStatement(conflict: StatementConflict): string {
  const { what, base, ours, theirs } = conflict;
  const subtype = 'subtype' in conflict ? conflict.subtype : undefined;
  const slice = 'slice' in conflict ? conflict.slice : undefined;
  return inline({ statement: what, slice, subtype, base, ours, theirs });
}

function encodeVoxels({ slice, runs }: VoxelConflict, [width, height]: Size): string {
  const lines: string[] = [];
  let [lastRow, end] = [0, 0];
  for (let n = 0; n < runs.length; n += NUMBERS_PER_CONFLICT) {
    const [row = 0, first = 0, length = 0, ...labels] = runs.subarray(n, n + NUMBERS_PER_CONFLICT);
    const ordered = row > lastRow || (row === lastRow && first >= end);
    const known = labels.every((label) => label < LETTERS.length);
    if (row >= height || first + length > width || length === 0 || !ordered || !known)
      throw new RangeError(
        `Slice ${slice}: the conflict in row ${row}, columns ${first} to ${first + length - 1} is empty, not in order, or outside of ${width} x ${height}.`,
      );
    const columns = length > 1 ? `${first}+${length}` : String(first);
    lines.push(`"${row} ${columns} ${labels.map((label) => LETTERS[label]).join(' ')}"`);
    [lastRow, end] = [row, first + length];
  }
  return lines.join(',\n');
}

/** Reads the list of conflicts. Throws Flaw. */
export function readConflicts(value: unknown, path: JsonPath, size: Size): Conflict[] {
  const conflicts = array(value, path).map((item, n) => readConflict(item, [...path, n], size));
  const seen = new Set<string>();
  for (const [n, conflict] of conflicts.entries()) {
    const key = conflict.kind === 'voxels' ? `voxels ${conflict.slice}` : statementKey(conflict);
    if (seen.has(key)) throw flaw([...path, n], 'This conflict is here twice.', 'Remove one of the two.');
    seen.add(key);
  }
  return orderConflicts(conflicts);
}

function readConflict(value: unknown, path: JsonPath, size: Size): Conflict {
  const statement = object(
    value,
    path,
    [],
    ['statement', 'slice', 'subtype', 'voxels', 'base', 'ours', 'theirs'],
  ).statement;
  const last = size[2] - 1;
  if (statement === undefined) {
    const raw = object(value, path, ['slice', 'voxels']);
    const runs = array(raw.voxels, [...path, 'voxels']);
    if (runs.length === 0) throw flaw([...path, 'voxels'], 'A conflict has at least one run of voxels.');
    return {
      kind: 'voxels',
      slice: whole(raw.slice, [...path, 'slice'], 0, last),
      runs: readVoxels(runs, [...path, 'voxels'], size),
    };
  }
  const sides = <T>(raw: Readonly<Record<string, unknown>>, read: (value: unknown, path: JsonPath) => T): Sides<T> => ({
    base: read(raw.base, [...path, 'base']),
    ours: read(raw.ours, [...path, 'ours']),
    theirs: read(raw.theirs, [...path, 'theirs']),
  });
  const keys = ['statement', 'base', 'ours', 'theirs'];
  switch (statement) {
    case 'review':
      return { kind: 'statement', what: 'review', ...sides(object(value, path, keys), readReview) };
    case 'file':
      return {
        kind: 'statement',
        what: 'file',
        ...sides(object(value, path, keys), (name, at) => (name === null ? null : (optionalText(name, at) ?? null))),
      };
    case 'patient': {
      const raw = object(value, path, [...keys, 'subtype']);
      return { kind: 'statement', what: 'patient', subtype: readSubtype(raw, path), ...sides(raw, readPresence) };
    }
    case 'slice': {
      const raw = object(value, path, [...keys, 'slice', 'subtype']);
      const slice = whole(raw.slice, [...path, 'slice'], 0, last);
      return { kind: 'statement', what: 'slice', slice, subtype: readSubtype(raw, path), ...sides(raw, readPresence) };
    }
    default:
      throw flaw([...path, 'statement'], 'One of review, file, patient, slice belongs here.');
  }
}

function readSubtype({ subtype }: Readonly<Record<string, unknown>>, path: JsonPath): Subtype {
  const at = [...path, 'subtype'];
  const name = text(subtype, at);
  const known = SUBTYPES.find((candidate) => candidate === name);
  if (known) return known;
  throw new Flaw(at, `"${name}" is no subtype.`, `Write one of ${SUBTYPES.join(', ')}.`, 'unknown-subtype');
}

const RUN = new RegExp(`^(\\d+) (\\d+)(?:\\+(\\d+))? ([${LETTERS}]) ([${LETTERS}]) ([${LETTERS}])$`);

function readVoxels(items: readonly unknown[], path: JsonPath, [width, height]: Size): Uint32Array {
  const runs: number[] = [];
  let [lastRow, end] = [0, 0];
  for (const [n, item] of items.entries()) {
    const here = [...path, n];
    const [, row = 0, first = 0, length = 1] = (RUN.exec(text(item, here)) ?? []).map((part) =>
      part === undefined ? undefined : Number(part),
    );
    const letters = typeof item === 'string' ? item.split(' ').slice(2) : [];
    if (!RUN.test(text(item, here)) || length === 0) {
      throw flaw(
        here,
        'This is no conflict of voxels.',
        'Write row, first column and, after "+", the number of columns, then the subtype in base, ours and theirs ("-" for none), such as "219 295+9 P - D".',
      );
    }
    if (row >= height || first + length > width) {
      const problem = `Row ${row}, columns ${first} to ${first + length - 1} lie outside of the image.`;
      throw new Flaw(here, problem, 'Remove this conflict.', 'outside-image');
    }
    if (row < lastRow || (row === lastRow && first < end))
      throw flaw(here, 'Conflicts go by row and from left to right.', 'Put them in order, each voxel once.');
    runs.push(row, first, length, ...letters.map((letter) => LETTERS.indexOf(letter)));
    [lastRow, end] = [row, first + length];
  }
  return Uint32Array.from(runs);
}
