import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Annotation } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { lineInText, lineOfRow } from '../../../../src/core/annotation/place';
import { random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs } from './random-annotation';

const size = [24, 9, 4] as const;

/** Masks and remarks that make the text of slices differ in length. */
function example(seed: number): Annotation {
  const next = random(seed);
  const annotation = annotationOf(blobs(next, size, 3, 2), size);
  const slices = annotation.slices.map((slice) => {
    const comments = Array.from({ length: Math.floor(next() * 3) }, (_, n) => ({ text: `remark ${n}\nof two lines` }));
    return { ...slice, comments };
  });
  const uid = next() < 0.5 ? { seriesInstanceUid: '1.2.3' } : {};
  return { ...annotation, image: { ...annotation.image, ...uid }, slices };
}

describe('the line of a row', () => {
  it('is where the canonical text has it', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const annotation = example(seed);
        const text = encodeAnnotation(annotation);
        const lines = text.split('\n');
        let slice = -1;
        for (const [at, line] of lines.entries()) {
          if (/^ {3}"slice": /.test(line)) slice++;
          const row = /^"?(\d+)/.exec(line)?.[1];
          if (row === undefined) continue;
          const place = { slice, row: Number(row) };
          assert.equal(lineOfRow(annotation, place), at);
          assert.equal(lineInText(text, annotation, place), at);
        }
        assert.equal(slice, size[2] - 1);
      }),
      { seed: 8, numRuns: 20 },
    );
  });

  it('is found in any other layout too', () => {
    const annotation = example(2);
    const other = JSON.stringify(JSON.parse(encodeAnnotation(annotation)), null, 3);
    const place = { slice: 2, row: 5 };
    const line = lineInText(other, annotation, place) ?? -1;
    assert.match(other.split('\n')[line] ?? '', /^ +(?:5|"5 .*"),$/);
    const before = other.split('\n').slice(0, line).join('\n');
    assert.equal(before.lastIndexOf('"slice": 2'), before.lastIndexOf('"slice": '));
    assert.equal(lineInText('{}', annotation, place), undefined);
    assert.equal(lineInText('no annotation', undefined, place), undefined);
  });
});
