/** Small scans for the tests: made here, so that they need no files from elsewhere. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeNifti } from '../../../src/core/formats/write-nifti';

/** A temporary folder for the tests of the surrounding describe(), removed after them. */
export function useFolder(): (...parts: string[]) => string {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hemorica-scans-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return (...parts) => path.join(folder, ...parts);
}

/** Edge of the scans in voxels. */
export const EDGE = 64;
export const SLICES = 4;

/** HU of a voxel: air, a ring of bone, brain, and blood in the middle of slices 1 and 2. */
function hounsfield(i: number, j: number, k: number): number {
  const radius = Math.hypot(i - EDGE / 2, j - EDGE / 2) / (EDGE / 2);
  if (radius > 0.9) return -1000;
  if (radius > 0.78) return 900;
  if (radius < 0.25 && k >= 1 && k <= 2) return 65;
  return 34;
}

function voxels(from: number, count: number): Int16Array {
  const data = new Int16Array(EDGE * EDGE * count);
  for (let n = 0; n < data.length; n++) {
    const k = from + Math.floor(n / (EDGE * EDGE));
    data[n] = hounsfield(n % EDGE, Math.floor(n / EDGE) % EDGE, k);
  }
  return data;
}

/** Writes a NIfTI of EDGE x EDGE x SLICES voxels; `shift` moves it along x, in mm (LPS). */
export function writeNifti(file: string, shift = 0): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const bytes = encodeNifti({
    voxels: voxels(0, SLICES),
    size: [EDGE, EDGE, SLICES],
    affine: [3, 0, 0, -96 + shift, 0, 3, 0, -96, 0, 0, 5, 0, 0, 0, 0, 1],
  });
  writeFileSync(file, file.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return file;
}

/** A SeriesInstanceUID that no other test has. */
export function newUid(): string {
  return `2.25.${BigInt(`0x${randomBytes(12).toString('hex')}`)}`;
}

export interface DicomOptions {
  readonly series: string;
  /** 0-based; slices are 5 mm apart. */
  readonly slice: number;
  readonly seriesNumber?: number;
  readonly localizer?: boolean;
}

/** Writes one CT slice of EDGE x EDGE pixels as Explicit VR Little Endian (PS3.5). */
export function writeDicom(file: string, { series, slice, seriesNumber = 2, localizer = false }: DicomOptions): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const pixels = voxels(slice, 1);
  const dataset = Buffer.concat([
    element(0x0008, 0x0008, 'CS', localizer ? 'ORIGINAL\\PRIMARY\\LOCALIZER' : 'ORIGINAL\\PRIMARY\\AXIAL'),
    element(0x0008, 0x0016, 'UI', CT_IMAGE),
    element(0x0008, 0x0018, 'UI', `${series}.${slice + 1}`),
    element(0x0008, 0x0060, 'CS', 'CT'),
    element(0x0010, 0x0010, 'PN', 'Nobody^Test'),
    element(0x0018, 0x0050, 'DS', '5'),
    element(0x0020, 0x000d, 'UI', '2.25.1'),
    element(0x0020, 0x000e, 'UI', series),
    element(0x0020, 0x0011, 'IS', String(seriesNumber)),
    element(0x0020, 0x0013, 'IS', String(slice + 1)),
    element(0x0020, 0x0032, 'DS', `-96\\-96\\${slice * 5}`),
    element(0x0020, 0x0037, 'DS', '1\\0\\0\\0\\1\\0'),
    element(0x0028, 0x0002, 'US', uint16(1)),
    element(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    element(0x0028, 0x0010, 'US', uint16(EDGE)),
    element(0x0028, 0x0011, 'US', uint16(EDGE)),
    element(0x0028, 0x0030, 'DS', '3\\3'),
    element(0x0028, 0x0100, 'US', uint16(16)),
    element(0x0028, 0x0101, 'US', uint16(16)),
    element(0x0028, 0x0102, 'US', uint16(15)),
    element(0x0028, 0x0103, 'US', uint16(1)),
    element(0x0028, 0x1052, 'DS', '0'),
    element(0x0028, 0x1053, 'DS', '1'),
    element(0x7fe0, 0x0010, 'OW', Buffer.from(pixels.buffer)),
  ]);
  writeFileSync(file, withMeta(dataset, CT_IMAGE));
  return file;
}

/** Writes a DICOMDIR (PS3.3 annex F) that lists series and their files, as paths below its folder. */
export function writeDicomDir(file: string, listed: readonly { series: string; files: readonly string[] }[]): string {
  const records = listed.flatMap(({ series, files }, number) => [
    item([
      element(0x0004, 0x1430, 'CS', 'SERIES'),
      element(0x0008, 0x0060, 'CS', 'CT'),
      element(0x0020, 0x000e, 'UI', series),
      element(0x0020, 0x0011, 'IS', String(number + 1)),
    ]),
    ...files.map((name) =>
      item(
        [element(0x0004, 0x1430, 'CS', 'IMAGE'), element(0x0004, 0x1500, 'CS', name.split('/').join('\\'))].reverse(),
      ),
    ),
  ]);
  writeFileSync(file, withMeta(element(0x0004, 0x1220, 'SQ', Buffer.concat(records)), MEDIA_DIRECTORY));
  return file;
}

const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

function withMeta(dataset: Buffer, sopClass: string): Buffer {
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', sopClass),
    element(0x0002, 0x0010, 'UI', EXPLICIT_LITTLE_ENDIAN),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), element(0x0002, 0x0000, 'UL', length), meta, dataset]);
}

function element(group: number, number: number, vr: string, value: string | Buffer): Buffer {
  const pad = vr === 'UI' ? '\0' : ' ';
  const data = typeof value === 'string' ? Buffer.from(value.length % 2 ? value + pad : value) : value;
  const long = ['OB', 'OW', 'SQ'].includes(vr);
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4);
  if (long) head.writeUInt32LE(data.length, 8);
  else head.writeUInt16LE(data.length, 6);
  return Buffer.concat([head, data]);
}

function item(elements: readonly Buffer[]): Buffer {
  const data = Buffer.concat([...elements].sort((a, b) => a.readUInt32LE(0) - b.readUInt32LE(0)));
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(0xe000, 2);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}

function uint16(value: number): Buffer {
  const data = Buffer.alloc(2);
  data.writeUInt16LE(value);
  return data;
}
