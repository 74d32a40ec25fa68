import assert from 'node:assert/strict';
import { decodeNifti } from '../../../../src/core/formats/nifti';
import { encodeNifti } from '../../../../src/core/formats/write-nifti';
import { affineOf, indexToWorld } from '../../../../src/core/geometry';
import { ScanError, type Vec3, type VoxelArray } from '../../../../src/core/volume';
import { allStorages, noiseWorld, randomNumbers, store } from '../../../fixtures/volumes';

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

  it('refuses more voxels along an axis than the header can say', () => {
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    assert.throws(() => encodeNifti({ voxels: new Uint8Array(40_000), size: [40_000, 1, 1], affine }), ScanError);
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
