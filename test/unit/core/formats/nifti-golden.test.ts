/** Decoded NIfTI files against nibabel and SimpleITK: golden values by scripts/golden/nifti.py. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeNifti } from '../../../../src/core/formats/nifti';
import { pairedNames } from '../../../../src/core/formats/sniff';
import { affineOf, indexToWorld } from '../../../../src/core/geometry';
import type { Vec3, Volume } from '../../../../src/core/volume';
import { goldenFixtures } from '../../../fixtures/nifti-files';

interface GoldenSample {
  index: [number, number, number];
  raw: number | string;
  value: number;
  world: number[];
  itkWorld?: number[];
  itkValue?: number;
}
interface GoldenFile {
  storedType: string;
  size: number[];
  volumes: number;
  slope: number;
  intercept: number;
  affine: number[] | null;
  zooms: number[];
  points: { timePoint: number; sha256: string; samples: GoldenSample[] }[];
}

const root = process.cwd();
const goldenFolder = path.join(root, 'test/golden');
const fixtures = path.join(goldenFolder, 'nifti-fixtures');
const data = process.env.HEMORICA_DATA ?? path.join(root, '../shared/data');

function readGolden(name: string): Record<string, GoldenFile> {
  return JSON.parse(readFileSync(path.join(goldenFolder, name), 'utf8'));
}

function read(file: string): Uint8Array {
  return new Uint8Array(readFileSync(file));
}

/** The raw voxels as the file has them, little-endian: 64-bit integers back in 64 bits. */
function rawBytes({ voxels, storedType }: Volume): Uint8Array {
  const wide =
    storedType === 'int64'
      ? BigInt64Array.from(voxels as Float64Array, BigInt)
      : storedType === 'uint64'
        ? BigUint64Array.from(voxels as Float64Array, BigInt)
        : voxels;
  return new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength);
}

function assertNear(actual: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (const [n, value] of actual.entries())
    assert.ok(Math.abs(value - (expected[n] ?? Number.NaN)) <= tolerance, `${what}: ${actual} is not ${expected}`);
}

async function compare(folder: string, name: string, golden: GoldenFile): Promise<void> {
  for (const { timePoint, sha256, samples } of golden.points) {
    const file = path.join(folder, name);
    const image = pairedNames(file).find((candidate) => existsSync(candidate));
    const volume = await decodeNifti(read(image ?? file), name, { timePoint, ...(image && { header: read(file) }) });
    assert.equal(volume.storedType, golden.storedType);
    assert.deepEqual([...volume.size], golden.size);
    assert.deepEqual([volume.slope, volume.intercept], [golden.slope, golden.intercept]);
    assert.equal(volume.timePoint?.count ?? 1, golden.volumes);
    assert.equal(createHash('sha256').update(rawBytes(volume)).digest('hex'), sha256);
    if (golden.affine && golden.size[2] !== 1) assertNear(affineOf(volume), golden.affine, 1e-4, 'affine');
    for (const { index, raw, value, world, itkWorld, itkValue } of samples) {
      const at = index[0] + volume.size[0] * (index[1] + volume.size[1] * index[2]);
      const voxel = volume.voxels[at] ?? Number.NaN;
      assert.equal(String(voxel), String(raw));
      const scaled = Number(voxel) * volume.slope + volume.intercept;
      assert.equal(scaled, value);
      const place = indexToWorld(volume, index as Vec3);
      if (golden.affine) assertNear(place, world, 1e-4, 'position by nibabel');
      if (golden.affine && itkWorld) assertNear(place, itkWorld, 1e-3, 'position by SimpleITK');
      // ITK scales in single precision.
      if (itkValue !== undefined) assertNear([scaled], [itkValue], 1e-6 * Math.max(1, Math.abs(value)), 'value by ITK');
    }
  }
}

describe('NIfTI golden values', () => {
  const files = goldenFixtures();

  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(fixtures, { recursive: true });
    for (const [name, bytes] of files) writeFileSync(path.join(fixtures, name), bytes);
  }

  it('has fixtures that are what the generator makes', () => {
    const inflate = (name: string, bytes: Uint8Array): Buffer =>
      name.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes);
    for (const [name, bytes] of files)
      assert.deepEqual(inflate(name, read(path.join(fixtures, name))), inflate(name, bytes), name);
  });

  const golden = readGolden('nifti-fixtures.json');
  for (const [name, values] of Object.entries(golden))
    it(`reads ${name} as nibabel and SimpleITK do`, () => compare(fixtures, name, values));

  it('has golden values for every fixture', () => {
    const images = [...files.keys()].filter((name) => !/\.img(\.gz)?$/.test(name));
    assert.deepEqual(Object.keys(golden).sort(), images.sort());
  });

  const real = Object.entries(readGolden('nifti.json')).filter(([name]) => existsSync(path.join(data, name)));
  for (const [name, values] of real) it(`reads ${name} as nibabel and SimpleITK do`, () => compare(data, name, values));
});
