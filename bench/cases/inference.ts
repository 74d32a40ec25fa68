/** Segmentation end to end beside a bare onnxruntime session on the same inputs with the same threads, in one process. */
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { axialSlice, axialView } from '../../src/core/model/axial';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
import { frameOf } from '../../src/core/model/frame';
import { fillInput, inputLength } from '../../src/core/model/preprocess';
import { loadModel } from '../../src/inference/model';
import { segment } from '../../src/inference/segment';
import { loadScan } from '../../src/node/load-scan';
import { findScans } from '../../src/node/scan-files';
import { race, report } from '../lib/report';
import { benchScans } from '../lib/scans';

const ROUNDS = 7;
const bundle = fileURLToPath(new URL('.', import.meta.url));
const model = await loadModel(inRoot('models', DEFAULT_MODELS.segmentation), { providers: ['cpu'] });
const { input, file } = model.manifest;
const session = await ort.InferenceSession.create(inRoot('models', DEFAULT_MODELS.segmentation, file), {
  graphOptimizationLevel: 'all',
  intraOpNumThreads: Math.min(8, os.availableParallelism()),
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});

async function load(file: string): ReturnType<typeof loadScan> {
  const [scan] = (await findScans(file)).scans;
  if (!scan) throw new Error(`${file} is no scan.`);
  return loadScan(scan, { bundle });
}

const volume = await load(benchScans().nifti[34]);
const view = axialView(volume);
const tensors: ort.Tensor[] = [];
for (let n = 0; n < view.depth; n++) {
  const picture = axialSlice(volume, view, n);
  const frame = frameOf(picture, view.width, view.height, view.spacing, input.framing);
  if (!frame) continue;
  const values = new Float32Array(inputLength(input));
  fillInput(input, () => picture, view.width, view.height, frame, values);
  tensors.push(new ort.Tensor('float32', values, [1, input.channels.length, input.height, input.width]));
}

const bare = async (): Promise<void> => {
  for (const tensor of tensors) await session.run({ [input.name]: tensor });
};
const options = { threshold: 0.5, checkpoint: () => {} };
const times = await race(ROUNDS, {
  bare,
  segment: () => segment(volume, model, options),
  whole: async () => segment(await load(benchScans().nifti[34]), model, options),
  series: async () => segment(await load(benchScans().dicom[34]), model, options),
});
report({
  name: `bare session, ${tensors.length} slices, ${os.availableParallelism()} threads`,
  value: times.bare,
  unit: 'ms',
});
report({ name: 'segmentation of a decoded scan, ratio', value: times.segment / times.bare, unit: '' });
report({ name: 'NIfTI gz file to mask, ratio', value: times.whole / times.bare, unit: '', most: 1.1 });
report({ name: 'DICOM series to mask, ratio', value: times.series / times.bare, unit: '', most: 1.1 });
