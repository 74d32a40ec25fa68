import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { annotationFromModel, emptyAnnotation } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { encodeRuns } from '../../../../src/core/annotation/runs';
import { isUsableAffine } from '../../../../src/core/geometry';
import { makePhantom } from '../../../../src/core/phantom/phantom';
import { integer, random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs, imageOf, noise, withRemarks } from './random-annotation';

const SEED = { seed: 20, numRuns: 200 };

describe('annotation text', () => {
  it('is read back as it was and written again as the same bytes', () => {
    const cases = fc.record({
      seed: fc.integer(),
      size: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 })),
      density: fc.constantFrom(0, 0.01, 0.3, 0.9, 1),
      blobby: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ seed, size, density, blobby }) => {
        const next = random(seed);
        const labels = blobby ? blobs(next, size, 3, 2) : noise(next, size[0] * size[1] * size[2], density);
        const annotation = withRemarks(next, annotationOf(labels, size));
        const text = encodeAnnotation(annotation);
        const read = parseAnnotation(text);
        assert.equal(encodeAnnotation(read), text);
        assert.deepEqual(read.slices, annotation.slices);
        assert.deepEqual(read.patient, annotation.patient);
        assert.deepEqual(read.review, annotation.review);
        assert.deepEqual(read.made, annotation.made);
        assert.equal(encodeAnnotation(parseAnnotation(JSON.stringify(JSON.parse(text)))), text);
        assert.equal(encodeAnnotation(parseAnnotation(`\ufeff${text.replaceAll('\n', '\r\n')}`)), text);
      }),
      SEED,
    );
  });

  it('keeps any geometry to a millionth of a millimeter, and the same bytes', () => {
    const value = fc.integer({ min: -1e9, max: 1e9 }).map((whole) => whole / 1234567);
    const affine = fc.array(value, { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(affine, fc.double({ min: 0.001, max: 12, noNaN: true }), (values, step) => {
        fc.pre(isUsableAffine([...values, 0, 0, 0, 1]));
        const image = {
          ...imageOf(3, 2, 2),
          spacing: [step, step / 3, step * 2] as const,
          affine: [...values, 0, 0, 0, 1],
        };
        const text = encodeAnnotation(emptyAnnotation(image));
        const read = parseAnnotation(text);
        assert.equal(encodeAnnotation(read), text);
        values.forEach((value, n) => {
          assert.ok(Math.abs(value - (read.image.affine[n] ?? 0)) < 1e-6);
        });
      }),
      SEED,
    );
  });

  it('changes one line when one voxel changes, whatever was there', () => {
    const next = random(3);
    const size = [48, 40, 5] as const;
    for (let n = 0; n < 300; n++) {
      const labels = n % 2 ? blobs(next, size, 4, 2) : noise(next, 48 * 40 * 5, 0.1);
      const before = encodeAnnotation(annotationOf(labels, size)).split('\n');
      const voxel = integer(next, 0, labels.length - 1);
      labels[voxel] = ((labels[voxel] ?? 0) + integer(next, 1, 5)) % 6;
      const after = encodeAnnotation(annotationOf(labels, size)).split('\n');
      assert.equal(after.length, before.length);
      assert.equal(after.filter((line, at) => line !== before[at]).length, 1);
    }
  });

  it('has as many lines for a scan full of blood as for one without', () => {
    const size = [32, 32, 6] as const;
    const lines = (labels: Uint8Array): number => encodeAnnotation(annotationOf(labels, size)).split('\n').length;
    assert.equal(lines(noise(random(1), 32 * 32 * 6, 0.9)), lines(new Uint8Array(32 * 32 * 6)));
  });

  it('compresses to no more than the raw mask does, up to 150 runs a slice, less 1,100', function () {
    this.timeout(60_000);
    const next = random(8);
    let held = 0;
    const hold = (name: string, labels: Uint8Array, depth: number): void => {
      const annotation = annotationOf(labels, [512, 512, depth]);
      const runs = annotation.slices.reduce((sum, slice) => sum + slice.runs.length / 4, 0);
      if (runs > 150 * depth - 1100) return;
      const text = deflateSync(encodeAnnotation(annotation)).length;
      const raw = deflateSync(labels).length;
      assert.ok(text <= raw, `${name} on ${depth} slices, ${runs} runs: text ${text} bytes, raw mask ${raw}`);
      held++;
    };
    for (let n = 0; n < 16; n++) {
      const depth = integer(next, 9, 40);
      const [count, ragged] = [integer(next, 0, 8), integer(next, 0, 6)];
      const radius = [0.01, 0.03, 0.06, 0.12][n % 4] ?? 0;
      hold(`${count} lesions`, blobs(next, [512, 512, depth], count, ragged, radius), depth);
    }
    assert.ok(held >= 8, `only ${held} of the masks were within the limit`);
  });

  it('compresses to no more than the raw mask does for a synthetic head', () => {
    for (const seed of [1, 2, 3]) {
      const { labels } = makePhantom({ seed });
      const text = deflateSync(encodeAnnotation(annotationOf(labels, [512, 512, 34]))).length;
      const raw = deflateSync(labels).length;
      assert.ok(text <= raw, `text ${text} bytes, raw mask ${raw}`);
    }
  });

  it('refuses to write runs that it would not read', () => {
    const bad = [
      [6, 0, 0, 1],
      [0, 0, 0, 1],
      [1, 4, 0, 1],
      [1, 0, 3, 2],
      [1, 0, 0, 0],
      [1, 1, 0, 1, 1, 0, 0, 1],
      [1, 0, 0, 2, 2, 0, 1, 1],
      [1, 0, 0, 2, 1, 0, 2, 1],
    ];
    for (const runs of bad) {
      const annotation = emptyAnnotation(imageOf(4, 4, 1));
      const slices = annotation.slices.map((slice) => ({ ...slice, runs: Uint32Array.from(runs) }));
      assert.throws(() => encodeAnnotation({ ...annotation, slices }), RangeError, runs.join());
    }
    for (const remark of [{ comments: [{ at: [4, 0] as const, text: 'x' }] }, { editors: new Map([[4, 'Ada']]) }]) {
      const annotation = emptyAnnotation(imageOf(4, 4, 1));
      const slices = annotation.slices.map((slice) => ({ ...slice, ...remark }));
      assert.throws(() => encodeAnnotation({ ...annotation, slices }), /outside of 4 x 4/);
    }
    const short = { ...emptyAnnotation(imageOf(4, 4, 2)), slices: [] };
    assert.throws(() => encodeAnnotation(short), /0 slices and its image 2/);
  });

  it('states what a model found, and says nothing of what it did not find', () => {
    const labels = new Uint8Array(64).fill(4, 10, 14);
    const model = { name: 'm', version: '2', sha256: 'ef'.repeat(32), threshold: 0.4, provider: 'cpu' };
    const annotation = annotationFromModel({
      image: imageOf(8, 8, 3),
      slices: [{ slice: 1, runs: encodeRuns(labels, 8, 8) }],
      model,
    });
    assert.equal(annotation.slices[1]?.findings.IPH.present, true);
    assert.equal(annotation.slices[0]?.findings.IPH.present, null);
    assert.deepEqual(annotation.patient, { EPH: null, SDH: null, SAH: null, IPH: true, IVH: null });
    assert.deepEqual(annotation.made, [{ model }]);
    assert.match(encodeAnnotation(annotation), /^"1 P2\+4",$/m);
    assert.throws(
      () => annotationFromModel({ image: imageOf(8, 8, 3), slices: [{ slice: 3, runs: new Uint32Array() }], model }),
      /slice 3, but the image has 3/,
    );
  });
});
