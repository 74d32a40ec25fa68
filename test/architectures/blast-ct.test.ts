/**
 * BLAST-CT as a 3-D model: exported by training/hemorica_architectures with random weights, it gives on the
 * command line the mask that PyTorch gives over blocks that are cut in Python. Needs Python: `npm run test:architectures`.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { mustRun } from '../../scripts/lib/processes.mjs';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { paintRuns } from '../../src/core/annotation/runs';
import { encodeNifti } from '../../src/core/formats/write-nifti';
import { affineOf } from '../../src/core/geometry';
import type { Vec3, Volume } from '../../src/core/volume';
import { loadScan } from '../../src/node/load-scan';
import { findScans } from '../../src/node/scan-files';
import { type Built, buildPrograms } from '../fixtures/built';
import { runHemorica } from '../fixtures/run-hemorica';
import { headWorld } from '../fixtures/tiny-nifti';
import { store } from '../fixtures/volumes';
import { isWanted } from './wanted';

const PYTHON = process.env.HEMORICA_BLAST_CT_PYTHON ?? 'python3';
const realHead = path.join(process.env.HEMORICA_DATA ?? inRoot('../shared/data'), 'head-ct-ge');

/** Probability that the candidates' bytes and the networks' rounding leave open. */
const CLOSE = 1 / 255;

if (isWanted('blast-ct')) {
  describe('BLAST-CT', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-blast-ct-'));
    const [model, cache] = [path.join(folder, 'model'), path.join(folder, 'cache')];
    const weights = path.join(cache, 'saved_models', 'model_1.torch_model');
    let programs: Built;

    before(async function () {
      this.timeout(0);
      programs = await buildPrograms();
      await mustRun(PYTHON, [inRoot('training/tests/random_blast_ct.py'), cache], { quiet: true });
      await mustRun(PYTHON, ['-m', 'hemorica_architectures.blast_ct', '--out', model, '--weights', weights], {
        cwd: inRoot('training'),
        quiet: true,
      });
    });

    after(() => {
      rmSync(folder, { recursive: true, force: true });
      programs.remove();
    });

    it('gives what PyTorch gives of a tilted head', async function () {
      this.timeout(0);
      const scan = path.join(folder, 'tilted.nii');
      writeFileSync(scan, tiltedHead());
      await compare(scan);
    });

    if (existsSync(realHead)) {
      it('gives what PyTorch gives of a real head, tilted and with slices at uneven distances', async function () {
        this.timeout(0);
        await compare(realHead);
      });
    }

    /** Runs `hemorica segment` and PyTorch on a scan: masks differ by no more than voxels on the threshold. */
    async function compare(scan: string): Promise<void> {
      const out = path.join(folder, 'out');
      const options = ['--model', model, '--out', out, '--json'];
      const { code, stdout, stderr } = await runHemorica(
        { cli: programs.cli, cwd: folder },
        'segment',
        scan,
        ...options,
      );
      assert.equal(code, 0, stderr);
      const { annotation } = JSON.parse(stdout) as { annotation: string };
      const args = [inRoot('training/tests/blast_ct_reference.py'), scan, model, weights, folder];
      const printed = await mustRun(PYTHON, args, { quiet: true });
      const { positions } = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as { positions: readonly Vec3[] };
      const volume = await volumeOf(scan);
      assert.equal(volume.slices.length, positions.length);
      // Slices are in the same order, or those of the one would be held against others of the other.
      volume.slices.forEach(({ position }, k) => {
        position.forEach((value, axis) => {
          assert.ok(Math.abs(value - (positions[k]?.[axis] ?? Number.NaN)) < 1e-3);
        });
      });
      const labels = labelsOf(readFileSync(path.resolve(folder, annotation), 'utf8'), volume.size);
      const probability = readFileSync(path.join(folder, 'probability.bin'));
      holdAgainst(
        labels,
        new Float32Array(new Uint8Array(probability).buffer),
        readFileSync(path.join(folder, 'labels.bin')),
      );
      rmSync(out, { recursive: true });
    }
  });
}

/** A head as a gantry tilted by 15 degrees scans it. */
function tiltedHead(): Uint8Array {
  const volume = store(headWorld, { axes: [0, 1, 2], signs: [-1, -1, 1] });
  const shear = Math.tan((15 * Math.PI) / 180) * headWorld.spacing[2];
  return encodeNifti({ ...volume, affine: affineOf(volume).map((value, n) => (n === 6 ? value + shear : value)) });
}

async function volumeOf(named: string): Promise<Volume> {
  const [scan] = (await findScans(named)).scans;
  assert.ok(scan);
  return loadScan(scan, { bundle: inRoot('out') });
}

/** The labels of an annotation's mask for each voxel of its scan. */
function labelsOf(annotation: string, [columns, rows, slices]: Vec3): Uint8Array {
  const labels = new Uint8Array(columns * rows * slices);
  parseAnnotation(annotation).slices.forEach(({ runs }, slice) => {
    paintRuns(runs, labels.subarray(slice * columns * rows, (slice + 1) * columns * rows), columns, rows);
  });
  return labels;
}

/** Blood is where PyTorch's probability says so, and nearly all of it has the subtype that follows from PyTorch's. */
function holdAgainst(found: Uint8Array, probability: Float32Array, labels: Uint8Array): void {
  assert.deepEqual([probability.length, labels.length], [found.length, found.length]);
  let [blood, mistaken, otherwise] = [0, 0, 0];
  found.forEach((label, at) => {
    const p = probability[at] ?? Number.NaN;
    if (p >= 0.5) blood++;
    if (label > 0 !== p >= 0.5 && !(Math.abs(p - 0.5) <= CLOSE)) mistaken++;
    if (label !== labels[at]) otherwise++;
  });
  assert.ok(blood > found.length / 200 && blood < found.length / 2, `${blood} of ${found.length} voxels are blood`);
  assert.equal(mistaken, 0, `${mistaken} voxels differ`);
  assert.ok(otherwise <= blood / 100, `${otherwise} of ${blood} voxels have another label`);
}
