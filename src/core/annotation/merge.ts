/** Three-way merge of annotations, voxel by voxel: for the merge driver and for documents that changed on disk. */
import {
  type Annotation,
  bySubtype,
  type Conflict,
  type Finding,
  type Sides,
  type SliceAnnotation,
  type StatementConflict,
  type VoxelConflict,
} from './annotation';
import { ConflictWriter, eachConflictingVoxel, filterVoxels, orderConflicts, statementKey } from './conflicts';
import type { ImageReference } from './image';
import { encodeRuns, paintRuns } from './runs';
import type { Subtype } from './subtype';

export interface Merge {
  /** Always a valid annotation, with both sides' changes; where they conflict, with ours. Its own record names no new conflict. */
  readonly merged: Annotation;
  readonly conflicts: readonly Conflict[];
}

/**
 * Merges what two sides made of one annotation. Only voxels and labels that both changed
 * differently are conflicts; boxes, comments and sources that both changed are merged as sets.
 * Conflicts that are still open in one of the sides stay open. Throws RangeError if the three are
 * not of one image.
 */
export function mergeAnnotations(base: Annotation, ours: Annotation, theirs: Annotation): Merge {
  const conflicts: Conflict[] = [];
  const pick = <T>(sides: Sides<T>, conflict: (sides: Sides<T>) => StatementConflict): T => {
    const { value, clash } = choose(sides);
    if (clash) conflicts.push(conflict(sides));
    return value;
  };
  const all: Sides<Annotation> = { base, ours, theirs };
  const image = mergeImage(map(all, (side) => side.image));
  const file = pick(
    map(all, (side) => side.image.file ?? null),
    (sides) => ({ kind: 'statement', what: 'file', ...sides }),
  );
  const review = pick(
    map(all, (side) => side.review),
    (sides) => ({ kind: 'statement', what: 'review', ...sides }),
  );
  const patient = bySubtype((subtype) =>
    pick(
      map(all, (side) => side.patient[subtype]),
      (sides) => ({ kind: 'statement', what: 'patient', subtype, ...sides }),
    ),
  );
  const slices = base.slices.map((slice, k): SliceAnnotation => {
    const sides: Sides<SliceAnnotation> = {
      base: slice,
      ours: ours.slices[k] ?? slice,
      theirs: theirs.slices[k] ?? slice,
    };
    if (sides.ours === slice) return sides.theirs;
    if (sides.theirs === slice) return sides.ours;
    const voxels = mergeRuns(
      map(sides, ({ runs }) => runs),
      base.image.size,
      k,
    );
    conflicts.push(...voxels.conflicts);
    const finding = (subtype: Subtype): Finding => {
      const findings = map(sides, (side) => side.findings[subtype]);
      return {
        present: pick(
          map(findings, ({ present }) => present),
          (values) => ({ kind: 'statement', what: 'slice', slice: k, subtype, ...values }),
        ),
        boxes: mergeSets(map(findings, ({ boxes }) => boxes)),
        made: mergeSets(map(findings, ({ made }) => made)),
      };
    };
    return {
      runs: voxels.runs,
      findings: bySubtype(finding),
      editors: mergeEditors(map(sides, ({ editors }) => editors)),
      comments: mergeSets(map(sides, ({ comments }) => comments)),
    };
  });
  const made = mergeSets(map(all, (side) => side.made));
  const open = mergeRecords(map(all, (side) => side.conflicts ?? []));
  const { file: _, ...unnamed } = image;
  return {
    merged: {
      image: { ...(file === null ? {} : { file }), ...unnamed },
      review,
      made,
      patient,
      slices,
      ...(open.length > 0 ? { conflicts: open } : {}),
    },
    conflicts: orderConflicts(conflicts),
  };
}

/** The merged annotation with its conflicts on record, as it is written for the user to decide. */
export function recordConflicts({ merged, conflicts }: Merge): Annotation {
  const { conflicts: earlier = [], ...rest } = merged;
  const all = joinRecords(earlier, conflicts);
  return all.length === 0 ? rest : { ...rest, conflicts: all };
}

function map<T, U>({ base, ours, theirs }: Sides<T>, value: (side: T) => U): Sides<U> {
  return { base: value(base), ours: value(ours), theirs: value(theirs) };
}

/** The side that changed; ours where both did, which is a clash unless they agree. */
function choose<T>({ base, ours, theirs }: Sides<T>): { readonly value: T; readonly clash: boolean } {
  const [b, o, t] = [base, ours, theirs].map((value) => JSON.stringify(value));
  return o === b ? { value: theirs, clash: false } : { value: ours, clash: t !== b && t !== o };
}

/** Placement and series of the image. Its file name is merged apart, since a renamed scan is the same scan. */
function mergeImage(images: Sides<ImageReference>): ImageReference {
  const { base, ours, theirs } = images;
  const same = [ours, theirs].every(({ sha256, size }) => sha256 === base.sha256 && String(size) === String(base.size));
  const placement = choose(map(images, ({ spacing, affine }) => [spacing, affine] as const));
  const series = choose(map(images, ({ seriesInstanceUid }) => seriesInstanceUid ?? null));
  if (!same || placement.clash || series.clash)
    throw new RangeError('The annotations are of different images and cannot be merged.');
  const { file, sha256, size } = ours;
  const [spacing, affine] = placement.value;
  return {
    ...(file === undefined ? {} : { file }),
    ...(series.value === null ? {} : { seriesInstanceUid: series.value }),
    sha256,
    size,
    spacing,
    affine,
  };
}

/**
 * The list of the side that changed. Where both did: what neither side removed, in the order of ours,
 * and what either added, each after what precedes it on its side, ours first; equal things once.
 */
function mergeSets<T>(sides: Sides<readonly T[]>): readonly T[] {
  const { value, clash } = choose(sides);
  if (!clash) return value;
  const key = (item: T): string => JSON.stringify(item);
  const [inBase, inOurs, inTheirs] = [sides.base, sides.ours, sides.theirs].map((items) => new Set(items.map(key)));
  const items = new Map([...sides.theirs, ...sides.ours].map((item) => [key(item), item]));
  const order = [...new Set(sides.ours.map(key))].filter((one) => !inBase?.has(one) || inTheirs?.has(one));
  let after = -1;
  for (const one of new Set(sides.theirs.map(key))) {
    const at = order.indexOf(one);
    if (at >= 0) after = at;
    else if (!inBase?.has(one)) {
      // Past what ours added at the same place.
      const isOurs = (other: string | undefined): boolean =>
        other !== undefined && inOurs?.has(other) === true && !inBase?.has(other) && !inTheirs?.has(other);
      while (isOurs(order[after + 1])) after++;
      order.splice(++after, 0, one);
    }
  }
  return order.flatMap((one) => {
    const item = items.get(one);
    return item === undefined ? [] : [item];
  });
}

type Editors = SliceAnnotation['editors'];

/** Who changed a row last; where both sides named someone else, our reader, since one name fits a row. */
function mergeEditors(sides: Sides<Editors>): Editors {
  const rows = [...new Set([...sides.ours.keys(), ...sides.theirs.keys()])].sort((a, b) => a - b);
  const editors = new Map<number, string>();
  for (const row of rows) {
    const name = choose(map(sides, (known) => known.get(row) ?? null)).value;
    if (name !== null) editors.set(row, name);
  }
  return editors;
}

function mergeRuns(
  { base, ours, theirs }: Sides<Uint32Array>,
  [width, height]: ImageReference['size'],
  slice: number,
): { readonly runs: Uint32Array; readonly conflicts: readonly VoxelConflict[] } {
  if (sameRuns(ours, base)) return { runs: theirs, conflicts: [] };
  if (sameRuns(theirs, base) || sameRuns(ours, theirs)) return { runs: ours, conflicts: [] };
  const labelsOf = (runs: Uint32Array): Uint8Array => {
    const labels = new Uint8Array(width * height);
    paintRuns(runs, labels, width, height);
    return labels;
  };
  const [b, o, t] = [labelsOf(base), labelsOf(ours), labelsOf(theirs)];
  const writer = new ConflictWriter();
  const merged = o.map((mine, at) => {
    const [before = 0, other = 0] = [b[at], t[at]];
    if (mine === before) return other;
    if (other !== before && other !== mine) writer.add(Math.floor(at / width), at % width, before, mine, other);
    return mine;
  });
  return { runs: encodeRuns(merged, width, height), conflicts: writer.finish(slice) };
}

function sameRuns(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, n) => value === b[n]);
}

/** Conflicts of earlier merges that are open on either side and that neither side has settled since the base. */
function mergeRecords({ base, ours, theirs }: Sides<readonly Conflict[]>): readonly Conflict[] {
  const inBase = voxelKeys(base);
  const [inOurs, inTheirs] = [voxelKeys(ours), voxelKeys(theirs)];
  const open = (key: string): boolean => !inBase.has(key) || (inOurs.has(key) && inTheirs.has(key));
  const rest = (conflicts: readonly Conflict[]): Conflict[] =>
    conflicts.flatMap((conflict): Conflict[] => {
      if (conflict.kind === 'statement') return open(statementKey(conflict)) ? [conflict] : [];
      return filterVoxels(conflict, (row, column) => open(`${conflict.slice} ${row} ${column}`));
    });
  return joinRecords(rest(theirs), rest(ours));
}

/** Both lists as one; where they name the same voxel or statement, the later one. */
function joinRecords(earlier: readonly Conflict[], later: readonly Conflict[]): Conflict[] {
  if (earlier.length === 0 || later.length === 0) return [...earlier, ...later];
  const statements = new Map<string, Conflict>();
  const slices = new Map<number, Map<string, readonly [number, number, number, number, number]>>();
  for (const conflict of [...earlier, ...later]) {
    if (conflict.kind === 'statement') {
      statements.set(statementKey(conflict), conflict);
      continue;
    }
    const voxels = slices.get(conflict.slice) ?? new Map<string, readonly [number, number, number, number, number]>();
    slices.set(conflict.slice, voxels);
    eachConflictingVoxel(conflict, (...voxel) => voxels.set(`${voxel[0]} ${voxel[1]}`, voxel));
  }
  const voxelConflicts = [...slices].flatMap(([slice, voxels]) => {
    const writer = new ConflictWriter();
    for (const voxel of [...voxels.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1])) writer.add(...voxel);
    return writer.finish(slice);
  });
  return orderConflicts([...statements.values(), ...voxelConflicts]);
}

function voxelKeys(conflicts: readonly Conflict[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const conflict of conflicts) {
    if (conflict.kind === 'statement') keys.add(statementKey(conflict));
    else eachConflictingVoxel(conflict, (row, column) => keys.add(`${conflict.slice} ${row} ${column}`));
  }
  return keys;
}
