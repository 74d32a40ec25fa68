/** Models from disk: manifest and network, checked against each other, kept between requests. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ModelManifest, parseManifest } from '../core/model/manifest';
import { ScanError } from '../core/volume';
import type { EngineParams } from '../protocol/inference';
import { checkGraph } from './check-graph';
import { openRemote } from './remote/remote';
import { requireSelfContained } from './self-contained';
import { openLocal } from './session/local';
import type { Network } from './session/network';

export interface LoadedModel {
  readonly manifest: ModelManifest;
  readonly network: Network;
}

export interface LoadOptions extends Omit<EngineParams, 'model'> {
  /** Is awaited before a provider is given work that may end the process. */
  readonly onProvider?: (provider: string) => Promise<void>;
  /** Ends what is asked of a server. */
  readonly signal?: AbortSignal;
}

/** More threads than this gain nothing on one slice. */
const MOST_THREADS = 8;

/**
 * Threads for a network on this computer: all cores but one, which decodes the scan, makes inputs and
 * collects outputs meanwhile, and keeps the editor going. Measured on two cores that had nothing else
 * to do, 34 slices from file to mask: 500 ms with one thread (the network alone 470 ms), 460 ms with
 * two (the network alone 290 ms), which leave no time to anything else.
 */
export function usualThreads(): number {
  return Math.min(MOST_THREADS, Math.max(1, os.availableParallelism() - 1));
}

/** Bytes. What protocol buffers, of which ONNX files are made, allow; and far more than any manifest has. */
const [LARGEST_NETWORK, LARGEST_MANIFEST] = [2 ** 31, 2 ** 20];

/** The model that ran last: people run one model on many scans. */
let kept: { readonly key: string; readonly model: LoadedModel } | undefined;

/**
 * Loads the model of a folder. Throws ScanError that names the manifest and the field, or the
 * network's file.
 */
export async function loadModel(folder: string, options: LoadOptions): Promise<LoadedModel> {
  const { providers, threads, crashed, remote } = options;
  const manifestFile = path.join(folder, 'model.json');
  const text = await readManifest(folder, manifestFile);
  const manifest = parseManifest(text, manifestFile);
  const file = path.join(folder, manifest.file);
  // A network that runs on a server need not be here.
  const state = remote ? '' : await stateOf(file);
  const key = JSON.stringify([folder, text, state, providers, threads, crashed, remote]);
  if (kept?.key === key) return kept.model;
  const bytes = remote ? new Uint8Array() : await readNetwork(file, manifest.sha256);
  await kept?.model.network.release();
  kept = undefined;
  const network = remote
    ? await openRemote(remote, manifest.name, options.signal)
    : await openLocal(bytes, file, {
        providers,
        threads: threads ?? usualThreads(),
        crashed,
        onProvider: options.onProvider,
      });
  try {
    // A server need not describe its models.
    const isDescribed = network.inputs.length > 0 && network.outputs.length > 0;
    if (!remote || isDescribed) checkGraph(network, manifest, manifestFile, remote && `the network on ${remote.url}`);
  } catch (error) {
    await network.release();
    throw error;
  }
  const model = { manifest, network };
  kept = { key, model };
  return model;
}

async function readManifest(folder: string, file: string): Promise<string> {
  const stat = await fs.stat(file).catch(() => undefined);
  if (stat && stat.size > LARGEST_MANIFEST) {
    throw new ScanError(file, `it has ${stat.size} bytes, which no manifest needs.`, 'Install the model again.');
  }
  return fs.readFile(file, 'utf8').catch(() => {
    throw new ScanError(folder, 'the folder holds no model.json that can be read.', 'Name the folder of a model.');
  });
}

/** What changes when a network's file does. Throws ScanError where there is none, or one that is too large. */
async function stateOf(file: string): Promise<string> {
  const stat = await fs.stat(file, { bigint: true }).catch(() => undefined);
  if (!stat?.isFile()) {
    throw new ScanError(file, 'the network named by "file" cannot be read.', 'Install the model again.');
  }
  if (stat.size > LARGEST_NETWORK) {
    const size = (Number(stat.size) / 1e9).toFixed(1);
    throw new ScanError(file, `it has ${size} GB; networks of more than 2 GB are not run.`, 'Choose a smaller one.');
  }
  return `${stat.size} ${stat.mtimeNs} ${stat.ino}`;
}

/** Throws ScanError where there is no network, or another one than the manifest's. */
async function readNetwork(file: string, expected: string): Promise<Uint8Array> {
  const bytes = await fs.readFile(file).catch(() => {
    throw new ScanError(file, 'the network named by "file" cannot be read.', 'Install the model again.');
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === expected) {
    requireSelfContained(bytes, file);
    return bytes;
  }
  throw new ScanError(
    file,
    `its SHA-256 is ${sha256}, but "sha256" in model.json is ${expected}.`,
    'Install the model again, or correct the manifest if you changed the network.',
  );
}
