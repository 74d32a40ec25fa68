/** Thousands of damaged files: each is read or refused, at once and within its memory. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { decodeNifti, NiftiDecoder } from '../../../../src/core/formats/nifti';
import { looksLikeNifti } from '../../../../src/core/formats/sniff';
import { ScanError, type Volume } from '../../../../src/core/volume';
import { niftiFile, niftiParts } from '../../../fixtures/nifti-files';
import { randomNumbers } from '../../../fixtures/volumes';

const CASES = 6000;

/** Numbers that headers are broken with. */
const NASTY = [
  0,
  1,
  -1,
  2,
  255,
  256,
  32767,
  -32768,
  65535,
  2 ** 31 - 1,
  -(2 ** 31),
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e-40,
  1e38,
  -1e38,
];

/** What a mutation turns one file into. */
function mutate(original: Uint8Array, random: () => number): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n);
  let bytes = original.slice();
  for (let times = 1 + below(4); times > 0; times--) {
    const view = new DataView(bytes.buffer);
    const header = Math.min(bytes.length, 552);
    const nasty = NASTY[below(NASTY.length)] ?? 0;
    const at = (width: number): number => below(Math.max(1, header - width));
    const kind = below(8);
    if (bytes.length < 16) break;
    if (kind === 0) bytes[below(bytes.length)] = below(256);
    else if (kind === 1) bytes[below(header)] = below(256);
    else if (kind === 2) view.setInt16(at(2) & ~1, nasty, random() < 0.5);
    else if (kind === 3) view.setFloat32(at(4) & ~3, nasty, random() < 0.5);
    else if (kind === 4) view.setFloat64(at(8) & ~7, nasty, random() < 0.5);
    else if (kind === 5)
      view.setBigInt64(at(8) & ~7, BigInt(Number.isFinite(nasty) ? Math.trunc(nasty % 2 ** 62) : below(99)), true);
    else if (kind === 6) bytes = bytes.slice(0, below(bytes.length));
    else bytes.copyWithin(below(header), below(bytes.length), below(bytes.length));
  }
  return bytes;
}

/** What every volume that comes out must be. */
function assertSound(volume: Volume): void {
  const [x, y, z] = volume.size;
  assert.equal(volume.voxels.length, x * y * z);
  assert.equal(volume.slices.length, z);
  assert.ok(Number.isFinite(volume.slope) && volume.slope !== 0 && Number.isFinite(volume.intercept));
  assert.ok(volume.spacing.every((mm) => Number.isFinite(mm) && mm > 0));
  for (const vector of [volume.origin, ...volume.direction, volume.normal]) assert.ok(vector.every(Number.isFinite));
  for (const { position, extent } of volume.slices) assert.ok(position.every(Number.isFinite) && extent > 0);
}

describe('NIfTI fuzz', () => {
  const voxels = { dims: [6, 5, 4], value: (n: number) => (n * 31) % 100 };
  const pair = niftiParts({ ...voxels, magic: 'pair' });
  const files: [Uint8Array, Uint8Array?][] = [
    [niftiFile(voxels)],
    [niftiFile({ ...voxels, littleEndian: false, datatype: 'float32', sformCode: 0, qformCode: 1 })],
    [niftiFile({ ...voxels, version: 2, datatype: 'int64' })],
    [niftiFile({ ...voxels, version: 2, littleEndian: false, extension: 32, dims: [3, 4, 2, 5] })],
    [niftiFile({ ...voxels, sformCode: 0 })],
    [gzipSync(niftiFile({ ...voxels, dims: [16, 16, 4] }))],
    [pair.voxels, pair.header],
    [gzipSync(pair.voxels), gzipSync(pair.header)],
  ];

  it(`reads or refuses ${CASES} damaged files`, async () => {
    const random = randomNumbers(4711);
    const counts = { read: 0, refused: 0 };
    const start = process.memoryUsage().arrayBuffers;
    let highest = start;
    for (let n = 0; n < CASES; n++) {
      const [bytes, header] = files[n % files.length] ?? [new Uint8Array(0)];
      const inHeader = header !== undefined && random() < 0.7;
      const broken = inHeader ? bytes : mutate(bytes, random);
      const options = header && { header: inHeader ? mutate(header, random) : header };
      looksLikeNifti(broken);
      try {
        assertSound(await decodeNifti(broken, 'scan.nii', options));
        counts.read++;
      } catch (error) {
        assert.ok(error instanceof ScanError, `case ${n}: ${error instanceof Error ? error.stack : error}`);
        assert.equal(error.file, 'scan.nii');
        counts.refused++;
      }
      highest = Math.max(highest, process.memoryUsage().arrayBuffers);
    }
    assert.ok(counts.read > CASES / 20, `${counts.read} were read`);
    assert.ok(counts.refused > CASES / 5, `${counts.refused} were refused`);
    // No input is above 4 KB.
    assert.ok(highest - start < 300 * 2 ** 20, `arrays grew by ${highest - start} bytes`);
  });

  it('does not inflate a bomb beyond what its header asks for', async () => {
    // 320 MB of zeros in 1.5 MB behind a volume of a few bytes.
    const bomb = gzipSync(Buffer.concat([niftiFile(voxels), Buffer.alloc(320 * 2 ** 20)]), { level: 1 });
    const decoder = new NiftiDecoder('scan.nii', { length: bomb.length });
    let highest = 0;
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < bomb.length; at += 16384) {
      await decoder.push(new Uint8Array(bomb.subarray(at, at + 16384)));
      highest = Math.max(highest, process.memoryUsage().arrayBuffers - before);
    }
    const volume = await decoder.end();
    assert.equal(volume.voxels.byteLength, 240);
    assert.ok(highest < 250 * 2 ** 20, `arrays grew by ${highest} bytes`);
  });
});
