/**
 * Thousands of damaged files through the parser and every codec: each either decodes or is refused with
 * a ScanError; nothing else may happen. Seeded, so that a failure can be seen again.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeDicom, readDicomDir, readDicomHeader } from '../../../../src/core/formats/dicom';
import { ScanError } from '../../../../src/core/volume';
import { loadCodec } from '../../../fixtures/dicom-codecs';
import { randomNumbers } from '../../../fixtures/volumes';

const folder = path.join(process.cwd(), 'test/fixtures/dicom');
const fixtures = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => name)
  .sort();

/** Changes a few bytes anywhere, in the last third (the pixels) or in the first (the header), and at times cuts the file. */
function damage(original: Uint8Array, random: () => number): Uint8Array {
  const bytes = original.slice();
  const third = bytes.length / 3;
  const [from, to] = [
    [0, bytes.length],
    [2 * third, bytes.length],
    [132, 132 + third],
  ][Math.floor(random() * 3)] as [number, number];
  const changes = 1 + Math.floor(random() * 6);
  for (let n = 0; n < changes; n++) {
    const at = Math.floor(from + random() * (to - from));
    const kind = random();
    bytes[at] =
      kind < 0.3
        ? 0xff
        : kind < 0.5
          ? 0
          : kind < 0.7
            ? (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
            : random() * 256;
  }
  return random() < 0.1 ? bytes.slice(0, Math.floor(random() * bytes.length)) : bytes;
}

function assertScanError(error: unknown, name: string): void {
  assert.ok(error instanceof ScanError, `${name}: ${(error as Error).stack}`);
  assert.equal(error.file, name);
  assert.ok(error.problem.length > 10 && error.remedy.length > 10);
}

describe('Damaged DICOM files', () => {
  for (const [index, name] of fixtures.entries()) {
    const original = new Uint8Array(readFileSync(path.join(folder, name)));

    it(`${name}: decodes or is refused`, async () => {
      const random = randomNumbers(1000 + index);
      let refused = 0;
      for (let n = 0; n < 60; n++) {
        const bytes = damage(original, random);
        try {
          const volume = await decodeDicom([{ name, bytes }], { name, loadCodec, opened: name });
          assert.equal(volume.voxels.length, volume.size[0] * volume.size[1] * volume.size[2]);
          assert.ok(volume.voxels.byteLength < 1e6, `${name}: ${volume.voxels.byteLength} bytes`);
          const numbers = [
            ...volume.spacing,
            ...volume.origin,
            ...volume.direction.flat(),
            volume.slope,
            volume.intercept,
          ];
          assert.ok(numbers.every(Number.isFinite), `${name}: ${numbers}`);
          assert.ok(volume.slices.every(({ extent }) => extent > 0 && Number.isFinite(extent)));
        } catch (error) {
          assertScanError(error, name);
          refused++;
        }
      }
      assert.ok(refused > 0);
    });
  }

  it('headers are read or refused, whole and in parts', () => {
    const random = randomNumbers(77);
    const originals = fixtures.map((name) => ({ name, bytes: new Uint8Array(readFileSync(path.join(folder, name))) }));
    for (let n = 0; n < 5000; n++) {
      const { name, bytes: original } = originals[n % originals.length] as (typeof originals)[number];
      const bytes = damage(original, random);
      for (let size = Math.min(bytes.length, 200 + Math.floor(random() * 2000)); ; ) {
        try {
          const result = readDicomHeader(bytes.subarray(0, size), name, bytes.length);
          if ('header' in result) break;
          assert.ok(
            result.more > size && result.more <= bytes.length,
            `asks for ${result.more} of ${bytes.length} after ${size}`,
          );
          size = result.more;
        } catch (error) {
          assertScanError(error, name);
          break;
        }
      }
    }
  });

  it('directories are read or refused', () => {
    const random = randomNumbers(78);
    const original = new Uint8Array(readFileSync(path.join(folder, 'dicomdir/DICOMDIR')));
    for (let n = 0; n < 2000; n++) {
      try {
        readDicomDir(damage(original, random), 'DICOMDIR');
      } catch (error) {
        assertScanError(error, 'DICOMDIR');
      }
    }
  });

  it('decodes the next good image after a codec has failed', async () => {
    for (const name of [
      'j2k_90.dcm',
      'htj2k_201.dcm',
      'jpegls_80.dcm',
      'jxl_110.dcm',
      'jpeg_50.dcm',
      'jpegll_70.dcm',
    ]) {
      const good = new Uint8Array(readFileSync(path.join(folder, name)));
      const expected = await decodeDicom([{ name, bytes: good }], { name, loadCodec });
      const random = randomNumbers(5);
      let failures = 0;
      while (failures < 3) {
        const bytes = good.slice();
        for (let n = 0; n < 20; n++) bytes[bytes.length - 20 - Math.floor(random() * 120)] = random() * 256;
        await decodeDicom([{ name, bytes }], { name, loadCodec }).catch(() => undefined);
        failures++;
        const again = await decodeDicom([{ name, bytes: good }], { name, loadCodec });
        assert.deepEqual(again.voxels, expected.voxels, name);
      }
    }
  });
});
