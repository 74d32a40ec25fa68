import assert from 'node:assert/strict';
import { AIR, axialSlice, axialView } from '../../../../src/core/model/axial';
import { orientationOf } from '../../../../src/core/model/orientation';
import { displayPlane } from '../../../../src/core/reformat';
import type { Volume } from '../../../../src/core/volume';
import { allStorages, noiseWorld, store } from '../../../fixtures/volumes';

const world = noiseWorld(3, [5, 7, 4], [0.5, 0.75, 3], [-10, -20, -30]);

describe('axialView', () => {
  it('gives the same radiological pictures for all 48 ways of storing a scan', () => {
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      const view = axialView(volume);
      assert.deepEqual([view.width, view.height, view.depth, ...view.spacing], [5, 7, 4, 0.5, 0.75]);
      for (let n = 0; n < 4; n++) {
        const picture = axialSlice(volume, view, n);
        // Right to left, front to back, feet to head.
        for (let y = 0; y < 7; y++) for (let x = 0; x < 5; x++) assert.equal(picture[y * 5 + x], world.value(x, y, n));
      }
    }
  });

  it('measures from pixel to pixel, not along the normal, where the stored slices are sheared', () => {
    const tilt = 0.3;
    // A tilted scan stored as coronal slices: i to the left, j to the head, k to the back and, by the tilt, down.
    const { width, height, depth, spacing } = axialView({
      ...{ size: [5, 4, 7], spacing: [0.5, 3, 0.75 * Math.cos(tilt)], normal: [0, 1, 0] },
      direction: [
        [1, 0, 0],
        [0, 0, 1],
        [0, Math.cos(tilt), -Math.sin(tilt)],
      ],
    });
    assert.deepEqual([width, height, depth], [5, 7, 4]);
    assert.equal(spacing[0], 0.5);
    assert.ok(Math.abs(spacing[1] - 0.75) < 1e-12);
  });

  it('leads every pixel to the voxel that it shows', () => {
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      const { offset, steps, width, height, depth } = axialView(volume);
      const seen = new Set<number>();
      for (let n = 0; n < depth; n++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const at = offset + x * steps[0] + y * steps[1] + n * steps[2];
            assert.equal(volume.voxels[at], world.value(x, y, n));
            seen.add(at);
          }
        }
      }
      assert.equal(seen.size, volume.voxels.length);
    }
  });

  it('turns pictures as letters say, for all 48 ways of storing a scan', () => {
    const turned = orientationOf('SRA');
    assert.ok(turned);
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      const view = axialView(volume, turned);
      assert.deepEqual([view.width, view.height, view.depth, ...view.spacing], [7, 5, 4, 0.75, 0.5]);
      const picture = axialSlice(volume, view, 2);
      // Rows lead to the patient's right, columns to the front: against the world's x and y.
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 7; x++) assert.equal(picture[y * 7 + x], world.value(4 - y, 6 - x, 2));
      }
    }
    assert.equal(orientationOf('SLR'), undefined);
    assert.equal(orientationOf('SP'), undefined);
    assert.equal(orientationOf('SPLA'), undefined);
  });

  it('agrees with the viewer on what an axial picture is', () => {
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      const view = axialView(volume);
      const plane = displayPlane(volume, 'axial');
      const [i, j, k] = plane.toIndex(2, 5, 1);
      const at = view.offset + 2 * view.steps[0] + 5 * view.steps[1] + view.steps[2];
      assert.equal(i + volume.size[0] * (j + volume.size[1] * k), at);
    }
  });
});

describe('axialSlice', () => {
  it('applies slope and intercept; padding and what is no number are air', () => {
    const volume = store(world, { axes: [0, 1, 2], signs: [1, 1, 1] });
    const voxels = new Float32Array(volume.voxels.length).fill(10);
    voxels.set([-2000, -1999, Number.NaN]);
    const scaled: Volume = { ...volume, voxels, slope: 2, intercept: -5, padding: { from: -2000, to: -2000 } };
    const picture = axialSlice(scaled, axialView(scaled), 0);
    assert.deepEqual([...picture.subarray(0, 4)], [AIR, -4003, AIR, 15]);
  });
});
