/** A real series with gantry tilt and changing spacing against dcm2niix's conversion with the tilt undone. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeNifti } from '../../../src/core/formats/nifti';
import { regularFrame } from '../../../src/core/frame';
import { worldToIndex } from '../../../src/core/geometry';
import { sampleRun } from '../../../src/core/sample';
import type { Volume } from '../../../src/core/volume';
import { loadScan } from '../../../src/node/load-scan';
import { findScans } from '../../../src/node/scan-files';

const data = process.env.HEMORICA_DATA ?? path.join(process.cwd(), '../shared/data');
const series = path.join(data, 'head-ct-ge');
const reference = path.join(data, 'head-ct-ge-reference/ge_Tilt_Eq_1.nii.gz');

/** HU, with what is outside the brain's and bone's range cut off: padding and metal say nothing of places. */
const hu = (raw: number, { slope, intercept }: Volume): number =>
  Math.max(-1000, Math.min(300, raw * slope + intercept));

if (existsSync(series) && existsSync(reference))
  describe('a tilted series beside its reference', () => {
    let volume: Volume;
    let straight: Volume;
    before(async () => {
      const [scan] = (await findScans(series)).scans;
      assert.ok(scan);
      volume = await loadScan(scan, { bundle: process.cwd() });
      straight = await decodeNifti(new Uint8Array(readFileSync(reference)), 'reference');
    });

    it('has the reference size once the tilt is undone', () => {
      const frame = regularFrame(volume, 1);
      assert.deepEqual(frame.size.slice(0, 2), straight.size.slice(0, 2));
    });

    it('shifts each slice by as many rows as the reference does', () => {
      const frame = regularFrame(volume, 1);
      const [columns, rows] = frame.size;
      // The reference has equal steps from the first slice to the last; rows run from back to front.
      const length = (volume.slices.at(-1)?.location ?? 0) - (volume.slices[0]?.location ?? 0);
      for (const k of [5, 13, 20, 25]) {
        const along = (volume.slices[k]?.location ?? 0) - (volume.slices[0]?.location ?? 0);
        const image = new Int16Array(columns * rows);
        for (let y = 0; y < rows; y++) {
          const start = frame.toIndex([0, y, along / frame.spacing[2]]);
          const next = frame.toIndex([1, y, along / frame.spacing[2]]);
          const step = [next[0] - start[0], next[1] - start[1]] as const;
          sampleRun(
            volume,
            { count: columns, start, step, target: image, targetStart: y * columns, targetStep: 1 },
            true,
          );
        }
        const nearest = Math.round((along / length) * (straight.size[2] - 1));
        let best = { difference: Number.POSITIVE_INFINITY, shift: Number.NaN };
        for (let m = nearest - 2; m <= nearest + 2; m++)
          for (let shift = -4; shift <= 4; shift++) {
            let [sum, count] = [0, 0];
            for (let y = 60; y < rows - 60; y += 3)
              for (let x = 60; x < columns - 60; x += 3) {
                const ours = hu(image[y * columns + x] ?? 0, volume);
                const theirs = Number(straight.voxels[(m * rows + rows - 1 - y + shift) * columns + x] ?? 0);
                sum += Math.abs(ours - hu(theirs, straight));
                count++;
              }
            if (sum / count < best.difference) best = { difference: sum / count, shift };
          }
        assert.equal(best.shift, 0, `slice ${k}`);
        assert.ok(best.difference < 25, `slice ${k} differs by ${best.difference} HU on average`);
      }
    });

    it('maps every slice of the series to its own position', () => {
      for (const [k, { position }] of volume.slices.entries())
        for (const [axis, value] of worldToIndex(volume, position).entries())
          assert.ok(Math.abs(value - (axis === 2 ? k : 0)) < 1e-6);
    });
  });
