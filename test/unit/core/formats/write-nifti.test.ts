import assert from 'node:assert/strict';
import { decodeNifti } from '../../../../src/core/formats/nifti';
import { affineError, encodeNifti, volumeToNifti } from '../../../../src/core/formats/write-nifti';
import { affineOf, geometryFromAffine, geometryFromSlices, indexToWorld } from '../../../../src/core/geometry';
import type { Vec3, Volume, VoxelArray } from '../../../../src/core/volume';
import { allStorages, makeVolume, noiseWorld, randomNumbers, store } from '../../../fixtures/volumes';

const close = (a: Vec3, b: Vec3, message: string): void =>
  a.forEach((value, n) => {
    assert.ok(Math.abs(value - (b[n] ?? Number.NaN)) < 1e-4, `${message}: ${a}, expected ${b}`);
  });

/** The bytes with the sform switched off, so that a reader must use the qform. */
function withoutSform(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setInt16(254, 0, true);
  return copy;
}

function withoutNifti2Sform(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setInt32(348, 0, true);
  return copy;
}

describe('encodeNifti', () => {
  const types: readonly VoxelArray[] = [
    Int8Array.of(-128, 127),
    Uint8Array.of(0, 255),
    Int16Array.of(-32768, 32767),
    Uint16Array.of(0, 65535),
    Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
    Uint32Array.of(0, 2 ** 32 - 1),
    Float32Array.of(0.1, -3e38),
    Float64Array.of(0.1, -1e300),
    BigInt64Array.of(-(2n ** 63n), 2n ** 60n + 1n),
    BigUint64Array.of(0n, 2n ** 63n + 1n),
  ];
  for (const voxels of types) {
    it(`keeps voxels and scaling of ${voxels.constructor.name}`, async () => {
      const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
      const bytes = encodeNifti({ voxels, size: [2, 1, 1], affine, slope: 0.5, intercept: -3 });
      const volume = await decodeNifti(bytes, 'x.nii');
      assert.deepEqual([...volume.voxels], [...voxels]);
      assert.deepEqual([volume.slope, volume.intercept], [0.5, -3]);
    });
  }

  it('keeps every voxel at its place, however it is stored, by sform and by qform', async () => {
    const world = noiseWorld(5, [3, 4, 5], [0.5, 0.75, 3], [-10.5, 20.25, -30]);
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      const bytes = encodeNifti({ ...volume, affine: affineOf(volume) });
      for (const file of [bytes, withoutSform(bytes)]) {
        const back = await decodeNifti(file, 'x.nii');
        assert.deepEqual(back.voxels, volume.voxels);
        for (const index of [
          [0, 0, 0],
          [1, 2, 3],
          [2, 0, 4],
        ] as const) {
          close(indexToWorld(back, index), indexToWorld(volume, index), JSON.stringify(storage));
        }
      }
    }
  });

  it('keeps oblique axes in the qform too', async () => {
    const random = randomNumbers(11);
    for (let n = 0; n < 200; n++) {
      const affine = rotation(random).flatMap((row, r) => [...row.map((value, c) => value * (c + 1)), r * 10 - 7]);
      const full = [...affine, 0, 0, 0, 1];
      const bytes = encodeNifti({ voxels: new Uint8Array(8), size: [2, 2, 2], affine: full });
      const back = affineOf(await decodeNifti(withoutSform(bytes), 'x.nii'));
      back.forEach((value, at) => {
        assert.ok(Math.abs(value - (full[at] ?? Number.NaN)) < 1e-4, `${back}, expected ${full}`);
      });
    }
  });

  it('writes no qform for a tilted stack, which it cannot say', async () => {
    const affine = [1, 0, 0, 0, 0, 1, 0.3, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const bytes = encodeNifti({ voxels: new Uint8Array(8), size: [2, 2, 2], affine });
    assert.equal(new DataView(bytes.buffer).getInt16(252, true), 0);
    affineOf(await decodeNifti(bytes, 'x.nii')).forEach((value, at) => {
      assert.ok(Math.abs(value - (affine[at] ?? Number.NaN)) < 1e-6);
    });
  });

  it('writes NIfTI-2 where NIfTI-1 cannot say the number of voxels along an axis', async () => {
    const affine = [0.5, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1];
    const voxels = Uint8Array.from({ length: 40_000 }, (_, n) => n % 251);
    const bytes = encodeNifti({ voxels, size: [40_000, 1, 1], affine, slope: 0.1 });
    for (const file of [bytes, withoutNifti2Sform(bytes)]) {
      const volume = await decodeNifti(file, 'x.nii');
      assert.equal(volume.format, 'nifti2');
      assert.deepEqual(volume.voxels, voxels);
      assert.equal(volume.slope, 0.1);
      close(indexToWorld(volume, [3, 0, 0]), [2.5, 2, 3], 'position');
    }
  });

  it('refuses voxels that do not fill the size', () => {
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    assert.throws(() => encodeNifti({ voxels: new Uint8Array(7), size: [2, 2, 2], affine }), RangeError);
  });
});

describe('volumeToNifti', () => {
  const geometry = geometryFromAffine([0.5, 0, 0, -10, 0, 0.5, 0.9, -20, 0, -0.1, 4, 30, 0, 0, 0, 1], [3, 2, 2]);

  it('keeps every value and place of a tilted, scaled series', async () => {
    const scalings: { voxels: VoxelArray; slope: number; intercept: number; stored: string }[] = [
      { voxels: Uint16Array.from({ length: 12 }, (_, n) => n * 300), slope: 1, intercept: -1024, stored: 'int16' },
      { voxels: Uint16Array.from({ length: 12 }, (_, n) => n * 5000), slope: 2, intercept: 0, stored: 'int32' },
      { voxels: Uint16Array.from({ length: 12 }, (_, n) => n * 5000), slope: 1, intercept: 0, stored: 'uint16' },
      { voxels: Int16Array.from({ length: 12 }, (_, n) => n - 7), slope: 0.25, intercept: -1024, stored: 'int16' },
      { voxels: Int16Array.from({ length: 12 }, (_, n) => n - 7), slope: 0.1, intercept: -1024, stored: 'float64' },
      { voxels: Float32Array.from({ length: 12 }, (_, n) => n / 7), slope: 1, intercept: 0, stored: 'float32' },
    ];
    for (const { stored, ...scaled } of scalings) {
      const volume = makeVolume(geometry, scaled.voxels, scaled);
      const back = await decodeNifti(volumeToNifti(volume), 'x.nii');
      assert.equal(back.storedType, stored);
      const values = (v: Volume): number[] =>
        Array.from(v.voxels as Float64Array, (raw) => raw * v.slope + v.intercept);
      assert.deepEqual(values(back), values(volume));
      for (const index of [
        [0, 0, 0],
        [2, 1, 1],
      ] as const)
        close(indexToWorld(back, index), indexToWorld(volume, index), 'position');
    }
  });

  it('keeps 64-bit labels 64 bits wide where they were read as doubles', async () => {
    const volume = makeVolume(
      geometry,
      Float64Array.from({ length: 12 }, (_, n) => n * 2 ** 33),
      { storedType: 'int64' },
    );
    const back = await decodeNifti(volumeToNifti(volume), 'x.nii');
    assert.equal(back.storedType, 'int64');
    assert.deepEqual(back.voxels, volume.voxels);
  });

  it('keeps the voxels of unevenly spaced slices, the first and the last in place, and tells how far the others are off', async () => {
    const positions = [0, 4, 11].map((z): Vec3 => [0, 0, z]);
    const axes: [Vec3, Vec3] = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    const uneven = geometryFromSlices(axes, [1, 1], [2, 2], positions);
    const volume = makeVolume(
      uneven,
      Int16Array.from({ length: 12 }, (_, n) => n),
    );
    assert.equal(affineError(volume), 1.5);
    assert.equal(affineError(makeVolume(geometry, new Int16Array(12))), 0);
    const back = await decodeNifti(volumeToNifti(volume), 'x.nii');
    assert.deepEqual(back.voxels, volume.voxels);
    close(indexToWorld(back, [1, 1, 0]), [1, 1, 0], 'first slice');
    close(indexToWorld(back, [1, 1, 2]), [1, 1, 11], 'last slice');
  });
});

/** A random rotation or reflection, row by row. */
function rotation(random: () => number): number[][] {
  const q = Array.from({ length: 4 }, () => random() - 0.5);
  const length = Math.hypot(...q);
  const [a = 0, b = 0, c = 0, d = 0] = q.map((value) => value / length);
  const flip = random() < 0.5 ? -1 : 1;
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c) * flip],
    [2 * (b * c + a * d), a * a - b * b + c * c - d * d, 2 * (c * d - a * b) * flip],
    [2 * (b * d - a * c), 2 * (c * d + a * b), (a * a - b * b - c * c + d * d) * flip],
  ];
}
