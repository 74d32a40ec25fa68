/** Marks on the slices of another plane, held against looking at each voxel. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRuns, type SliceRuns } from '../../../src/core/annotation/runs';
import { geometryFromSlices } from '../../../src/core/geometry';
import { random } from '../../../src/core/phantom/random';
import { displayPlane, type PlaneName } from '../../../src/core/reformat';
import type { Vec3, Volume } from '../../../src/core/volume';
import { projectRuns, withinSlice } from '../../../src/webview/scan/project';
import { allStorages, makeVolume, noiseWorld, store } from '../../fixtures/volumes';

/** Tilted about the left-right axis, as a head CT with a gantry tilt, with uneven gaps. */
function tilted(degrees: number): Volume {
  const angle = (degrees * Math.PI) / 180;
  const axes: [Vec3, Vec3] = [
    [1, 0, 0],
    [0, Math.cos(angle), -Math.sin(angle)],
  ];
  const positions = [0, 5, 10, 17, 22].map((z): Vec3 => [-6, -5, z]);
  const geometry = geometryFromSlices(axes, [1.5, 1], [9, 11], positions);
  return makeVolume(geometry, new Int16Array(9 * 11 * 5));
}

const VOLUMES = [
  ...allStorages()
    .filter((_, n) => n % 7 === 2)
    .map((storage) => store(noiseWorld(3, [7, 6, 5], [0.5, 0.75, 3], [-30, 12, 100]), storage)),
  tilted(0),
  tilted(18),
  tilted(-12),
];

describe('marks on the slices of another plane', () => {
  it('are where the voxels of the mask are', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(VOLUMES.length - 1), (seed, at) => {
        const volume = VOLUMES[at];
        assert.ok(volume);
        const [width, height, depth] = volume.size;
        const next = random(seed);
        const labels = Uint8Array.from({ length: width * height * depth }, () =>
          next() < 0.15 ? 1 + Math.floor(next() * 3) : 0,
        );
        const masks: SliceRuns[] = Array.from({ length: depth }, (_, slice) => ({
          slice,
          runs: encodeRuns(labels.subarray(slice * width * height, (slice + 1) * width * height), width, height),
        }));
        for (const name of ['axial', 'coronal', 'sagittal'] as const satisfies readonly PlaneName[]) {
          const plane = displayPlane(volume, name);
          if (plane.stackAxis === 2) continue;
          const fromIndex = (index: Vec3) => {
            const [x, y, slice] = plane.fromIndex(index);
            return { slice, point: [x, y] as const };
          };
          const found = new Set<string>();
          projectRuns(masks, { fromIndex }, (label, [from, to]) => {
            for (let slice = from; slice <= to; slice++) found.add(`${label} ${slice}`);
          });
          const expected = new Set<string>();
          labels.forEach((label, n) => {
            if (label === 0) return;
            const index: Vec3 = [n % width, Math.floor(n / width) % height, Math.floor(n / (width * height))];
            expected.add(`${label} ${Math.round(fromIndex(index).slice)}`);
          });
          assert.deepEqual([...found].sort(), [...expected].sort(), name);
        }
      }),
      { seed: 31, numRuns: 60 },
    );
  });

  it('of a box reach from its first to its last voxel', () => {
    const plane = { fromIndex: ([i, j, k]: Vec3) => ({ slice: 10 - j + 0.25 * k, point: [i, k] as const }) };
    assert.deepEqual(withinSlice(plane, 2)(0, 3, 5, 6), [5, 8]);
  });
});
