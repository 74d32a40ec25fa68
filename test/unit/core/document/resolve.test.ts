import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Annotation, bySubtype, type Conflict } from '../../../../src/core/annotation/annotation';
import { conflictingVoxels, eachConflictingVoxel } from '../../../../src/core/annotation/conflicts';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { mergeAnnotations, recordConflicts } from '../../../../src/core/annotation/merge';
import { paintRuns } from '../../../../src/core/annotation/runs';
import { groupConflicts } from '../../../../src/core/diff/conflict-groups';
import { applyEdit } from '../../../../src/core/document/apply';
import { diffAnnotations } from '../../../../src/core/document/diff';
import { invertEdit } from '../../../../src/core/document/edit';
import { fieldsOf } from '../../../../src/core/document/fields';
import { decidedByPainting, type Side, takeSide } from '../../../../src/core/document/resolve';
import { changeBetween } from '../../../../src/core/mask/changes';
import { type Random, random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs, withRemarks } from '../annotation/random-annotation';

const SIZE = [14, 12, 3] as const;
const PROPERTY = { seed: 23, numRuns: 100 };

/** A merge of three random annotations, conflicts on record. */
function merged(seed: number): { base: Annotation; ours: Annotation; theirs: Annotation; open: Annotation } {
  const next = random(seed);
  const one = (): Annotation => named(next, withRemarks(next, annotationOf(blobs(next, SIZE, 3, 1, 0.3), SIZE)));
  const [base, ours, theirs] = [one(), one(), one()];
  return { base, ours, theirs, open: recordConflicts(mergeAnnotations(base, ours, theirs)) };
}

function named(next: Random, annotation: Annotation): Annotation {
  return { ...annotation, image: { ...annotation.image, file: next() < 0.5 ? 'a.nii' : 'b.nii.gz' } };
}

function take(annotation: Annotation, chosen: readonly Conflict[], side: Side): Annotation {
  const [width, height] = SIZE;
  const slices = annotation.slices.map(({ runs }) => {
    const labels = new Uint8Array(width * height);
    paintRuns(runs, labels, width, height);
    return labels;
  });
  const labelAt = (slice: number, row: number, column: number): number => slices[slice]?.[row * width + column] ?? 0;
  const edit = { label: '', ...takeSide(fieldsOf(annotation), labelAt, chosen, side) };
  const after = applyEdit(annotation, edit);
  assert.equal(encodeAnnotation(applyEdit(after, invertEdit(edit))), encodeAnnotation(annotation));
  return after;
}

/** What conflicts are about: masks, labels, review and file name. */
function decided({ slices, patient, review, image }: Annotation): unknown {
  const present = slices.map(({ findings }) => bySubtype((subtype) => findings[subtype].present));
  return { runs: slices.map(({ runs }) => [...runs]), present, patient, review, file: image.file };
}

describe('deciding the conflicts of a merge', () => {
  it('gives the merge of the other side by taking theirs everywhere, and its own by taking ours', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { base, ours, theirs, open } = merged(seed);
        const conflicts = open.conflicts ?? [];
        const all = take(open, conflicts, 'theirs');
        assert.equal(all.conflicts, undefined);
        assert.deepEqual(decided(all), decided(mergeAnnotations(base, theirs, ours).merged));
        const kept = take(open, conflicts, 'ours');
        assert.equal(kept.conflicts, undefined);
        assert.deepEqual(decided(kept), decided(open));
        // One after the other, in any order of places, comes to the same.
        let step = open;
        for (const group of [...groupConflicts(conflicts)].reverse())
          step = take(step, group.kind === 'place' ? group.conflicts : [group], 'theirs');
        assert.equal(encodeAnnotation(step), encodeAnnotation(all));
      }),
      PROPERTY,
    );
  });

  it('takes the base, which neither side has', () => {
    const mask = (label: number): Annotation => annotationOf(new Uint8Array(14 * 12 * 3).fill(label, 20, 25), SIZE);
    const open = recordConflicts(mergeAnnotations(mask(1), mask(2), mask(3)));
    assert.deepEqual(take(open, open.conflicts ?? [], 'base'), mask(1));
  });

  it('groups voxels that hang together across rows and slices, each in one group', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const conflicts = merged(seed).open.conflicts ?? [];
        const groups = groupConflicts(conflicts);
        const places = groups.filter((group) => group.kind === 'place');
        assert.equal(
          places.reduce((sum, { voxels }) => sum + voxels, 0),
          conflictingVoxels(conflicts),
        );
        for (const { conflicts: parts, voxels, at } of places) {
          assert.equal(conflictingVoxels(parts), voxels);
          assert.ok(parts.some(({ slice }) => slice === at[2]));
        }
        assert.equal(groups.length - places.length, conflicts.filter(({ kind }) => kind === 'statement').length);
      }),
      PROPERTY,
    );
    const [column, row] = [new Uint8Array(14 * 12 * 3), new Uint8Array(14 * 12 * 3)];
    for (const at of [20, 35, 14 * 12 + 49]) {
      column[at] = 1;
      row[at] = 4;
    }
    column[10] = 2;
    row[10] = 3;
    const base = annotationOf(new Uint8Array(14 * 12 * 3), SIZE);
    const { conflicts } = mergeAnnotations(base, annotationOf(column, SIZE), annotationOf(row, SIZE));
    assert.deepEqual(
      groupConflicts(conflicts).map((group) =>
        group.kind === 'place' ? [group.voxels, group.firstSlice, group.lastSlice, group.ours, group.theirs] : [],
      ),
      [
        [1, 0, 0, ['SDH'], ['SAH']],
        [3, 0, 1, ['EPH'], ['IPH']],
      ],
    );
  });

  it('groups by the lesions of both sides, as a flood over voxels finds them', () => {
    const [width, height, depth] = SIZE;
    const place = (n: number): [number, number, number] => [
      n % width,
      Math.floor(n / width) % height,
      Math.floor(n / (width * height)),
    ];
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { open } = merged(seed);
        const conflicts = open.conflicts ?? [];
        const masks = open.slices.map(({ runs }, slice) => ({ slice, runs }));
        const inConflict = new Set<number>();
        for (const conflict of conflicts)
          if (conflict.kind === 'voxels')
            eachConflictingVoxel(conflict, (row, column) => {
              inConflict.add((conflict.slice * height + row) * width + column);
            });
        const blood = new Uint8Array(width * height * depth);
        for (const { slice, runs } of masks)
          paintRuns(runs, blood.subarray(slice * width * height, (slice + 1) * width * height), width, height);
        for (const n of inConflict) blood[n] = 1;
        const expected: number[][] = [];
        const seen = new Set<number>();
        for (const start of [...inConflict].sort((a, b) => a - b)) {
          if (seen.has(start)) continue;
          const part = [start];
          seen.add(start);
          for (const n of part) {
            const [i, j, k] = place(n);
            blood.forEach((label, m) => {
              const [x, y, z] = place(m);
              if (label === 0 || seen.has(m) || Math.max(Math.abs(x - i), Math.abs(y - j), Math.abs(z - k)) > 1) return;
              seen.add(m);
              part.push(m);
            });
          }
          expected.push(part.filter((n) => inConflict.has(n)).sort((a, b) => a - b));
        }
        const found = groupConflicts(conflicts, masks).flatMap((group) => {
          if (group.kind !== 'place') return [];
          const voxels: number[] = [];
          for (const part of group.conflicts)
            eachConflictingVoxel(part, (row, column) => voxels.push((part.slice * height + row) * width + column));
          return [voxels.sort((a, b) => a - b)];
        });
        assert.deepEqual(found, expected);
      }),
      { ...PROPERTY, numRuns: 60 },
    );
  });

  it('counts painting over a voxel as a decision about it, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { open } = merged(seed);
        const next = random(seed + 1);
        const after = annotationOf(blobs(next, SIZE, 2, 1, 0.3), SIZE);
        const mask = changeBetween(
          open.slices.map(({ runs }, slice) => ({ slice, runs })),
          after.slices.map(({ runs }, slice) => ({ slice, runs })),
        );
        const fields = decidedByPainting(open.conflicts ?? [], mask);
        const painted = applyEdit(open, { label: '', mask, fields });
        const changed = new Set(
          mask.flatMap(({ slice, runs }) => {
            const keys: string[] = [];
            for (let n = 0; n < runs.length; n += 5)
              for (let c = 0; c < (runs[n + 2] ?? 0); c++) keys.push(`${slice} ${runs[n]} ${(runs[n + 1] ?? 0) + c}`);
            return keys;
          }),
        );
        const keysOf = (conflicts: readonly Conflict[]): string[] =>
          conflicts.flatMap((conflict) => {
            if (conflict.kind !== 'voxels') return [JSON.stringify(conflict)];
            const keys: string[] = [];
            for (let n = 0; n < conflict.runs.length; n += 6)
              for (let c = 0; c < (conflict.runs[n + 2] ?? 0); c++)
                keys.push(`${conflict.slice} ${conflict.runs[n]} ${(conflict.runs[n + 1] ?? 0) + c}`);
            return keys;
          });
        assert.deepEqual(
          keysOf(painted.conflicts ?? []),
          keysOf(open.conflicts ?? []).filter((key) => !changed.has(key)),
        );
        const same = diffAnnotations(open, painted, '').fields.some(({ field }) => field === 'conflicts');
        assert.equal(same, fields.length > 0);
      }),
      PROPERTY,
    );
  });
});
