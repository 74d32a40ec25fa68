import assert from 'node:assert/strict';
import { toValues } from '../../../src/core/hounsfield';
import type { VoxelArray } from '../../../src/core/volume';

describe('toValues', () => {
  const cases: readonly (readonly [string, VoxelArray, number, number, VoxelArray, number, number])[] = [
    ['keeps what has no scaling', Uint16Array.of(0, 65535), 1, 0, Uint16Array.of(0, 65535), 1, 0],
    ['keeps 64-bit integers without scaling', BigInt64Array.of(2n ** 60n), 1, 0, BigInt64Array.of(2n ** 60n), 1, 0],
    ['makes HU of unsigned voxels', Uint16Array.of(0, 4095), 1, -1024, Int16Array.of(-1024, 3071), 1, 0],
    ['widens where 16 bits are too few', Uint16Array.of(0, 65535), 1, -1024, Int32Array.of(-1024, 64511), 1, 0],
    ['holds the ends of 16 bits', Int16Array.of(-16384, 16383), 2, 1, Int16Array.of(-32767, 32767), 1, 0],
    ['goes over the ends of 16 bits', Int16Array.of(-16384, 16383), 2, 2, Int32Array.of(-32766, 32768), 1, 0],
    [
      'keeps a fractional scaling that single precision holds',
      Int16Array.of(1, 2),
      0.5,
      -0.25,
      Int16Array.of(1, 2),
      0.5,
      -0.25,
    ],
    ['applies one that it does not hold', Int16Array.of(1, 2), 0.1, 0, Float64Array.of(0.1, 0.2), 1, 0],
    ['applies a scaling of floats', Float32Array.of(1.5), 2, 1, Float64Array.of(4), 1, 0],
  ];
  for (const [name, voxels, slope, intercept, ...expected] of cases) {
    it(name, () => {
      const result = toValues({ voxels, slope, intercept });
      assert.deepEqual([result.voxels, result.slope, result.intercept], expected);
    });
  }
});
