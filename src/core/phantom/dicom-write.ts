/**
 * CT slices as DICOM files (PS3.3 A.3 CT Image, PS3.5 explicit VR little endian, PS3.10 files), as
 * plain as they may be. For samples and tests: all identifiers are made up from a seed (UIDs by
 * PS3.5 B.2, under 2.25) and the patient's fields are empty.
 */
import type { Vec3 } from '../volume';
import { type Random, random } from './random';

export interface DicomImage {
  /** HU; i fastest, then j, then k. */
  readonly voxels: Int16Array;
  readonly size: Vec3;
  /** mm between columns, rows and slices. */
  readonly spacing: Vec3;
  /** LPS mm of voxel (0, 0, 0). */
  readonly origin: Vec3;
  /** Seed of the identifiers. */
  readonly seed: number;
  /** mm that each slice is moved along y from the one before, as under a gantry tilt; 0 if left out. */
  readonly shear?: number;
}

export interface DicomFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
/** Stored value of 0 HU, as most scanners have it: stored values are unsigned. */
const ZERO_HU = 1024;

/** One file a slice, `IM0001.dcm` on; rows run to the patient's left, columns to the back, slices to the head. */
export function writeDicomSeries({ voxels, size, spacing, origin, seed, shear = 0 }: DicomImage): DicomFile[] {
  const [width, height, depth] = size;
  const next = random(seed);
  const [study, series, frame] = [uid(next), uid(next), uid(next)];
  return Array.from({ length: depth }, (_, k) => {
    const stored = Uint16Array.from(
      voxels.subarray(k * width * height, (k + 1) * width * height),
      (hu) => hu + ZERO_HU,
    );
    const instance = uid(next);
    const position = [origin[0], origin[1] + k * shear, origin[2] + k * spacing[2]];
    const data = [
      text(0x0008, 0x0008, 'CS', 'DERIVED\\SECONDARY\\AXIAL'),
      text(0x0008, 0x0016, 'UI', CT_IMAGE),
      text(0x0008, 0x0018, 'UI', instance),
      text(0x0008, 0x0020, 'DA', ''),
      text(0x0008, 0x0030, 'TM', ''),
      text(0x0008, 0x0050, 'SH', ''),
      text(0x0008, 0x0060, 'CS', 'CT'),
      text(0x0008, 0x0070, 'LO', 'Hemorica phantom'),
      text(0x0008, 0x0090, 'PN', ''),
      text(0x0008, 0x103e, 'LO', 'Synthetic head'),
      text(0x0010, 0x0010, 'PN', ''),
      text(0x0010, 0x0020, 'LO', ''),
      text(0x0010, 0x0030, 'DA', ''),
      text(0x0010, 0x0040, 'CS', ''),
      text(0x0018, 0x0050, 'DS', decimal(spacing[2])),
      text(0x0018, 0x0060, 'DS', ''),
      text(0x0018, 0x5100, 'CS', 'HFS'),
      text(0x0020, 0x000d, 'UI', study),
      text(0x0020, 0x000e, 'UI', series),
      text(0x0020, 0x0010, 'SH', ''),
      text(0x0020, 0x0011, 'IS', '2'),
      text(0x0020, 0x0012, 'IS', '1'),
      text(0x0020, 0x0013, 'IS', String(k + 1)),
      text(0x0020, 0x0032, 'DS', position.map(decimal).join('\\')),
      text(0x0020, 0x0037, 'DS', '1\\0\\0\\0\\1\\0'),
      text(0x0020, 0x0052, 'UI', frame),
      text(0x0020, 0x1040, 'LO', ''),
      short(0x0028, 0x0002, 1),
      text(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
      short(0x0028, 0x0010, height),
      short(0x0028, 0x0011, width),
      text(0x0028, 0x0030, 'DS', `${decimal(spacing[1])}\\${decimal(spacing[0])}`),
      short(0x0028, 0x0100, 16),
      short(0x0028, 0x0101, 16),
      short(0x0028, 0x0102, 15),
      short(0x0028, 0x0103, 0),
      text(0x0028, 0x1050, 'DS', '40'),
      text(0x0028, 0x1051, 'DS', '80'),
      text(0x0028, 0x1052, 'DS', String(-ZERO_HU)),
      text(0x0028, 0x1053, 'DS', '1'),
      text(0x0028, 0x1054, 'LO', 'HU'),
      long(0x7fe0, 0x0010, 'OW', littleEndian(stored)),
    ];
    const meta = [
      long(0x0002, 0x0001, 'OB', Uint8Array.of(0, 1)),
      text(0x0002, 0x0002, 'UI', CT_IMAGE),
      text(0x0002, 0x0003, 'UI', instance),
      text(0x0002, 0x0010, 'UI', EXPLICIT_LITTLE_ENDIAN),
      text(0x0002, 0x0012, 'UI', uid(random(seed + 1))),
    ];
    const metaLength = new Uint8Array(4);
    new DataView(metaLength.buffer).setUint32(0, total(meta), true);
    const preamble = new Uint8Array(132);
    preamble.set(new TextEncoder().encode('DICM'), 128);
    const parts = [preamble, element(0x0002, 0x0000, 'UL', metaLength), ...meta, ...data];
    return { name: `IM${String(k + 1).padStart(4, '0')}.dcm`, bytes: join(parts) };
  });
}

/** A UID of 128 random bits. */
function uid(next: Random): string {
  let value = 0n;
  for (let n = 0; n < 4; n++) value = (value << 32n) | BigInt(Math.floor(next() * 2 ** 32));
  return `2.25.${value}`;
}

/** A number in the 16 characters of a decimal string. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(9)));
}

function littleEndian(values: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, n) => {
    view.setUint16(2 * n, value, true);
  });
  return bytes;
}

/** A text element, padded to an even length: UIDs with a null, all else with a space. */
function text(group: number, number: number, vr: string, value: string): Uint8Array {
  const padded = value.length % 2 ? value + (vr === 'UI' ? '\0' : ' ') : value;
  return element(group, number, vr, new TextEncoder().encode(padded));
}

function short(group: number, number: number, value: number): Uint8Array {
  return element(group, number, 'US', Uint8Array.of(value & 255, value >> 8));
}

/** An element whose length has 16 bits. */
function element(group: number, number: number, vr: string, value: Uint8Array): Uint8Array {
  return withHeader(group, number, vr, value, 8, (view) => view.setUint16(6, value.length, true));
}

/** An element whose length has 32 bits, after two that are reserved. */
function long(group: number, number: number, vr: string, value: Uint8Array): Uint8Array {
  return withHeader(group, number, vr, value, 12, (view) => view.setUint32(8, value.length, true));
}

function withHeader(
  group: number,
  number: number,
  vr: string,
  value: Uint8Array,
  header: number,
  setLength: (view: DataView) => void,
): Uint8Array {
  const bytes = new Uint8Array(header + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, group, true);
  view.setUint16(2, number, true);
  bytes.set(new TextEncoder().encode(vr), 4);
  setLength(view);
  bytes.set(value, header);
  return bytes;
}

function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(total(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
