import assert from 'node:assert/strict';
import fc from 'fast-check';
import { masksOf } from '../../../../src/core/annotation/annotation';
import { labelOf } from '../../../../src/core/annotation/subtype';
import { compareMasks, describeAnnotation, describeChange, gridOfImage } from '../../../../src/core/measure/compare';
import { random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs } from '../annotation/random-annotation';

describe('comparing annotations', () => {
  it('counts, measures and overlaps as counting voxels does', () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 1, max: 4 }),
    );
    fc.assert(
      fc.property(fc.integer(), sizes, (seed, size) => {
        const next = random(seed);
        const [before, after] = [blobs(next, size, 3, 2, 0.3), blobs(next, size, 3, 2, 0.3)];
        const annotation = annotationOf(before, size);
        const grid = gridOfImage(annotation);
        const unit = (0.488281 * 0.488281 * 5) / 1000;
        const changes = compareMasks(masksOf(annotation), masksOf(annotationOf(after, size)), grid);
        const present = new Set([...before, ...after].filter((label) => label > 0));
        assert.equal(changes.length, present.size);
        for (const change of changes) {
          const label = labelOf(change.subtype);
          const at = [...before.keys()];
          const both = at.filter((n) => before[n] === label && after[n] === label).length;
          const [old, young] = [before, after].map((labels) => labels.filter((value) => value === label).length);
          assert.equal(change.removed, (old ?? 0) - both);
          assert.equal(change.added, (young ?? 0) - both);
          assert.ok(Math.abs(change.dice - (2 * both) / ((old ?? 0) + (young ?? 0))) < 1e-12);
          assert.ok(Math.abs(change.volumeBefore - (old ?? 0) * unit) < 1e-9);
          assert.ok(Math.abs(change.volumeAfter - (young ?? 0) * unit) < 1e-9);
          const differs = at.filter((n) => (before[n] === label) !== (after[n] === label));
          const slices = [...new Set(differs.map((n) => Math.floor(n / size[0] / size[1])))];
          assert.deepEqual(change.changedSlices, slices);
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('is told in a line for each subtype', () => {
    const labels = new Uint8Array(100 * 100 * 8);
    const later = labels.slice();
    labels.fill(4, 20_000, 26_000);
    later.fill(4, 20_000, 27_000);
    labels.fill(2, 0, 50);
    later.fill(2, 0, 50);
    later.fill(5, 60_000, 60_001);
    const [before, after] = [annotationOf(labels, [100, 100, 8]), annotationOf(later, [100, 100, 8])];
    const changes = compareMasks(masksOf(before), masksOf(after), gridOfImage(before));
    assert.deepEqual(describeChange(changes), [
      'SDH 0.06 mL, slice 1, unchanged',
      'IPH 7.2 -> 8.3 mL, slice 3, Dice 0.92',
      'IVH 0.0 -> 0.0012 mL, slice 7, Dice 0.00',
    ]);
    assert.deepEqual(compareMasks([], [], gridOfImage(before)), []);
  });

  it('describes one annotation', () => {
    const labels = new Uint8Array(10 * 10 * 9);
    for (const slice of [1, 2, 3, 6]) labels.fill(4, slice * 100, slice * 100 + 30);
    const annotation = annotationOf(labels, [10, 10, 9]);
    const [first, ...rest] = annotation.slices;
    assert.ok(first);
    const remarked = { ...first, comments: [{ text: 'too\n bright', by: 'Ada' }, { text: 'why?' }] };
    assert.deepEqual(
      describeAnnotation({ ...annotation, review: { state: 'read', by: 'Ada' }, slices: [remarked, ...rest] }),
      ['read by Ada', 'IPH 0.14 mL, slices 2-4, 7', 'slice 1: too bright (Ada)', 'slice 1: why?'],
    );
    assert.deepEqual(describeAnnotation(annotationOf(new Uint8Array(4), [2, 2, 1])), ['draft', 'no blood in the mask']);
  });
});
