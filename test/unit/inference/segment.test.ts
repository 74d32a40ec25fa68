import assert from 'node:assert/strict';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { paintRuns } from '../../../src/core/annotation/runs';
import { indexToWorld } from '../../../src/core/geometry';
import { DEFAULT_MODELS } from '../../../src/core/model/default-models';
import type { Vec3, Volume } from '../../../src/core/volume';
import type { Segmentation } from '../../../src/inference/collector';
import { type LoadedModel, loadModel } from '../../../src/inference/model';
import { segment } from '../../../src/inference/segment';
import { headWorld } from '../../fixtures/tiny-nifti';
import { allStorages, store } from '../../fixtures/volumes';

/** The blood voxels of a mask as "x y z label", by world position (LPS mm). */
function places(volume: Volume, { slices }: Segmentation): Map<string, Vec3> {
  const [width, height] = volume.size;
  const found = new Map<string, Vec3>();
  for (const { slice, runs } of slices) {
    const labels = new Uint8Array(width * height);
    paintRuns(runs, labels, width, height);
    labels.forEach((label, pixel) => {
      if (label === 0) return;
      const place = indexToWorld(volume, [pixel % width, Math.floor(pixel / width), slice]);
      found.set(`${place.map((value) => value.toFixed(2)).join(' ')} ${label}`, place);
    });
  }
  return found;
}

const mean = (points: readonly Vec3[], axis: 0 | 1 | 2): number =>
  points.reduce((sum, point) => sum + point[axis], 0) / points.length;

describe('segment', () => {
  let model: LoadedModel;
  const options = { threshold: 0.5, checkpoint: () => {} };
  before(async () => {
    model = await loadModel(inRoot('models', DEFAULT_MODELS.segmentation), { providers: ['cpu'] });
  });

  it('finds a bleed where it is, and the same one however the scan is stored', async function () {
    this.timeout(120_000);
    const usual = store(headWorld, { axes: [0, 1, 2], signs: [1, 1, 1] });
    const expected = places(usual, await segment(usual, model, options));
    const points = [...expected.values()];
    // The bleed is an ellipse of 34 x 48 mm around (32, 8) on four slices: 6,409 mm² / 4 mm² a voxel.
    assert.ok(points.length > 800 && points.length < 1700, `${points.length} voxels of blood`);
    assert.ok(
      Math.abs(mean(points, 0) - 32) < 4 && Math.abs(mean(points, 1) - 8) < 4,
      `${mean(points, 0)}, ${mean(points, 1)}`,
    );
    for (const storage of allStorages().filter((_, n) => n % 5 === 1)) {
      const volume = store(headWorld, storage);
      assert.deepEqual(
        [...places(volume, await segment(volume, model, options)).keys()].sort(),
        [...expected.keys()].sort(),
      );
    }
  });

  it('measures with the extent of each slice', async () => {
    const volume = store(headWorld, { axes: [0, 1, 2], signs: [1, 1, 1] });
    const { volumes, slices } = await segment(volume, model, options);
    const tripled = volume.slices.map((slice) => ({ ...slice, extent: slice.extent * 3 }));
    const thicker = await segment({ ...volume, slices: tripled }, model, options);
    volumes.forEach((millilitres, n) => {
      assert.ok(Math.abs((thicker.volumes[n] ?? 0) - 3 * millilitres) < 1e-9);
    });
    let voxels = 0;
    for (const { runs } of slices) for (let n = 3; n < runs.length; n += 4) voxels += runs[n] ?? 0;
    const total = volumes.reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(total - (voxels * 2 * 2 * 5) / 1000) < 1e-9);
  });

  it('finds more with a lower threshold and reports every slice', async () => {
    const volume = store(headWorld, { axes: [0, 1, 2], signs: [1, 1, 1] });
    const seen: string[] = [];
    const checkpoint = (done: number, total: number): void => {
      seen.push(`${done}/${total}`);
    };
    const count = async (threshold: number): Promise<number> =>
      places(volume, await segment(volume, model, { threshold, checkpoint })).size;
    assert.ok((await count(0.2)) > (await count(0.8)));
    assert.deepEqual(
      seen.slice(0, 9),
      Array.from({ length: 9 }, (_, n) => `${n}/8`),
    );
  });

  it('finds nothing in air and ends at the slice at which it is told to', async () => {
    const volume = store({ ...headWorld, value: () => -1000 }, { axes: [0, 1, 2], signs: [1, 1, 1] });
    const { slices, volumes, candidates } = await segment(volume, model, options);
    assert.deepEqual([slices, volumes, candidates.slices], [[], [0, 0, 0, 0, 0], []]);
    const head = store(headWorld, { axes: [0, 1, 2], signs: [1, 1, 1] });
    let last = 0;
    const checkpoint = (done: number): void => {
      last = done;
      if (done === 3) throw new Error('enough');
    };
    await assert.rejects(segment(head, model, { threshold: 0.5, checkpoint }), /enough/);
    assert.equal(last, 3);
  });
});
