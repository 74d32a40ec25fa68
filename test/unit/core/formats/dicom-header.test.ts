/** Headers from parts of files, directories, and input that is no scan. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type DicomHeader,
  decodeDicom,
  groupBySeries,
  looksLikeDicom,
  readDicomDir,
  readDicomHeader,
} from '../../../../src/core/formats/dicom';
import { ScanError } from '../../../../src/core/volume';
import { loadCodec } from '../../../fixtures/dicom-codecs';
import { concat, dicomFile, element, type TestImage } from '../../../fixtures/dicom-file';

const folder = path.join(process.cwd(), 'test/fixtures/dicom');
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, name)));
const fixtures = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => name);

/** Reads a header as a program would that reads only as much of a file as it is asked to. */
function readInSteps(bytes: Uint8Array, name: string, first: number): { header: DicomHeader; used: number } {
  for (let size = Math.min(first, bytes.length); ; ) {
    const result = readDicomHeader(bytes.slice(0, size), name, bytes.length);
    if ('header' in result) return { header: result.header, used: size };
    assert.ok(result.more > size && result.more <= bytes.length, `${name}: asks for ${result.more} after ${size}`);
    size = result.more;
  }
}

const header = (image: TestImage, name = 'a'): DicomHeader => readInSteps(dicomFile(image), name, 1 << 16).header;

const decode = (bytes: Uint8Array, name = 'bad.dcm'): Promise<unknown> =>
  decodeDicom([{ name, bytes }], { name, loadCodec, opened: name });

async function assertRefused(bytes: Uint8Array, problem: RegExp): Promise<void> {
  await assert.rejects(decode(bytes), (error) => {
    assert.ok(error instanceof ScanError, String(error));
    assert.equal(error.file, 'bad.dcm');
    assert.match(error.problem, problem);
    assert.match(error.problem, /\.$/);
    assert.match(error.remedy, /^[A-Z].*\.$/);
    return true;
  });
}

describe('DICOM header', () => {
  for (const name of fixtures)
    it(`${name}: is the same from a part of the file as from the whole`, () => {
      const bytes = read(name);
      const whole = readDicomHeader(bytes, name);
      assert.ok('header' in whole);
      for (const first of [0, 1, 100, 133, 200, 300, 512, 700, 1000]) {
        const { header: stepped } = readInSteps(bytes, name, first);
        assert.deepEqual(stepped, whole.header);
      }
    });

  it('needs only the part before the pixels', () => {
    const bytes = dicomFile({ rows: 512, columns: 512 });
    const { used } = readInSteps(bytes, 'a', 4096);
    assert.equal(used, 4096);
  });

  it('asks for a long element at once', () => {
    const private1: readonly [string, string, Uint8Array] = ['00091001', 'OB', new Uint8Array(300_000)];
    const bytes = dicomFile({ more: [private1] });
    const result = readDicomHeader(bytes.subarray(0, 65536), 'a', bytes.length);
    assert.ok('more' in result && result.more > 300_000 && result.more <= bytes.length);
  });

  it('keeps nothing of the patient', async () => {
    for (const name of fixtures.filter((fixture) => !['rt_plan.dcm', 'color.dcm', 'truncated.dcm'].includes(fixture))) {
      const bytes = read(name);
      assert.ok(!/SECRET|1970/.test(JSON.stringify(readDicomHeader(bytes, name))), name);
      const { voxels: _, ...rest } = await decodeDicom([{ name, bytes }], { name, loadCodec });
      assert.ok(!/SECRET|1970/.test(JSON.stringify(rest)), name);
    }
    assert.ok(!/SECRET/.test(JSON.stringify(readDicomDir(read('dicomdir/DICOMDIR'), 'DICOMDIR'))));
    assert.ok(/SECRET/.test(readFileSync(path.join(folder, 'explicit_le.dcm'), 'latin1')));
  });

  it("does not take nested elements for the image's own", () => {
    assert.equal(readInSteps(read('nested_sequences.dcm'), 'nested', 4096).header.rows, 12);
  });

  it('reads geometry and identity', () => {
    const plain = header({ position: [1.5, -2, 3], spacing: [0.5, 0.75], thickness: 5, instance: 7, series: '1.2.3' });
    assert.deepEqual(plain.position, [1.5, -2, 3]);
    assert.deepEqual(plain.spacing, [0.75, 0.5]);
    assert.deepEqual(plain.orientation, [
      [1, 0, 0],
      [0, 1, 0],
    ]);
    assert.deepEqual(
      [
        plain.thickness,
        plain.instanceNumber,
        plain.seriesInstanceUid,
        plain.modality,
        plain.isImage,
        plain.isLocalizer,
      ],
      [5, 7, '1.2.3', 'CT', true, false],
    );
    assert.equal(header({ imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' }).isLocalizer, true);
    assert.equal(readInSteps(read('rt_plan.dcm'), 'rt', 4096).header.isImage, false);
    assert.equal(readInSteps(read('dicomdir/DICOMDIR'), 'DICOMDIR', 4096).header.isDicomDir, true);
  });

  it('reads every frame of an enhanced image', () => {
    const enhanced = readInSteps(read('enhanced.dcm'), 'enhanced', 512).header;
    assert.deepEqual(
      enhanced.perFrame?.map(({ position, intercept, thickness }) => [position?.[2], intercept, thickness]),
      [
        [38, 20, 4],
        [30, 0, 4],
        [34, 10, 4],
      ],
    );
  });

  it('groups files by series, images only, the largest first', () => {
    const headers = [
      header({ series: '1.1', instance: 1 }, 'a'),
      header({ series: '1.2', instance: 1 }, 'b'),
      header({ series: '1.2', instance: 2 }, 'c'),
      header({ series: null }, 'd'),
      header({ series: '1.1', imageType: 'X\\Y\\LOCALIZER' }, 'e'),
      readInSteps(read('rt_plan.dcm'), 'f', 4096).header,
    ];
    assert.deepEqual(
      groupBySeries(headers).map(({ files, slices }) => [files.map(({ name }) => name).join(''), slices]),
      [
        ['bc', 2],
        ['ae', 1],
        ['d', 1],
      ],
    );
  });
});

describe('looksLikeDicom', () => {
  it('knows every fixture from its first 256 bytes', () => {
    for (const name of fixtures) assert.ok(looksLikeDicom(read(name).subarray(0, 256)), name);
  });

  it('knows what is not DICOM', () => {
    const nifti = new Uint8Array(352);
    new DataView(nifti.buffer).setInt32(0, 348, true);
    for (const bytes of [
      nifti,
      new Uint8Array(),
      new Uint8Array(1000),
      Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0),
    ])
      assert.equal(looksLikeDicom(bytes), false);
    assert.equal(looksLikeDicom(new TextEncoder().encode('{ "format": "hemorica" }')), false);
  });
});

describe('DICOMDIR', () => {
  it('lists series and their files', () => {
    const series = readDicomDir(read('dicomdir/DICOMDIR'), 'DICOMDIR');
    assert.deepEqual(
      series.map(({ seriesNumber, modality, files }) => [
        seriesNumber,
        modality,
        files.map((parts) => parts.join('/')),
      ]),
      [
        [3, 'CT', ['PT000000/ST000000/SE000000/IM000000', 'PT000000/ST000000/SE000000/IM000001']],
        [1, 'CT', ['PT000000/ST000000/SE000001/IM000000']],
      ],
    );
    for (const { files } of series)
      for (const parts of files) assert.ok(looksLikeDicom(read(path.join('dicomdir', ...parts))));
  });

  it('never leads out of its folder', () => {
    const record = (type: string, file?: string): Uint8Array => {
      const body = concat([element(['00041430', 'CS', type]), ...(file ? [element(['00041500', 'CS', file])] : [])]);
      const item = new Uint8Array(8);
      new DataView(item.buffer).setUint32(0, 0xe000fffe, true);
      new DataView(item.buffer).setUint32(4, body.length, true);
      return concat([item, body]);
    };
    const directory = (...files: string[]): Uint8Array =>
      concat([
        dicomFile({ pixels: null }).subarray(0, 132 + 12 + 62),
        element(['00041220', 'SQ', concat([record('SERIES'), ...files.map((name) => record('IMAGE', name))])]),
      ]);
    const [series] = readDicomDir(directory('..\\SECRET', 'A\\..\\B', '\\ETC', 'A/B', 'C:\\X', 'A\\B'), 'DICOMDIR');
    assert.deepEqual(series?.files, [['A', 'B']]);
    assert.throws(() => readDicomDir(directory('..\\X'), 'DICOMDIR'), ScanError);
  });

  it('refuses a file that is none', () => {
    assert.throws(() => readDicomDir(read('explicit_le.dcm'), 'x'), /lists no images/);
  });
});

describe('DICOM files that are no scans', () => {
  const good = dicomFile({});
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(), /file is empty/],
    ['a tiny file', Uint8Array.of(1, 2, 3), /not a DICOM file/],
    ['garbage', Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 251), /not a DICOM file/],
    ['zeros', new Uint8Array(5000), /not a DICOM file/],
    ['a file that ends in the header', good.subarray(0, 300), /ends or is damaged|holds no image/],
    ['a file that ends in the pixels', good.subarray(0, -10), /cut off: 86 of 96 bytes/],
    ['a plan', read('rt_plan.dcm'), /no image \(modality RTPLAN\)/],
    ['a color image', read('color.dcm'), /color image \(RGB, 3 samples/],
    ['an image without pixels', dicomFile({ pixels: null }), /no image/],
    ['an image with empty pixels', dicomFile({ pixels: new Uint8Array() }), /cut off: 0 of 96/],
    ['no rows', dicomFile({ rows: 0, pixels: new Uint8Array(96) }), /rows and columns/],
    ['absurd rows', dicomFile({ pixels: new Uint8Array(96), more: [['00280010', 'US', 65535]] }), /cut off|GiB/],
    ['absurd frames', dicomFile({ more: [['00280008', 'IS', '2000000000']] }), /GiB/],
    ['an unknown transfer syntax', dicomFile({ transferSyntax: '1.2.840.10008.1.2.4.100' }), /transfer syntax/],
    [
      'a compressed syntax with plain pixels',
      dicomFile({ transferSyntax: '1.2.840.10008.1.2.4.90' }),
      /not encapsulated/,
    ],
    ['one bit per pixel', dicomFile({ more: [['00280100', 'US', 1]] }), /1 bits per pixel/],
    ['more stored than allocated bits', dicomFile({ more: [['00280101', 'US', 17]] }), /17 of 16 bits/],
    ['a palette', dicomFile({ more: [['00280004', 'CS', 'PALETTE COLOR']] }), /color image \(PALETTE COLOR/],
  ];
  for (const [what, bytes, problem] of cases) it(`refuses ${what}`, () => assertRefused(bytes, problem));

  it('refuses a deflated bomb before it fills the memory', async () => {
    const { deflateRawSync } = await import('node:zlib');
    const meta = dicomFile({ transferSyntax: '1.2.840.10008.1.2.1.99' }).subarray(0, 132 + 12 + 66);
    const bomb = concat([meta, new Uint8Array(deflateRawSync(Buffer.alloc(200_000_000)))]);
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(decode(bomb), ScanError);
    assert.ok(process.memoryUsage().arrayBuffers - before < 100e6);
  });

  it('refuses a compressed image whose stream has another size, before decoding', async () => {
    for (const name of [
      'j2k_90.dcm',
      'htj2k_201.dcm',
      'jpegls_80.dcm',
      'jpegll_70.dcm',
      'jpeg_51.dcm',
      'jxl_110.dcm',
    ]) {
      const bytes = read(name);
      const at = bytes.findIndex(
        (_, n) => n > 132 && bytes[n] === 0x28 && bytes[n + 2] === 0x10 && bytes[n + 4] === 0x55,
      );
      // Rows (0028,0010) US: 12 becomes 30000.
      new DataView(bytes.buffer).setUint16(at + 8, 30000, true);
      await assertRefused(bytes, /16 x 12 pixels, but the header says 16 x 30000/);
    }
  });
});
