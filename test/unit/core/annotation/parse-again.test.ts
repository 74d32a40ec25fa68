import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Annotation } from '../../../../src/core/annotation/annotation';
import { commonEnds } from '../../../../src/core/annotation/common-ends';
import { AnnotationWriter, encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { parseAgain } from '../../../../src/core/annotation/parse-again';
import { integer, random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs, withRemarks } from './random-annotation';

const SEED = { seed: 21, numRuns: 300 };
const SIZE = [12, 9, 6] as const;

/** What a reader makes of a text: the annotation, or the message. */
function outcome(read: () => Annotation): unknown {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
}

describe('a text that is read again', () => {
  const some = (seed: number): Annotation => {
    const next = random(seed);
    return withRemarks(next, annotationOf(blobs(next, SIZE, 3, 2), SIZE));
  };

  it('says what it says when it is read from the start, whatever was typed', () => {
    const pieces = [
      '',
      '0,',
      '"3 P2+4",',
      '"3 P2 D1",',
      '}',
      '{',
      ']',
      ', ',
      '"',
      '\n',
      '  {\n   "slice": 3,\n',
      '"x": 1,',
      '7',
      'é',
    ];
    const typing = fc.record({
      seed: fc.integer({ min: 1, max: 20 }),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 900 })),
      text: fc.constantFrom(...pieces),
    });
    fc.assert(
      fc.property(typing, ({ seed, at, length, text }) => {
        const annotation = some(seed);
        const before = encodeAnnotation(annotation);
        const start = Math.floor(at * before.length);
        const after = before.slice(0, start) + text + before.slice(start + length);
        const known = { text: before, annotation: parseAnnotation(before) };
        assert.deepEqual(
          outcome(() => parseAgain(after, 'a', known)),
          outcome(() => parseAnnotation(after, 'a')),
        );
      }),
      SEED,
    );
  });

  it('shares the slices that have not changed', () => {
    const next = random(4);
    for (let n = 0; n < 100; n++) {
      const known = some(n + 1);
      const other = some(n + 2);
      const k = integer(next, 0, SIZE[2] - 1);
      const many = n % 3;
      const slices = known.slices.map((slice, m) => (m >= k && m <= k + many ? (other.slices[m] ?? slice) : slice));
      const text = encodeAnnotation({ ...known, slices });
      const again = parseAgain(text, 'a', { text: encodeAnnotation(known), annotation: known });
      assert.equal(encodeAnnotation(again), text);
      again.slices.forEach((slice, m) => {
        if (m < k || m > k + many) assert.equal(slice, known.slices[m]);
      });
    }
  });

  it('is the annotation that is known if nothing has changed, and is read in any layout', () => {
    const annotation = some(1);
    const text = encodeAnnotation(annotation);
    assert.equal(parseAgain(text, 'a', { text, annotation }), annotation);
    const compact = JSON.stringify(JSON.parse(text));
    assert.equal(encodeAnnotation(parseAgain(compact, 'a', { text, annotation })), text);
    const known = { text: compact, annotation: parseAnnotation(compact) };
    assert.equal(encodeAnnotation(parseAgain(text, 'a', known)), text);
  });
});

describe('a writer of versions', () => {
  it('gives the same text, also when a slice has moved or is of another image', () => {
    const writer = new AnnotationWriter();
    const annotation = annotationOf(blobs(random(3), SIZE, 3, 2), SIZE);
    const turned = { ...annotation, slices: annotation.slices.toReversed() };
    const taller = { ...annotation, image: { ...annotation.image, size: [12, 10, 6] as const } };
    for (const state of [annotation, turned, taller, annotation]) {
      assert.equal(writer.encode(state), encodeAnnotation(state));
    }
  });
});

describe('common ends', () => {
  it('are as long as can be, and do not overlap', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        let start = 0;
        while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
        let tail = 0;
        while (tail < Math.min(a.length, b.length) - start && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
        assert.deepEqual(commonEnds(a, b), { start, tail });
      }),
      SEED,
    );
  });
});
