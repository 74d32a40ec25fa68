import assert from 'node:assert/strict';
import { geometryFromAffine, geometryFromSlices, indexToWorld, worldToIndex } from '../../../src/core/geometry';
import { regularize } from '../../../src/core/regularize';
import { ScanError, type Vec3, type Volume } from '../../../src/core/volume';
import { allStorages, makeVolume, noiseWorld, store } from '../../fixtures/volumes';

/** HU that is linear in space, so that linear interpolation meets it exactly. */
const field = ([x, y, z]: Vec3): number => 3 * x - 2 * y + 5 * z;

/** A stack with the given first voxels (LPS mm) and axes turned about x by `turn`, filled from the field. */
function stack(positions: readonly Vec3[], turn = 0): Volume {
  const axes: [Vec3, Vec3] = [
    [1, 0, 0],
    [0, Math.cos(turn), -Math.sin(turn)],
  ];
  const geometry = geometryFromSlices(axes, [2, 2], [20, 24], positions);
  const volume = makeVolume(geometry, new Float32Array(20 * 24 * positions.length));
  let at = 0;
  for (let k = 0; k < positions.length; k++) {
    for (let j = 0; j < 24; j++)
      for (let i = 0; i < 20; i++) volume.voxels[at++] = field(indexToWorld(volume, [i, j, k]));
  }
  return volume;
}

/** Checks every voxel that lies between those of the source against the field, and that those off its slices are air; returns how many lay between. */
function checkField(result: Volume, source: Volume): number {
  const lowest = Math.max(-1000, Math.min(...(source.voxels as Float32Array)));
  let covered = 0;
  let at = 0;
  for (let k = 0; k < result.size[2]; k++) {
    for (let j = 0; j < result.size[1]; j++) {
      for (let i = 0; i < result.size[0]; i++) {
        const value = Number(result.voxels[at++]);
        const world = indexToWorld(result, [i, j, k]);
        const [x, y] = worldToIndex(source, world);
        if (x < -0.501 || x > 19.501 || y < -0.501 || y > 23.501) assert.equal(value, lowest);
        if (x < -1e-6 || x > 19 + 1e-6 || y < -1e-6 || y > 23 + 1e-6) continue;
        covered++;
        const expected = field(world);
        assert.ok(Math.abs(value - expected) < 0.05, `voxel ${i}, ${j}, ${k} is ${value}, expected ${expected}`);
      }
    }
  }
  return covered;
}

describe('regularize', () => {
  it('leaves a regular stack as it is, however it is stored', () => {
    const world = noiseWorld(5, [3, 4, 5], [0.5, 0.75, 3], [-10, 20, -30]);
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      assert.equal(regularize(volume), volume);
    }
  });

  it('puts uneven slices on even steps, each value at its place', () => {
    const volume = stack([0, 4, 8, 9, 16, 23].map((z): Vec3 => [-20, -24, z]));
    const result = regularize(volume);
    assert.ok(result.regular);
    // 23 mm in steps of about 4 mm, the first and the last slice in their places.
    assert.deepEqual(result.size, [20, 24, 7]);
    assert.ok(Math.abs(result.spacing[2] - 23 / 6) < 1e-9);
    assert.equal(checkField(result, volume), 20 * 24 * 7);
  });

  it('sets a tilted stack upright without losing a voxel to its edges', () => {
    const turn = 0.3;
    const volume = stack(
      [0, 5, 10, 15, 20].map((z): Vec3 => [-20, -24, z]),
      turn,
    );
    assert.ok(volume.tilt > 17);
    const result = regularize(volume);
    assert.equal(result.tilt, 0);
    assert.ok(result.regular);
    // The slices slide along j by 20 mm * sin(turn), which is 2.96 pixels.
    assert.deepEqual(result.size, [20, 27, 5]);
    const covered = checkField(result, volume);
    assert.ok(covered > 20 * 22 * 5, `${covered} voxels were covered`);
  });

  it('rounds integers', () => {
    const volume = stack([0, 4, 9].map((z): Vec3 => [-20, -24, z]));
    const voxels = Int16Array.from(volume.voxels as Float32Array, (value) => Math.round(value));
    const result = regularize({ ...volume, voxels });
    assert.ok(result.voxels instanceof Int16Array);
    const expected = field(indexToWorld(result, [3, 4, 1]));
    assert.ok(Math.abs(Number(result.voxels[(1 * 24 + 4) * 20 + 3]) - expected) <= 1);
  });

  it('straightens sheared slices', () => {
    const affine = [2, 0.4, 0, -20, 0, 2, 0, -24, 0, 0, 3, 5, 0, 0, 0, 1];
    const geometry = geometryFromAffine(affine, [20, 24, 3]);
    const volume = makeVolume(geometry, new Float32Array(20 * 24 * 3));
    let at = 0;
    for (let k = 0; k < 3; k++)
      for (let j = 0; j < 24; j++)
        for (let i = 0; i < 20; i++) volume.voxels[at++] = field(indexToWorld(volume, [i, j, k]));
    const result = regularize(volume);
    assert.deepEqual(result.direction, [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    assert.deepEqual(result.size, [25, 24, 3]);
    assert.ok(checkField(result, volume) > 19 * 24 * 3);
  });

  it('refuses what slices at nonsensical places would need', () => {
    const volume = stack([0, 4, 8, 9e6].map((z): Vec3 => [-20, -24, z]));
    assert.throws(() => regularize(volume), ScanError);
  });
});
