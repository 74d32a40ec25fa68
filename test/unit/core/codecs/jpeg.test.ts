/** Our DCT JPEG decoder against the definition of the transform, an encoder of the tests, and libjpeg-turbo. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { CodecError, type ImageSize } from '../../../../src/core/codecs/codec';
import { Codecs } from '../../../../src/core/codecs/codecs';
import { decodeDctJpeg } from '../../../../src/core/codecs/jpeg/dct';
import { idctFactors, inverseDct } from '../../../../src/core/codecs/jpeg/idct';
import { zigzag } from '../../../../src/core/codecs/jpeg/scan';
import { loadCodec } from '../../../fixtures/dicom-codecs';
import { encodeJpeg, type JpegOptions, type ScanScript } from './jpeg-encoder';

/** The inverse DCT as T.81 A.3.3 defines it; natural order. */
function definition(coefficients: readonly number[]): number[] {
  const c = (u: number): number => (u === 0 ? Math.SQRT1_2 : 1);
  return Array.from({ length: 64 }, (_, n) => {
    const [x, y] = [n & 7, n >> 3];
    let sum = 0;
    for (let v = 0; v < 8; v++)
      for (let u = 0; u < 8; u++)
        sum +=
          c(u) *
          c(v) *
          (coefficients[v * 8 + u] ?? 0) *
          Math.cos(((2 * x + 1) * u * Math.PI) / 16) *
          Math.cos(((2 * y + 1) * v * Math.PI) / 16);
    return sum / 4;
  });
}

const natural = (block: readonly number[]): number[] => {
  const ordered = new Array<number>(64).fill(0);
  block.forEach((value, k) => {
    ordered[zigzag[k] ?? 0] = value;
  });
  return ordered;
};

/** What the image must decode to. */
function expectedSamples({ columns, rows, precision, blocks }: JpegOptions): number[] {
  const across = Math.ceil(columns / 8);
  const decoded = blocks.map((block) => definition(natural(block)));
  return Array.from({ length: columns * rows }, (_, n) => {
    const [x, y] = [n % columns, Math.floor(n / columns)];
    const block = decoded[(y >> 3) * across + (x >> 3)] ?? [];
    const value = Math.round((block[(y & 7) * 8 + (x & 7)] ?? 0) + 2 ** (precision - 1));
    return Math.max(0, Math.min(2 ** precision - 1, value));
  });
}

const coefficient = (k: number): fc.Arbitrary<number> =>
  k === 0
    ? fc.integer({ min: -3000, max: 3000 })
    : fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        fc.integer({ min: -300, max: 300 }),
        fc.constantFrom(-1, 1, 2, -3),
      );
const block = fc.tuple(...Array.from({ length: 64 }, (_, k) => coefficient(k)));

/** Valid scan scripts: spectral selection alone, successive approximation alone, and both. */
const scripts: readonly (readonly ScanScript[])[] = [
  [
    { first: 0, last: 0, high: 0, low: 0 },
    { first: 1, last: 5, high: 0, low: 0 },
    { first: 6, last: 63, high: 0, low: 0 },
  ],
  [
    { first: 0, last: 0, high: 0, low: 1 },
    { first: 1, last: 63, high: 0, low: 2 },
    { first: 1, last: 63, high: 2, low: 1 },
    { first: 0, last: 0, high: 1, low: 0 },
    { first: 1, last: 63, high: 1, low: 0 },
  ],
  [
    { first: 0, last: 0, high: 0, low: 2 },
    { first: 0, last: 0, high: 2, low: 1 },
    { first: 1, last: 9, high: 0, low: 1 },
    { first: 10, last: 63, high: 0, low: 3 },
    { first: 10, last: 63, high: 3, low: 2 },
    { first: 0, last: 0, high: 1, low: 0 },
    { first: 1, last: 9, high: 1, low: 0 },
    { first: 10, last: 63, high: 2, low: 1 },
    { first: 10, last: 63, high: 1, low: 0 },
  ],
];

const image = fc
  .record({
    columns: fc.integer({ min: 1, max: 20 }),
    rows: fc.integer({ min: 1, max: 20 }),
    precision: fc.constantFrom(8 as const, 12 as const),
    restartInterval: fc.constantFrom(0, 0, 1, 2, 3),
    script: fc.constantFrom(undefined, ...scripts),
  })
  .chain(({ script, ...rest }) => {
    const count = Math.ceil(rest.columns / 8) * Math.ceil(rest.rows / 8);
    return fc
      .array(block, { minLength: count, maxLength: count })
      .map((blocks): JpegOptions => ({ ...rest, blocks, ...(script ? { scans: script } : {}) }));
  });

/** Samples by libjpeg-turbo, which decodes 8 bits. */
async function decodeBy(codecs: Codecs, bytes: Uint8Array, size: ImageSize): Promise<number[]> {
  let decoded: number[] = [];
  await codecs.decode('jpeg-dct', bytes, size, 1, ({ samples }) => {
    decoded = Array.from(samples);
  });
  return decoded;
}

describe('DCT JPEG decoder', () => {
  it('transforms as defined', () => {
    const quantization = Array.from({ length: 64 }, (_, n) => 1 + (n % 7));
    const output = new Float64Array(64);
    fc.assert(
      fc.property(block, (values) => {
        inverseDct(Int16Array.from(values), 0, idctFactors(quantization), output);
        const expected = definition(values.map((value, n) => value * (quantization[n] ?? 1)));
        expected.forEach((value, n) => {
          assert.ok(Math.abs(value - (output[n] ?? Number.NaN)) < 1e-6);
        });
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('decodes sequential and progressive images of any size, with and without restarts', () => {
    fc.assert(
      fc.property(image, (options) => {
        const { samples, precision } = decodeDctJpeg(encodeJpeg(options), options);
        assert.equal(precision, options.precision);
        const expected = expectedSamples(options);
        assert.equal(samples.length, expected.length);
        // Halves may round either way.
        expected.forEach((value, n) => {
          assert.ok(Math.abs(value - (samples[n] ?? Number.NaN)) <= 1, `${n}: ${samples[n]} instead of ${value}`);
        });
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  it('gives the same samples by every scan script', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 6, maxLength: 6 }), (blocks) => {
        const options: JpegOptions = { columns: 24, rows: 16, precision: 12, blocks };
        const { samples } = decodeDctJpeg(encodeJpeg(options), options);
        for (const scans of scripts)
          assert.deepEqual(decodeDctJpeg(encodeJpeg({ ...options, scans }), options).samples, samples);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('agrees with libjpeg-turbo on 8 bits within one gray level', async () => {
    const codecs = new Codecs(loadCodec);
    const images = fc.sample(image, { seed: 21, numRuns: 40 }).filter(({ precision }) => precision === 8);
    assert.ok(images.length > 10);
    for (const wild of images) {
      // libjpeg-turbo is undefined far outside of the range of samples.
      const blocks = wild.blocks.map((values) => values.map((value) => Math.trunc(value / 8)));
      const options = { ...wild, blocks };
      const bytes = encodeJpeg(options);
      const theirs = await decodeBy(codecs, bytes, options);
      const ours = decodeDctJpeg(bytes, options).samples;
      theirs.forEach((value, n) => {
        assert.ok(Math.abs(value - (ours[n] ?? Number.NaN)) <= 1);
      });
    }
  });

  it('agrees with libjpeg-turbo on a progressive image of another encoder', async () => {
    const file = readFileSync(path.join(process.cwd(), 'test/fixtures/dicom/jpeg_progressive_55.dcm'));
    const start = file.indexOf(Buffer.from([0xff, 0xd8, 0xff]));
    const bytes = new Uint8Array(file.subarray(start));
    const size = { columns: 16, rows: 12 };
    const theirs = await decodeBy(new Codecs(loadCodec), bytes, size);
    decodeDctJpeg(bytes, size).samples.forEach((value, n) => {
      assert.ok(Math.abs(value - (theirs[n] ?? Number.NaN)) <= 1);
    });
  });

  it('refuses a stream that is cut off in its header or its scan', () => {
    const [values] = fc.sample(block, { seed: 2, numRuns: 1 }) as [number[]];
    const options: JpegOptions = {
      columns: 17,
      rows: 9,
      precision: 12,
      blocks: Array.from({ length: 6 }, () => values),
    };
    const bytes = encodeJpeg(options);
    assert.doesNotThrow(() => decodeDctJpeg(bytes, options));
    // The last bytes are the end marker, and up to one of padding.
    for (let length = 0; length < bytes.length - 3; length++)
      assert.throws(
        () => decodeDctJpeg(bytes.subarray(0, length), options),
        CodecError,
        `${length} of ${bytes.length}`,
      );
  });
});
