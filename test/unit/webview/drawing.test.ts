import assert from 'node:assert/strict';
import type { Notice, VoxelArray } from '../../../src/core/volume';
import { Drawing } from '../../../src/webview/scan/drawing';
import { grayLevels } from '../../../src/webview/viewports/poster';
import { quantized } from '../../../src/webview/viewports/quantize';

const strange: Notice = { code: 'not-hounsfield', severity: 'warning', message: 'Values are no HU.' };

function drawing(voxels: VoxelArray, slope = 1, intercept = 0, notices: readonly Notice[] = []): Drawing {
  return new Drawing({ voxels, slope, intercept, notices, size: [voxels.length, 1, 1] });
}

/** Gray levels (0 to 255) of values under a window of HU, by way of what is handed to the renderer. */
function grays(how: Drawing, voxels: VoxelArray, low: number, high: number): number[] {
  return [...grayLevels(how.image(voxels, voxels.length, 1).pixels, ...how.range(low, high))];
}

describe('voxels as they are drawn', () => {
  const expected = [0, 0, 128, 255, 255];

  it('are the stored ones where they can be, and the window is converted', () => {
    const voxels = Uint16Array.from([0, 1024, 1064, 1104, 4000]);
    const how = drawing(voxels, 1, -1024);
    assert.equal(how.image(voxels, 5, 1).pixels, voxels);
    assert.deepEqual(grays(how, voxels, 0, 80), expected);
  });

  it('become their true values where the stored type cannot be drawn', () => {
    for (const voxels of [
      BigInt64Array.from([-1000n, 0n, 20n, 40n, 2000n]),
      Float64Array.from([-1000, 0, 20, 40, 2000]),
      Int32Array.from([-1000, 0, 20, 40, 2000]),
    ]) {
      assert.deepEqual(grays(drawing(voxels, 2, 0), voxels, 0, 80), expected, voxels.constructor.name);
    }
  });

  it('keep black black under a slope below zero', () => {
    const voxels = Int16Array.from([1000, 0, -40, -80, -500]);
    assert.deepEqual(grays(drawing(voxels, -1, 0), voxels, 0, 80), expected);
  });

  it('have a range that leaves padding and what is no number out', () => {
    const voxels = Float32Array.from([-2000, Number.NaN, 5, 70]);
    const how = new Drawing({
      voxels,
      slope: 2,
      intercept: 1,
      notices: [],
      size: [4, 1, 1],
      padding: { from: -2000, to: -2000 },
    });
    assert.deepEqual(how.valueRange(), [11, 141]);
  });

  it('lose nothing that a window shows when floats become 16 bits', () => {
    const cases: readonly [Float32Array, readonly Notice[], readonly [number, number]][] = [
      [Float32Array.from([-900.25, 0, 40, 79.5, 1500.75]), [], [0, 80]],
      [Float32Array.from([0, 0.001, 0.002, 0.004]), [strange], [0.001, 0.003]],
    ];
    for (const [voxels, notices, window] of cases) {
      const how = drawing(voxels, 1, 0, notices);
      const stack = {
        count: 1,
        width: voxels.length,
        height: 1,
        spacing: [1, 1] as const,
        float: true,
        usefulRange: () => how.usefulRange(),
        image: () => how.image(voxels, voxels.length, 1),
      };
      const { image, range } = quantized(stack);
      const coarse = grayLevels(image(0).pixels, ...range(how.range(...window)));
      const fine = grayLevels(voxels, ...window);
      coarse.forEach((gray, n) => void assert.ok(Math.abs(gray - (fine[n] ?? 0)) <= 1, `${gray} for ${fine[n]}`));
    }
  });
});
