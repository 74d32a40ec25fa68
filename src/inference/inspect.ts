/** Looking into a network that has no manifest yet. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { describeOutput, type GraphTrial, spanOf, type TrialOutput, trialShape } from '../core/model/graph';
import { readOnnxHeader } from '../core/model/onnx-header';
import { random } from '../core/phantom/random';
import { ScanError } from '../core/volume';
import type { Inspection } from '../protocol/inspect';
import { requireSelfContained } from './self-contained';
import { openLocal } from './session/local';
import type { Network } from './session/network';

/** What protocol buffers, of which ONNX files are made, allow. Bytes. */
const LARGEST = 2 ** 31;

/** A picture or two are quick enough. */
const TRIAL_THREADS = 2;

/**
 * Opens a network, says what is in it and tries it, all on the CPU, which every network can use.
 * Throws ScanError for what is no network that can be opened; a run that fails is part of the answer.
 */
export async function inspectModel(file: string, signal: AbortSignal): Promise<Inspection> {
  const stat = await fs.stat(file).catch(() => undefined);
  if (!stat?.isFile()) {
    throw new ScanError(file, 'there is no such file.', 'Choose the .onnx file of a network.');
  }
  if (stat.size > LARGEST) {
    const size = (stat.size / 1e9).toFixed(1);
    throw new ScanError(file, `it has ${size} GB; networks of more than 2 GB are not run.`, 'Choose a smaller one.');
  }
  const bytes = await fs.readFile(file);
  signal.throwIfAborted();
  requireSelfContained(bytes, path.basename(file));
  const network = await openLocal(bytes, path.basename(file), { providers: ['cpu'], threads: TRIAL_THREADS });
  try {
    const { inputs, outputs } = network;
    return {
      graph: { inputs, outputs, file: readOnnxHeader(bytes), trial: await tryOut(network, signal) },
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    };
  } finally {
    await network.release();
  }
}

async function tryOut(network: Network, signal: AbortSignal): Promise<GraphTrial> {
  const [input, another] = network.inputs;
  if (!input || another) return { problem: 'It was not tried, since it has not exactly one input.' };
  if (input.type !== 'float32') return { problem: `It was not tried, since its input is of type ${input.type}.` };
  const dims = trialShape(input);
  if (!dims) return { problem: 'It was not tried, since its input is no picture, or too large.' };
  const next = random(1);
  const noise = Float32Array.from(
    { length: dims.reduce((product, length) => product * length, 1) },
    () => 2 + 8 * next(),
  );
  const negative = noise.map((value) => -value);
  try {
    const names = network.outputs.filter(({ type }) => type === 'float32').map(({ name }) => name);
    const run = async (data: Float32Array): Promise<TrialOutput[]> => {
      const results = await network.run({ [input.name]: { type: 'float32', dims, data } }, names, signal);
      return Object.entries(results).map(([name, tensor]) => describeOutput(name, tensor.dims, tensor.data));
    };
    const first = await run(noise);
    // Large patches take seconds: what the first run has told is not asked for again.
    if (first.every(({ minimum, maximum }) => minimum < 0 || maximum > 1)) return { outputs: first };
    const second = await run(negative);
    return { outputs: first.map((output, n) => spanOf(output, second[n] ?? output)) };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: error instanceof ScanError ? error.problem : String(error) };
  }
}
