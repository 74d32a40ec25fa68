/** Decoded DICOM files against pydicom, imagecodecs, SimpleITK and dcm2niix: golden values by scripts/golden/dicom.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeDicom } from '../../../../src/core/formats/dicom';
import { affineOf, indexToWorld } from '../../../../src/core/geometry';
import type { Vec3, Volume } from '../../../../src/core/volume';
import { loadCodec } from '../../../fixtures/dicom-codecs';

interface GoldenImage {
  file: string;
  decoder: string;
  syntax: string;
  lossless: boolean;
  size: number[];
  step: number;
  hounsfield: number[];
  slope?: number;
  intercept?: number;
  sha256?: string;
  spacing?: number[];
  origin?: number[];
  row?: number[];
  column?: number[];
}

interface GoldenSeries {
  folder: string;
  size: number[];
  sha256: string;
  spacing: number[];
  row: number[];
  column: number[];
  files: string[];
  positions: number[][];
  steps: number[];
  tilt: number;
  dcm2niixOrigin: number[];
}

const root = process.cwd();
const data = process.env.HEMORICA_DATA ?? path.join(root, '../shared/data');
const golden: { images: GoldenImage[]; series: GoldenSeries[] } = JSON.parse(
  readFileSync(path.join(root, 'test/golden/dicom.json'), 'utf8'),
);

const fileOf = ({ file }: GoldenImage): string =>
  file.startsWith('fixtures/') ? path.join(root, 'test/fixtures/dicom', file.slice(9)) : path.join(data, file);

function digest(voxels: ArrayLike<number>): string {
  return createHash('sha256')
    .update(new Uint8Array(Int32Array.from(voxels).buffer))
    .digest('hex');
}

function assertNear(
  actual: ArrayLike<number> | undefined,
  expected: readonly number[],
  tolerance: number,
  what: string,
) {
  assert.equal(actual?.length, expected.length, what);
  expected.forEach((value, n) => {
    const difference = Math.abs((actual?.[n] ?? Number.NaN) - value);
    assert.ok(difference <= tolerance, `${what}[${n}]: ${actual?.[n]} instead of ${value}`);
  });
}

/** MONOCHROME1 of an image that is not CT is turned to the usual sense, which pydicom leaves to the viewer. */
const mirrored = new Set(['fixtures/monochrome1_dx.dcm']);

function checkImage(volume: Volume, expected: GoldenImage): void {
  assert.deepEqual([...volume.size], expected.size);
  const voxels = volume.voxels as Int16Array;
  const every = Array.from({ length: Math.ceil(voxels.length / expected.step) }, (_, n) => n * expected.step);
  const values = every.map((n) => (voxels[n] ?? Number.NaN) * volume.slope + volume.intercept);
  if (mirrored.has(expected.file)) {
    // 12 bits: stored + mirrored = 4095.
    assertNear(
      values,
      expected.hounsfield.map((value) => 4095 - (value + 1024) - 1024),
      0,
      'mirrored value',
    );
    return;
  }
  // Lossy decoders may round one gray level (one stored unit) differently.
  assertNear(values, expected.hounsfield, expected.lossless ? 1e-6 : Math.abs(volume.slope) + 1e-6, 'value');
  if (expected.sha256 !== undefined) {
    assert.equal(digest(voxels), expected.sha256, 'sha256 of the stored values');
    assert.deepEqual([volume.slope, volume.intercept], [expected.slope, expected.intercept]);
  }
  if (expected.spacing && expected.origin && expected.row && expected.column) {
    assertNear(volume.spacing.slice(0, 2), expected.spacing, 1e-6, 'spacing');
    assertNear(volume.origin, expected.origin, 1e-6, 'origin');
    assertNear(volume.direction[0], expected.row, 1e-6, 'row direction');
    assertNear(volume.direction[1], expected.column, 1e-6, 'column direction');
  }
}

describe('DICOM images against reference decoders', () => {
  for (const expected of golden.images) {
    const file = fileOf(expected);
    if (!existsSync(file)) continue;
    it(`${expected.file}, by ${expected.decoder}`, async () => {
      const name = path.basename(file);
      const bytes = new Uint8Array(readFileSync(file));
      checkImage(await decodeDicom([{ name, bytes }], { name, loadCodec, opened: name }), expected);
    });
  }

  it('has a fixture for every transfer syntax', () => {
    const syntaxes = new Set(
      golden.images.filter(({ file }) => file.startsWith('fixtures/')).map(({ syntax }) => syntax),
    );
    const jpeg = ['50', '51', '55', '57', '70', '80', '81', '90', '91', '201', '203', '110'].map((n) => `4.${n}`);
    for (const suffix of ['1', '2', '1.99', '5', ...jpeg])
      assert.ok(syntaxes.has(`1.2.840.10008.1.2.${suffix}`), `1.2.840.10008.1.2.${suffix}`);
    assert.ok(syntaxes.has('1.2.840.10008.1.2'));
  });
});

describe('DICOM series against SimpleITK and dcm2niix', () => {
  for (const expected of golden.series) {
    const folder = path.join(data, expected.folder);
    if (!existsSync(folder)) continue;
    it(expected.folder, async () => {
      // Backwards, since names must not matter.
      const names = readdirSync(folder)
        .filter((name) => name.endsWith('.dcm'))
        .sort()
        .reverse();
      const files = names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(path.join(folder, name))) }));
      const volume = await decodeDicom(files, { name: expected.folder, loadCodec });
      assert.deepEqual([...volume.size], expected.size);
      assert.equal(digest(volume.voxels as Int16Array), expected.sha256);
      assert.deepEqual(
        volume.slices.map(({ source }) => source),
        expected.files,
      );
      assertNear(volume.spacing.slice(0, 2), expected.spacing, 1e-6, 'spacing');
      assertNear(volume.direction[0], expected.row, 1e-6, 'row direction');
      assertNear(volume.direction[1], expected.column, 1e-6, 'column direction');
      volume.slices.forEach(({ position }, k) => {
        assertNear(position, expected.positions[k] ?? [], 1e-6, `position of slice ${k}`);
      });
      const steps = volume.slices.slice(1).map(({ location }, k) => location - (volume.slices[k]?.location ?? 0));
      assertNear(steps, expected.steps, 1e-6, 'step');
      assert.ok(Math.abs(volume.tilt - expected.tilt) < 1e-3, `tilt ${volume.tilt}`);
      assert.equal(volume.regular, false);
      // dcm2niix keeps rows bottom up: its first voxel is the first of our last row.
      const lastRow: Vec3 = [0, volume.size[1] - 1, 0];
      assertNear(indexToWorld(volume, lastRow), expected.dcm2niixOrigin, 1e-3, 'dcm2niix origin');
      assertNear([affineOf(volume)[3] ?? 0, volume.origin[0]], [-125, -125], 1e-9, 'origin x');
      assert.deepEqual(
        volume.notices.map(({ code }) => code),
        ['gantry-tilt', 'uneven-spacing'],
      );
      // Each slice counts with half the way to its neighbours: the sum is the whole stack and both ends.
      const whole = expected.steps.reduce((sum, step) => sum + step, 0);
      const extents = volume.slices.reduce((sum, { extent }) => sum + extent, 0);
      const ends = ((expected.steps[0] ?? 0) + (expected.steps.at(-1) ?? 0)) / 2;
      assert.ok(Math.abs(extents - whole - ends) < 1e-6, `extents ${extents}`);
    });
  }
});
