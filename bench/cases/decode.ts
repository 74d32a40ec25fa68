/** Decoding in MB of voxels a second, beside nifti-reader-js and the bare DICOM codecs. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import dicomParser from 'dicom-parser';
import * as nifti from 'nifti-reader-js';
import { decodeDicom } from '../../src/core/formats/dicom';
import { decodeNifti } from '../../src/core/formats/nifti';
import { loadCodec } from '../../test/fixtures/dicom-codecs';
import { CODECS, decoderOf, encapsulated, encoderOf } from '../lib/codecs';
import { race, report } from '../lib/report';
import { benchScans } from '../lib/scans';

const ROUNDS = 5;
const scans = benchScans();

/** `aim`: whether the other side is one that we have promised to keep up with. */
function compare(name: string, megabytes: number, ours: number, theirs: number, other: string, aim = true): void {
  report({ name: `${name}, ours`, value: (megabytes * 1000) / ours, unit: 'MB/s' });
  report({ name: `${name}, ${other}`, value: (megabytes * 1000) / theirs, unit: 'MB/s' });
  report({ name: `${name}, ratio`, value: theirs / ours, unit: '', ...(aim && { least: 0.9 }) });
}

/** The voxels by nifti-reader-js, as its documentation shows it. */
function referenceNifti(bytes: Uint8Array<ArrayBuffer>): Int16Array {
  const data = nifti.isCompressed(bytes.buffer) ? nifti.decompress(bytes.buffer) : bytes.buffer;
  const header = nifti.readHeader(data as ArrayBuffer);
  if (!header) throw new Error('nifti-reader-js does not read the file.');
  return new Int16Array(nifti.readImage(header, data as ArrayBuffer));
}

for (const [name, file] of [
  ['NIfTI 34 slices', scans.plain],
  ['NIfTI gz 34 slices', scans.nifti[34]],
  ['NIfTI gz 400 slices', scans.nifti[400]],
] as const) {
  const bytes = new Uint8Array(readFileSync(file));
  const megabytes = referenceNifti(bytes).byteLength / 1e6;
  const times = await race(file === scans.nifti[400] ? 2 : ROUNDS, {
    ours: () => decodeNifti(bytes, name),
    theirs: () => referenceNifti(bytes),
  });
  compare(name, megabytes, times.ours, times.theirs, 'nifti-reader-js');
}

const files = readdirSync(scans.dicom[34]).map((name) => ({
  name,
  bytes: new Uint8Array(readFileSync(path.join(scans.dicom[34], name))),
}));
const plain = files.map(({ name, bytes }) => {
  const dataSet = dicomParser.parseDicom(bytes);
  const pixels = dataSet.elements.x7fe00010;
  const first = dataSet.elements.x00080008;
  if (!pixels || !first) throw new Error(`${name} has no pixels.`);
  const start = pixels.dataOffset;
  return {
    name,
    bytes,
    pixels: bytes.subarray(start, start + pixels.length),
    dataSet: first.dataOffset - 8,
    element: start - 12,
  };
});
const megabytes = plain.reduce((sum, { pixels }) => sum + pixels.length, 0) / 1e6;

/** What every reader has to do: parse the header, find the pixels, copy them. */
const parseAndCopy = (): void => {
  const voxels = new Uint8Array(plain.length * 512 * 512 * 2);
  files.forEach(({ bytes }, k) => {
    const element = dicomParser.parseDicom(bytes).elements.x7fe00010;
    if (element) voxels.set(bytes.subarray(element.dataOffset, element.dataOffset + element.length), k * 512 * 512 * 2);
  });
};
const times = await race(ROUNDS, {
  ours: () => decodeDicom(files, { name: 'series', loadCodec }),
  theirs: parseAndCopy,
});
compare('DICOM plain 34 slices', megabytes, times.ours, times.theirs, 'dicom-parser and a copy', false);

for (const codec of CODECS) {
  const encode = await encoderOf(codec);
  const decode = await decoderOf(codec);
  const frames = plain.map(({ pixels }) => encode(pixels, 512, 512));
  const packed = plain.map(({ name, bytes, dataSet, element }, k) => ({
    name,
    bytes: encapsulated(bytes, dataSet, element, frames[k] ?? new Uint8Array(0), codec.transferSyntax),
  }));
  const result = await decodeDicom(packed, { name: 'series', loadCodec });
  const expected = await decodeDicom(files, { name: 'series', loadCodec });
  if (result.voxels.some((voxel, n) => voxel !== expected.voxels[n]))
    throw new Error(`${codec.name} is not lossless here.`);
  const raced = await race(codec.name === 'JPEG 2000' ? 3 : 9, {
    ours: () => decodeDicom(packed, { name: 'series', loadCodec }),
    theirs: () => frames.forEach(decode),
    // The codec alone leaves each image in its own memory, where the next one replaces it: a reader
    // has to find the image in its file and to keep it.
    reader: () => {
      const voxels = new Uint8Array(packed.length * 512 * 512 * 2);
      packed.forEach(({ bytes }, k) => {
        dicomParser.parseDicom(bytes);
        voxels.set(decode(frames[k] ?? new Uint8Array(0)), k * 512 * 512 * 2);
      });
    },
  });
  compare(`DICOM ${codec.name} 34 slices`, megabytes, raced.ours, raced.theirs, 'codec alone');
  compare(`DICOM ${codec.name} 34 slices`, megabytes, raced.ours, raced.reader, 'dicom-parser, codec and a copy');
}
