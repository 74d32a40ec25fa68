import assert from 'node:assert/strict';
import { geometryFromSlices, indexToWorld, worldToIndex } from '../../../src/core/geometry';
import {
  countsFromLast,
  type DisplayPlane,
  displayPlane,
  type PlaneName,
  planeImage,
} from '../../../src/core/reformat';
import { addScaled } from '../../../src/core/vec3';
import type { Vec3, Volume } from '../../../src/core/volume';
import { allStorages, makeVolume, markerWorld, noiseWorld, store } from '../../fixtures/volumes';

const PLANES: readonly PlaneName[] = ['axial', 'coronal', 'sagittal'];

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  for (const [n, value] of actual.entries())
    assert.ok(
      Math.abs(value - (expected[n] ?? Number.NaN)) <= tolerance,
      `${what}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`,
    );
}

/** Mean pixel (x, y, n) of the bright marker in a plane's images. */
function markerPixel(volume: Volume, plane: DisplayPlane): [number, number, number] {
  let [x, y, n, count] = [0, 0, 0, 0];
  for (let image = 0; image < plane.count; image++) {
    const { pixels, width } = planeImage(volume, plane, image);
    pixels.forEach((value: number | bigint, at: number) => {
      if (Number(value) <= 0) return;
      x += at % width;
      y += Math.floor(at / width);
      n += image;
      count++;
    });
  }
  assert.ok(count > 0, 'the marker is in the images');
  return [x / count, y / count, n / count];
}

/** A tilted, unevenly spaced head-like stack: left-right rows, gantry tilted about the left-right axis. */
function tiltedVolume(value: (world: Vec3) => number, gaps: readonly number[], degrees: number): Volume {
  const angle = (degrees * Math.PI) / 180;
  const axes: [Vec3, Vec3] = [
    [1, 0, 0],
    [0, Math.cos(angle), -Math.sin(angle)],
  ];
  // The table moves along z while the slices lean.
  let z = -40;
  const positions: Vec3[] = [[-40, -45, z]];
  for (const gap of gaps) {
    z += gap / Math.cos(angle);
    positions.push([-40, -45, z]);
  }
  const geometry = geometryFromSlices(axes, [1, 1], [80, 90], positions);
  const voxels = new Int16Array(80 * 90 * positions.length);
  let at = 0;
  for (let k = 0; k < positions.length; k++)
    for (let j = 0; j < 90; j++)
      for (let i = 0; i < 80; i++) voxels[at++] = Math.round(value(indexToWorld(geometry, [i, j, k])));
  return makeVolume(geometry, voxels);
}

describe('reformat', () => {
  it('shows what is on the left of the patient on the right, in front on top, and above on top, in all 48 storages', () => {
    const places: { at: Vec3; axial: string; coronal: string; sagittal: string }[] = [
      { at: [12, 0, 0], axial: 'right', coronal: 'right', sagittal: 'last' },
      { at: [-12, 0, 0], axial: 'left', coronal: 'left', sagittal: 'first' },
      { at: [0, -14, 0], axial: 'top', coronal: 'first', sagittal: 'left' },
      { at: [0, 14, 0], axial: 'bottom', coronal: 'last', sagittal: 'right' },
      { at: [0, 0, 15], axial: 'last', coronal: 'top', sagittal: 'top' },
      { at: [0, 0, -15], axial: 'first', coronal: 'bottom', sagittal: 'bottom' },
    ];
    for (const place of places)
      for (const storage of allStorages()) {
        const volume = store(markerWorld(place.at), storage);
        for (const name of PLANES) {
          const plane = displayPlane(volume, name);
          const [x, y, n] = markerPixel(volume, plane);
          const [dx, dy, dn] = [x - (plane.width - 1) / 2, y - (plane.height - 1) / 2, n - (plane.count - 1) / 2];
          const side = { left: -dx, right: dx, top: -dy, bottom: dy, first: -dn, last: dn };
          const [furthest] = Object.entries(side).sort((a, b) => b[1] - a[1])[0] ?? [];
          assert.equal(furthest, place[name], `${name} of ${JSON.stringify(storage)}`);
        }
      }
  });

  it('shows the same world as the same images, letters, places and spacings in all 48 storages', () => {
    const world = noiseWorld(7, [7, 6, 5], [0.5, 0.75, 3], [-30, 12, 100]);
    const expected = store(world, { axes: [0, 1, 2], signs: [1, 1, 1] });
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      for (const name of PLANES) {
        const plane = displayPlane(volume, name);
        const wanted = displayPlane(expected, name);
        const what = `${name} of ${JSON.stringify(storage)}`;
        const described = ({ toIndex: _, fromIndex: __, stackAxis: ___, ...rest }: DisplayPlane): object => ({
          ...rest,
          rowDirection: rest.rowDirection.map((c) => c + 0),
          columnDirection: rest.columnDirection.map((c) => c + 0),
          stackDirection: rest.stackDirection.map((c) => c + 0),
        });
        assert.deepEqual(described(plane), described(wanted), what);
        for (let n = 0; n < plane.count; n++) {
          const image = planeImage(volume, plane, n);
          const reference = planeImage(expected, wanted, n);
          assert.deepEqual(image.pixels, reference.pixels, what);
          assertClose(image.position, reference.position, 1e-9, what);
        }
      }
    }
  });

  it("says by which end the volume's own slices are counted", () => {
    const directions = new Set<boolean>();
    for (const storage of allStorages()) {
      const volume = store(markerWorld([0, 0, 0]), storage);
      const own = PLANES.map((name) => displayPlane(volume, name)).find(({ stackAxis }) => stackAxis === 2);
      assert.equal(countsFromLast(volume), own?.fromIndex([0, 0, 0])[2] !== 0, JSON.stringify(storage));
      directions.add(countsFromLast(volume));
    }
    assert.equal(directions.size, 2);
  });

  it('takes images from the world as they should be, independent of any storage', () => {
    const world = noiseWorld(11, [4, 5, 6], [1, 1, 1], [0, 0, 0]);
    const volume = store(world, { axes: [2, 0, 1], signs: [-1, 1, -1] });
    const check = (name: PlaneName, value: (x: number, y: number, n: number) => number): void => {
      const plane = displayPlane(volume, name);
      for (let n = 0; n < plane.count; n++) {
        const { pixels, width, height } = planeImage(volume, plane, n);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) assert.equal(pixels[y * width + x], value(x, y, n), name);
      }
    };
    check('axial', (x, y, n) => world.value(x, y, n));
    check('coronal', (x, y, n) => world.value(x, n, 5 - y));
    check('sagittal', (x, y, n) => world.value(n, x, 5 - y));
  });

  it('labels the edges', () => {
    const volume = store(noiseWorld(1, [4, 4, 4], [1, 1, 1], [0, 0, 0]), { axes: [1, 2, 0], signs: [1, -1, -1] });
    assert.deepEqual(displayPlane(volume, 'axial').edges, { left: 'R', right: 'L', top: 'A', bottom: 'P' });
    assert.deepEqual(displayPlane(volume, 'coronal').edges, { left: 'R', right: 'L', top: 'S', bottom: 'I' });
    assert.deepEqual(displayPlane(volume, 'sagittal').edges, { left: 'A', right: 'P', top: 'S', bottom: 'I' });
  });

  it('copies nothing where slices are stored in display order', () => {
    const world = noiseWorld(2, [6, 5, 4], [1, 1, 2], [0, 0, 0]);
    for (const top of [1, -1]) {
      const volume = store(world, { axes: [0, 1, 2], signs: [1, 1, top] });
      const plane = displayPlane(volume, 'axial');
      const image = planeImage(volume, plane, 1);
      assert.equal(image.shared, true);
      assert.equal(image.pixels.buffer, volume.voxels.buffer);
      assert.deepEqual(plane.toIndex(0, 0, 1), [0, 0, top > 0 ? 1 : 2]);
    }
    const flipped = store(world, { axes: [0, 1, 2], signs: [-1, 1, 1] });
    assert.equal(planeImage(flipped, displayPlane(flipped, 'axial'), 0).shared, false);
  });

  it('maps pixels to voxels and back, onto the pixel that shows the voxel', () => {
    const world = noiseWorld(5, [5, 4, 3], [1, 2, 3], [9, 8, 7]);
    for (const storage of allStorages()) {
      const volume = store(world, storage);
      for (const name of PLANES) {
        const plane = displayPlane(volume, name);
        for (let n = 0; n < plane.count; n++) {
          const image = planeImage(volume, plane, n);
          for (let y = 0; y < plane.height; y++)
            for (let x = 0; x < plane.width; x++) {
              const index = plane.toIndex(x, y, n);
              const [i, j, k] = index;
              const voxel = volume.voxels[i + volume.size[0] * (j + volume.size[1] * k)];
              assert.equal(image.pixels[y * plane.width + x], voxel);
              assertClose(plane.fromIndex(index), [x, y, n], 0, 'there and back');
              const world = addScaled(
                addScaled(image.position, plane.rowDirection, x * plane.columnSpacing),
                plane.columnDirection,
                y * plane.rowSpacing,
              );
              assertClose(indexToWorld(volume, index), world, 1e-9, 'place of the pixel');
            }
        }
      }
    }
  });

  it('undoes gantry tilt and uneven spacing: a straight rod is straight, a ball is round', () => {
    const gaps = [...Array(12).fill(2), 0.6, ...Array(12).fill(3.5)];
    const degrees = 18.5;
    const angle = (degrees * Math.PI) / 180;
    const normal: Vec3 = [0, Math.sin(angle), Math.cos(angle)];
    const center: Vec3 = [5, 0, 0];
    const radius = 15;
    const ball = ([x, y, z]: Vec3): number =>
      Math.hypot(x - center[0], y - center[1], z - center[2]) < radius ? 60 : -1000;
    const volume = tiltedVolume(ball, gaps, degrees);
    assert.ok(Math.abs(volume.tilt - degrees) < 1e-6);
    assert.equal(volume.regular, false);
    for (const name of ['coronal', 'sagittal'] as const) {
      const plane = displayPlane(volume, name);
      assert.equal(plane.exact, false);
      assertClose(plane.columnDirection, [-normal[0], -normal[1], -normal[2]], 1e-9, 'down');
      const [x, y, n] = plane.fromIndex(worldToIndex(volume, center));
      const { pixels, width, height } = planeImage(volume, plane, Math.round(n), true);
      let [sumX, sumY, area] = [0, 0, 0];
      let [low, high, first, last] = [height, 0, width, 0];
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          if (Number(pixels[row * width + column]) > -470) {
            sumX += column;
            sumY += row;
            area++;
            [low, high] = [Math.min(low, row), Math.max(high, row)];
            [first, last] = [Math.min(first, column), Math.max(last, column)];
          }
      assertClose([sumX / area, sumY / area], [x, y], 0.6, `${name} centre of the ball`);
      assertClose(
        [(last - first + 1) * plane.columnSpacing, (high - low + 1) * plane.rowSpacing],
        [2 * radius, 2 * radius],
        3.6,
        `${name} width and height of the ball`,
      );
      const mm2 = area * plane.columnSpacing * plane.rowSpacing;
      assert.ok(Math.abs(mm2 / (Math.PI * radius ** 2) - 1) < 0.05, `${name} area of the ball`);
    }
  });

  it('interpolates a linear field exactly between slices and pixels, and shows air outside', () => {
    const field = ([x, y, z]: Vec3): number => 4 * x + 3 * y + 5 * z;
    const volume = tiltedVolume(field, [4, 4, 4, 1, 7, 7], 12);
    const air = Math.max(-1000, Math.min(...(volume.voxels as Int16Array)));
    for (const name of ['coronal', 'sagittal'] as const) {
      const plane = displayPlane(volume, name);
      let [inside, outside] = [0, 0];
      for (let n = 0; n < plane.count; n += 9) {
        const { pixels, width, height } = planeImage(volume, plane, n, true);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const index = plane.toIndex(x, y, n);
            const value = Number(pixels[y * width + x]);
            const isInside = index[0] >= 0 && index[1] >= 0 && index[0] <= 79 && index[1] <= 89;
            const isOutside = index[0] < -0.51 || index[1] < -0.51 || index[0] > 79.51 || index[1] > 89.51;
            if (isInside) {
              inside++;
              assert.ok(Math.abs(value - field(indexToWorld(volume, index))) < 1.01, `${name} ${x}, ${y}, ${n}`);
            } else if (isOutside) {
              outside++;
              assert.equal(value, air);
            }
          }
      }
      assert.ok(inside > 1000, 'compared something inside');
      assert.ok(outside > 100, 'compared something outside');
    }
  });

  it('shows only values of voxels where interpolation is off', () => {
    const volume = tiltedVolume(([x]) => (x > 0 ? 100 : -1000), [4, 1, 7], 15);
    const plane = displayPlane(volume, 'sagittal');
    const values = new Set<number>();
    for (let n = 0; n < plane.count; n += 5)
      for (const value of planeImage(volume, plane, n, false).pixels) values.add(Number(value));
    assert.deepEqual([...values].sort(), [-1000, 100]);
  });

  it('does not mix padding into its neighbours', () => {
    const volume = {
      ...tiltedVolume(([x]) => (x > 0 ? 100 : -3000), [4, 4, 4], 15),
      padding: { from: -3000, to: -3000 },
    };
    const plane = displayPlane(volume, 'coronal');
    const values = new Set<number>();
    for (let n = 0; n < plane.count; n += 5)
      for (const value of planeImage(volume, plane, n, true).pixels) values.add(Number(value));
    assert.deepEqual([...values].sort(), [-1000, -3000, 100]);
  });

  it('refuses images that are not there', () => {
    const volume = store(markerWorld([0, 0, 0]), { axes: [0, 1, 2], signs: [1, 1, 1] });
    assert.throws(() => planeImage(volume, displayPlane(volume, 'axial'), 8), RangeError);
    assert.throws(() => planeImage(volume, displayPlane(volume, 'axial'), -1), RangeError);
  });

  it('keeps images within bounds where positions make no sense', () => {
    const axes: [Vec3, Vec3] = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    const stacks: Vec3[][] = [
      [
        [0, 0, 0],
        [0, 0, 5],
        [0, 0, 9e6],
      ],
      [
        [0, 0, 0],
        [9e6, 0, 5],
        [0, 0, 10],
      ],
    ];
    for (const positions of stacks) {
      const volume = makeVolume(geometryFromSlices(axes, [1, 1], [8, 8], positions), new Int16Array(192));
      for (const name of PLANES) {
        const plane = displayPlane(volume, name);
        assert.ok(Math.max(plane.width, plane.height) <= 4097, `${plane.width} x ${plane.height}`);
        assert.equal(planeImage(volume, plane, 0).pixels.length, plane.width * plane.height);
      }
    }
  });
});
