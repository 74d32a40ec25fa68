/**
 * Segmentation end to end (decode, preprocess, run, postprocess, encode) of 34 slices beside a bare
 * ONNX Runtime session that gets the same tensors one after the other with the same threads, in one
 * process and one run. The process is warm: its start and the loading of the model are not counted,
 * as they are not for the bare session; scans are decoded anew each time. On a machine that others
 * use as well, processes that are ready to run wait for them; give the run priority, or compare
 * processor times.
 */
import { readFileSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as ort from 'onnxruntime-node';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
import { inputShape, requiredOutputs } from '../../src/core/model/manifest';
import { volumeFeed } from '../../src/inference/feed';
import { Feeder } from '../../src/inference/feeder/client';
import { loadModel, usualThreads } from '../../src/inference/model';
import { segmentationOf, segmentFeed } from '../../src/inference/segment';
import { loadScan } from '../../src/node/load-scan';
import { findScans, type ScanFiles } from '../../src/node/scan-files';
import { raceCosts, report } from '../lib/report';
import { benchScans } from '../lib/scans';

const ROUNDS = 9;
const bundle = fileURLToPath(new URL('.', import.meta.url));
const folder = inRoot('models', DEFAULT_MODELS.segmentation);

const script = path.join(bundle, 'feeder.cjs');
await build({
  absWorkingDir: inRoot(),
  entryPoints: { feeder: 'src/inference/feeder/main.ts' },
  outdir: bundle,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
});
const feeder = new Feeder(script, bundle);

async function scanOf(file: string): Promise<ScanFiles> {
  const [scan] = (await findScans(file)).scans;
  if (!scan) throw new Error(`${file} is no scan.`);
  return scan;
}

const scans = benchScans();
const cores = os.availableParallelism();
for (const threads of new Set([usualThreads(), cores])) await measure(threads);
await feeder.dispose();
rmSync(script);

/** With the usual threads, which leave a core to the feeder, and with as many as there are cores, for comparison. */
async function measure(threads: number): Promise<void> {
  const model = await loadModel(folder, { providers: ['cpu'], threads });
  const manifest = segmentationOf(model);
  const { input } = manifest;
  const names = requiredOutputs(manifest).map(({ name }) => name);
  const session = await ort.InferenceSession.create(readFileSync(path.join(folder, manifest.file)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const tensors: ort.Tensor[] = [];
  const feed = volumeFeed(await loadScan(await scanOf(scans.nifti[34]), { bundle }), input);
  for (let one = await feed.next(); one; one = await feed.next()) {
    if (one.values) tensors.push(new ort.Tensor('float32', one.values, [1, ...inputShape(input)]));
  }
  const whole = async (file: string): Promise<void> => {
    const found = await scanOf(file);
    // Another time makes it another file to the feeder, which keeps the scan that it read last.
    const now = Date.now() / 1000;
    for (const one of found.files.slice(0, 1)) utimesSync(one, now, now);
    const scan = await feeder.open(found, input, {
      signal: new AbortController().signal,
      collect: manifest,
    });
    await segmentFeed(scan, model, { threshold: manifest.threshold });
    await scan.finished;
  };
  const costs = await raceCosts(ROUNDS, {
    bare: async () => {
      for (const tensor of tensors) await session.run({ [input.name]: tensor }, names);
    },
    nifti: () => whole(scans.nifti[34]),
    series: () => whole(scans.dicom[34]),
  });
  await session.release();
  const on = `${threads} of ${cores} threads`;
  report({ name: `bare session, ${tensors.length} slices, ${on}`, value: costs.bare.clock, unit: 'ms' });
  report({ name: `bare session, ${on}, processor time`, value: costs.bare.processor, unit: 'ms' });
  for (const [name, title] of [
    ['nifti', 'NIfTI gz file to mask'],
    ['series', 'DICOM series to mask'],
  ] as const) {
    const { clock, processor } = costs[name];
    const aim = threads === usualThreads() ? { most: 1.1 } : {};
    report({ name: `${title}, ${on}, ratio`, value: clock / costs.bare.clock, unit: '', ...aim });
    report({ name: `${title}, ${on}, processor time, ratio`, value: processor / costs.bare.processor, unit: '' });
  }
}
