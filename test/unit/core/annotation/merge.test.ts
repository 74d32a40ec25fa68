import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Annotation } from '../../../../src/core/annotation/annotation';
import { conflictingVoxels, NUMBERS_PER_CONFLICT } from '../../../../src/core/annotation/conflicts';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { mergeAnnotations, recordConflicts } from '../../../../src/core/annotation/merge';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { paintRuns } from '../../../../src/core/annotation/runs';
import { integer, type Random, random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs, noise, withRemarks } from './random-annotation';

type Size = readonly [number, number, number];
const inputs = fc.record({
  seed: fc.integer(),
  size: fc.tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 })),
});
const PROPERTY = { seed: 11, numRuns: 150 };

function labelsOf({ slices, image }: Annotation): Uint8Array {
  const [width, height, depth] = image.size;
  const labels = new Uint8Array(width * height * depth);
  slices.forEach(({ runs }, k) => {
    paintRuns(runs, labels.subarray(k * width * height, (k + 1) * width * height), width, height);
  });
  return labels;
}

function edited(next: Random, labels: Uint8Array): Uint8Array {
  const result = labels.slice();
  for (let n = integer(next, 0, 6); n > 0; n--) {
    const first = integer(next, 0, labels.length - 1);
    result.fill(integer(next, 0, 5), first, first + integer(next, 1, 9));
  }
  return result;
}

function three(seed: number, size: Size): { base: Annotation; ours: Annotation; theirs: Annotation } {
  const next = random(seed);
  const labels = next() < 0.5 ? blobs(next, size, 3, 1, 0.3) : noise(next, size[0] * size[1] * size[2], 0.3);
  const base = annotationOf(labels, size);
  return { base, ours: annotationOf(edited(next, labels), size), theirs: annotationOf(edited(next, labels), size) };
}

describe('three-way merge', () => {
  it('takes each voxel from the side that changed it, and conflicts only where both did, differently', () => {
    fc.assert(
      fc.property(inputs, ({ seed, size }) => {
        const { base, ours, theirs } = three(seed, size);
        const { merged, conflicts } = mergeAnnotations(base, ours, theirs);
        const [b, o, t] = [base, ours, theirs].map(labelsOf);
        const result = labelsOf(merged);
        const inConflict = new Set<number>();
        for (const conflict of conflicts) {
          assert.equal(conflict.kind, 'voxels');
          if (conflict.kind !== 'voxels') continue;
          for (let n = 0; n < conflict.runs.length; n += NUMBERS_PER_CONFLICT) {
            const [row = 0, column = 0, length = 0, was, mine, other] = conflict.runs.subarray(n, n + 6);
            const start: number = (conflict.slice * size[1] + row) * size[0] + column;
            for (let at: number = start; at < start + length; at++) {
              inConflict.add(at);
              assert.deepEqual([b?.[at], o?.[at], t?.[at]], [was, mine, other]);
            }
          }
        }
        assert.equal(conflictingVoxels(conflicts), inConflict.size);
        result.forEach((label, at) => {
          const [before, mine, other] = [b?.[at], o?.[at], t?.[at]];
          assert.equal(inConflict.has(at), mine !== before && other !== before && mine !== other);
          assert.equal(label, mine === before ? other : mine);
        });
        assert.deepEqual(parseAnnotation(encodeAnnotation(merged)).slices, merged.slices);
      }),
      PROPERTY,
    );
  });

  it('gives back the one side that changed, remarks and all', () => {
    fc.assert(
      fc.property(inputs, ({ seed, size }) => {
        const { base: plain, ours: plainOurs } = three(seed, size);
        const next = random(seed + 1);
        const base = withRemarks(next, plain);
        const changed = withRemarks(next, plainOurs);
        for (const { merged, conflicts } of [
          mergeAnnotations(base, changed, base),
          mergeAnnotations(base, base, changed),
          mergeAnnotations(base, changed, changed),
        ]) {
          assert.deepEqual(conflicts, []);
          assert.equal(encodeAnnotation(merged), encodeAnnotation(changed));
        }
      }),
      PROPERTY,
    );
  });

  it('merges labels, boxes, comments and readers of one slice, and says where it cannot', () => {
    const base = annotationOf(new Uint8Array(60), [10, 3, 2]);
    const change = (label: boolean, box: number, text: string, reader: string): Annotation => ({
      ...base,
      review: { state: 'read', by: reader },
      patient: { ...base.patient, SDH: label },
      slices: base.slices.map((slice, k) =>
        k === 0
          ? slice
          : {
              ...slice,
              editors: new Map([[box, reader]]),
              comments: [{ text }],
              findings: {
                ...slice.findings,
                IPH: { present: label, boxes: [[box, 0, 1, 1]], made: [{ reader }] },
              },
            },
      ),
    });
    const { merged, conflicts } = mergeAnnotations(base, change(true, 1, 'a', 'Ada'), change(false, 2, 'b', 'Bo'));
    assert.deepEqual(merged.slices[1]?.comments, [{ text: 'a' }, { text: 'b' }]);
    assert.deepEqual(merged.slices[1]?.findings.IPH, {
      present: true,
      boxes: [
        [1, 0, 1, 1],
        [2, 0, 1, 1],
      ],
      made: [{ reader: 'Ada' }, { reader: 'Bo' }],
    });
    assert.deepEqual(
      [...(merged.slices[1]?.editors ?? [])],
      [
        [1, 'Ada'],
        [2, 'Bo'],
      ],
    );
    assert.deepEqual(conflicts, [
      {
        kind: 'statement',
        what: 'review',
        base: { state: 'draft' },
        ours: { state: 'read', by: 'Ada' },
        theirs: { state: 'read', by: 'Bo' },
      },
      { kind: 'statement', what: 'patient', subtype: 'SDH', base: null, ours: true, theirs: false },
      { kind: 'statement', what: 'slice', slice: 1, subtype: 'IPH', base: null, ours: true, theirs: false },
    ]);
    assert.equal(merged.review.by, 'Ada');
  });

  it('is the same from both sides but for what is in conflict', () => {
    fc.assert(
      fc.property(inputs, ({ seed, size }) => {
        const { base, ours, theirs } = three(seed, size);
        const [one, other] = [mergeAnnotations(base, ours, theirs), mergeAnnotations(base, theirs, ours)];
        const [a, b] = [labelsOf(one.merged), labelsOf(other.merged)];
        const differ = a.filter((label, at) => label !== b[at]).length;
        assert.equal(differ, conflictingVoxels(one.conflicts));
        assert.equal(conflictingVoxels(other.conflicts), differ);
        for (const [n, conflict] of one.conflicts.entries()) {
          const mirrored = other.conflicts[n];
          if (conflict.kind !== 'voxels' || mirrored?.kind !== 'voxels') return assert.fail('voxels only');
          for (let at = 0; at < conflict.runs.length; at += NUMBERS_PER_CONFLICT) {
            const [row, column, length, was, mine, yours] = conflict.runs.subarray(at, at + NUMBERS_PER_CONFLICT);
            const turned: number[] = [...mirrored.runs.subarray(at, at + NUMBERS_PER_CONFLICT)];
            assert.deepEqual(turned, [row, column, length, was, yours, mine]);
          }
        }
      }),
      PROPERTY,
    );
  });

  it('keeps conflicts on record in the file, and open ones through further merges', () => {
    fc.assert(
      fc.property(inputs, ({ seed, size }) => {
        const { base, ours, theirs } = three(seed, size);
        const next = random(seed + 2);
        const merge = mergeAnnotations(base, withRemarks(next, ours), withRemarks(next, theirs));
        const recorded = recordConflicts(merge);
        const text = encodeAnnotation(recorded);
        assert.deepEqual(parseAnnotation(text), recorded);
        assert.deepEqual(recorded.conflicts ?? [], merge.conflicts);
        const { conflicts: _, ...settled } = recorded;
        // One side settles them, and the other has not touched them.
        assert.equal(encodeAnnotation(mergeAnnotations(recorded, settled, recorded).merged), encodeAnnotation(settled));
        assert.equal(encodeAnnotation(mergeAnnotations(recorded, recorded, settled).merged), encodeAnnotation(settled));
        // One side has them from a merge, and the other knows nothing of them.
        assert.equal(encodeAnnotation(mergeAnnotations(settled, recorded, settled).merged), text);
        assert.equal(encodeAnnotation(mergeAnnotations(settled, settled, recorded).merged), text);
      }),
      PROPERTY,
    );
  });

  it('follows a scan that one side renamed, and asks where both did', () => {
    const base = annotationOf(new Uint8Array(4), [2, 2, 1]);
    const named = (file: string): Annotation => ({ ...base, image: { ...base.image, file } });
    assert.equal(mergeAnnotations(base, base, named('b.nii')).merged.image.file, 'b.nii');
    const { merged, conflicts } = mergeAnnotations(base, named('a.nii'), named('b.nii'));
    assert.equal(merged.image.file, 'a.nii');
    assert.deepEqual(conflicts, [
      { kind: 'statement', what: 'file', base: 'head.nii.gz', ours: 'a.nii', theirs: 'b.nii' },
    ]);
  });

  it('refuses annotations of different images', () => {
    const base = annotationOf(new Uint8Array(4), [2, 2, 1]);
    const other = { ...base, image: { ...base.image, sha256: '00'.repeat(32) } };
    assert.throws(() => mergeAnnotations(base, base, other), /different images/);
  });
});
