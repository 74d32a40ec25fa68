import assert from 'node:assert/strict';
import { encodeRuns } from '../../../src/core/annotation/runs';
import { geometryFromSlices } from '../../../src/core/geometry';
import { displayPlane } from '../../../src/core/reformat';
import type { Vec3 } from '../../../src/core/volume';
import { PageMask } from '../../../src/webview/edit/page-mask';
import { outlineSegments } from '../../../src/webview/overlays/outline';
import { LabelImage } from '../../../src/webview/scan/label-image';
import { allStorages, makeVolume, noiseWorld, randomNumbers, store } from '../../fixtures/volumes';

describe('the labels of a scan', () => {
  it('are measured with what each slice stands for', () => {
    const labels = new PageMask([4, 3, 3]);
    labels.replace([
      { slice: 0, runs: Uint32Array.from([1, 0, 0, 2, 4, 1, 1, 3]) },
      { slice: 2, runs: Uint32Array.from([4, 2, 0, 4]) },
    ]);
    const measures = labels.measure([{ extent: 4 }, { extent: 5 }, { extent: 7 }], 0.25);
    assert.deepEqual(measures[0], { slices: 1, milliliters: (2 * 0.25 * 4) / 1000 });
    assert.equal(measures[3]?.slices, 2);
    assert.ok(Math.abs((measures[3]?.milliliters ?? 0) - (0.25 * (3 * 4 + 4 * 7)) / 1000) < 1e-12);
    assert.deepEqual(measures[1], { slices: 0, milliliters: 0 });
  });

  it('stay as they were when new ones do not fit', () => {
    const labels = new PageMask([4, 3, 2]);
    labels.replace([{ slice: 1, runs: Uint32Array.from([2, 0, 1, 2]) }]);
    assert.throws(() => labels.replace([{ slice: 2, runs: Uint32Array.from([1, 0, 0, 1]) }]), RangeError);
    assert.throws(() => labels.replace([{ slice: 0, runs: Uint32Array.from([1, 3, 0, 1]) }]), RangeError);
    assert.deepEqual([...labels.bySlice()], [[1, new Set([2])]]);
  });

  it('lie on the same voxels as the picture, in all planes and however the volume is stored', () => {
    const random = randomNumbers(7);
    for (const storage of allStorages()) {
      const volume = store(noiseWorld(11, [5, 6, 4], [1, 2, 3], [-3, -5, -4]), storage);
      const [width, height, depth] = volume.size;
      const all = Array.from({ length: width * height * depth }, () => Math.floor(random() * 6));
      const labels = new PageMask(volume.size);
      labels.replace(
        Array.from({ length: depth }, (_, slice) => {
          const image = Uint8Array.from(all.slice(slice * width * height, (slice + 1) * width * height));
          return { slice, runs: encodeRuns(image, width, height) };
        }),
      );
      for (const name of ['axial', 'coronal', 'sagittal'] as const) {
        const plane = displayPlane(volume, name);
        for (let n = 0; n < plane.count; n++) {
          const image = new LabelImage(plane, labels, n).pixels;
          for (let y = 0; y < plane.height; y++) {
            for (let x = 0; x < plane.width; x++) {
              const [i, j, k] = plane.toIndex(x, y, n);
              assert.equal(image[y * plane.width + x], all[(k * height + j) * width + i], `${name} ${x} ${y} ${n}`);
            }
          }
        }
      }
    }
  });

  it('follow the tilt in planes that have it undone', () => {
    const positions = Array.from({ length: 6 }, (_, k): Vec3 => [0, k * 3, k * 4]);
    const axes: [Vec3, Vec3] = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    const volume = makeVolume(geometryFromSlices(axes, [1, 1], [8, 10], positions), new Int16Array(480));
    const labels = new PageMask(volume.size);
    labels.replace(volume.slices.map((_, slice) => ({ slice, runs: Uint32Array.from([3, 4, 2, 3]) })));
    const sagittal = displayPlane(volume, 'sagittal');
    const image = new LabelImage(sagittal, labels, 3).pixels;
    for (const slice of [0, 5]) {
      const [x, y] = sagittal.fromIndex([3, 4, slice]).map(Math.round) as [number, number];
      assert.equal(image[y * sagittal.width + x], 3, `slice ${slice}`);
      assert.equal(image[y * sagittal.width + x + 2], 0, `beside slice ${slice}`);
    }
  });
});

describe('the outline of a mask', () => {
  it('runs along every edge between different labels, for each of them', () => {
    const labels = Uint8Array.from([0, 1, 2, 0, 1, 1]);
    const segments = outlineSegments(labels, 3, 2);
    const lengths = Object.fromEntries([...segments].map(([label, list]) => [label, list.length]));
    assert.deepEqual(lengths, { 1: 8, 2: 4 });
    assert.ok(segments.get(2)?.some((segment) => segment.join() === '2,0,2,1'));
  });
});
