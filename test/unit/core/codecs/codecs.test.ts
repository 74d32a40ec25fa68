/** RLE, the choice of decoders, and how WebAssembly decoders are loaded, kept and thrown away. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { CodecError, CodecUnavailable, type ImageSize } from '../../../../src/core/codecs/codec';
import { Codecs, type CompressedFormat, guessFormat } from '../../../../src/core/codecs/codecs';
import { decodeRle } from '../../../../src/core/codecs/rle';
import { decodeDicom } from '../../../../src/core/formats/dicom';
import { ScanError } from '../../../../src/core/volume';
import { loadCodec } from '../../../fixtures/dicom-codecs';

const folder = path.join(process.cwd(), 'test/fixtures/dicom');
const size: ImageSize = { columns: 16, rows: 12 };

/** The only fragment of a fixture's pixel data: what follows the empty offset table's item. */
function streamOf(name: string): Uint8Array {
  const bytes = new Uint8Array(readFileSync(path.join(folder, name)));
  const file = Buffer.from(bytes);
  const table = file.indexOf(Buffer.from([0xfe, 0xff, 0x00, 0xe0]));
  const start = table + 8 + file.readUInt32LE(table + 4) + 8;
  return bytes.slice(start, start + file.readUInt32LE(start - 4));
}

async function decode(codecs: Codecs, format: CompressedFormat, bytes: Uint8Array): Promise<number[]> {
  let decoded: number[] = [];
  await codecs.decode(format, bytes, size, 2, ({ samples }) => {
    decoded = Array.from(samples);
  });
  return decoded;
}

/** PackBits of one segment: literal and repeated runs as a coder might choose them. */
function pack(bytes: readonly number[], literal: boolean): number[] {
  const packed: number[] = [];
  for (let n = 0; n < bytes.length; ) {
    let run = 1;
    while (run < 128 && bytes[n + run] === bytes[n] && n + run < bytes.length) run++;
    if (run > 1 && !literal) {
      packed.push(257 - run, bytes[n] ?? 0);
      n += run;
    } else {
      const some = bytes.slice(n, n + 100);
      packed.push(some.length - 1, ...some);
      n += some.length;
    }
  }
  return packed;
}

function encodeRle(values: readonly number[], width: number, literal: boolean): Uint8Array {
  const segments = Array.from({ length: width }, (_, s) =>
    pack(
      values.map((value) => (value >>> (8 * (width - 1 - s))) & 0xff),
      literal,
    ),
  );
  const header = new Uint32Array(16);
  header[0] = width;
  let offset = 64;
  segments.forEach((segment, s) => {
    header[s + 1] = offset;
    offset += segment.length;
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...segments.flat()]);
}

describe('RLE', () => {
  const value = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff));
  it('decodes what was coded, for every width', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 600 }),
        fc.constantFrom(1, 2, 4),
        fc.boolean(),
        (values, width, literal) => {
          const kept = values.map((v) => (width === 1 ? v & 0xff : v));
          const { samples } = decodeRle(encodeRle(kept, width, literal), { columns: kept.length, rows: 1 }, width);
          assert.deepEqual(Array.from(samples), kept);
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });

  it('refuses data that end before the image is full', () => {
    const encoded = encodeRle([1, 2, 3, 4, 5, 6], 2, true);
    for (let length = 0; length < encoded.length; length++)
      assert.throws(() => decodeRle(encoded.subarray(0, length), { columns: 6, rows: 1 }, 2), CodecError);
    assert.throws(() => decodeRle(encoded, { columns: 6, rows: 1 }, 1), /2 segments where 1/);
  });
});

describe('Codecs', () => {
  it('loads a decoder once, and only if it is needed', async () => {
    const loaded: string[] = [];
    const codecs = new Codecs(async (file) => {
      loaded.push(file);
      return loadCodec(file);
    });
    await decode(codecs, 'rle', streamOf('rle.dcm'));
    assert.deepEqual(loaded, []);
    const stream = streamOf('j2k_90.dcm');
    await Promise.all([1, 2, 3].map(() => decode(codecs, 'jpeg-2000', stream)));
    assert.deepEqual(loaded, ['openjpegwasm_decode.wasm']);
  });

  it('gives every one of several images decoded at once its own samples', async () => {
    const codecs = new Codecs(loadCodec);
    const streams = ['j2k_90.dcm', 'j2k_91.dcm', 'j2k_90.dcm', 'j2k_91.dcm'].map(streamOf);
    const alone: number[][] = [];
    for (const stream of streams) alone.push(await decode(codecs, 'jpeg-2000', stream));
    assert.notDeepEqual(alone[0], alone[1]);
    assert.deepEqual(await Promise.all(streams.map((stream) => decode(codecs, 'jpeg-2000', stream))), alone);
  });

  it('says that a decoder could not be loaded, and tries again', async () => {
    let fails = true;
    const codecs = new Codecs(async (file) => {
      if (fails) throw new Error('gone');
      return loadCodec(file);
    });
    const stream = streamOf('jpegls_80.dcm');
    await assert.rejects(decode(codecs, 'jpeg-ls', stream), CodecUnavailable);
    fails = false;
    assert.equal((await decode(codecs, 'jpeg-ls', stream)).length, 192);
    const name = 'jpegls_80.dcm';
    const bytes = new Uint8Array(readFileSync(path.join(folder, name)));
    const gone = async (): Promise<ArrayBuffer> => Promise.reject(new Error('gone'));
    await assert.rejects(
      decodeDicom([{ name, bytes }], { name, loadCodec: gone, opened: name }),
      (error) =>
        error instanceof ScanError &&
        /charlswasm.*could not be loaded/.test(error.problem) &&
        /install/.test(error.remedy),
    );
  });

  it('takes JPEG 2000 and High-Throughput JPEG 2000 for what the stream is', async () => {
    const codecs = new Codecs(loadCodec);
    for (const name of ['j2k_90.dcm', 'htj2k_201.dcm']) {
      const stream = streamOf(name);
      assert.deepEqual(await decode(codecs, 'jpeg-2000', stream), await decode(codecs, 'htj2k', stream));
    }
  });

  it('tells the format of a stream by its first bytes', () => {
    const formats = {
      'rle.dcm': 'rle',
      'j2k_90.dcm': 'jpeg-2000',
      'htj2k_201.dcm': 'jpeg-2000',
      'jxl_110.dcm': 'jpeg-xl',
      'jxl_container_110.dcm': 'jpeg-xl',
      'jpegls_80.dcm': 'jpeg-ls',
      'jpegll_70.dcm': 'jpeg-lossless',
      'jpeg_50.dcm': 'jpeg-dct',
      'jpeg_51.dcm': 'jpeg-dct',
    };
    for (const [name, format] of Object.entries(formats)) assert.equal(guessFormat(streamOf(name)), format, name);
    assert.equal(guessFormat(Uint8Array.of(1, 2, 3, 4)), undefined);
  });

  it('decodes a compressed file without meta information', async () => {
    for (const name of ['j2k_90.dcm', 'jpegls_80.dcm', 'rle.dcm', 'jpegll_70.dcm', 'jpeg_51.dcm', 'htj2k_201.dcm']) {
      const bytes = new Uint8Array(readFileSync(path.join(folder, name)));
      const expected = await decodeDicom([{ name, bytes }], { name, loadCodec });
      const meta = 12 + new DataView(bytes.buffer).getUint32(140, true);
      const bare = await decodeDicom([{ name, bytes: bytes.slice(132 + meta) }], { name, loadCodec });
      assert.deepEqual(bare.voxels, expected.voxels, name);
    }
  });
});
