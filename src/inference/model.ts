/** Models from disk: manifest and network, checked against each other, kept between requests. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ModelManifest, parseManifest } from '../core/model/manifest';
import { ScanError } from '../core/volume';
import type { EngineParams } from '../protocol/inference';
import { checkGraph } from './check-graph';
import { openLocal } from './session/local';
import type { Network } from './session/network';

export interface LoadedModel {
  readonly manifest: ModelManifest;
  readonly network: Network;
}

export interface LoadOptions extends Omit<EngineParams, 'model'> {
  /** Is awaited before a provider is given work that may end the process. */
  readonly onProvider?: (provider: string) => Promise<void>;
}

/** More threads than this gain nothing on one slice and take the cores from the editor. */
const MOST_THREADS = 8;

/** The model that ran last: people run one model on many scans. */
let kept: { readonly key: string; readonly model: LoadedModel } | undefined;

/**
 * Loads the model of a folder. Throws ScanError that names the manifest and the field, or the
 * network's file.
 */
export async function loadModel(folder: string, options: LoadOptions): Promise<LoadedModel> {
  const { providers, threads, crashed, onProvider } = options;
  const manifestFile = path.join(folder, 'model.json');
  const text = await fs.readFile(manifestFile, 'utf8').catch(() => {
    throw new ScanError(folder, 'the folder holds no model.json that can be read.', 'Name the folder of a model.');
  });
  const manifest = parseManifest(text, manifestFile);
  const file = path.join(folder, manifest.file);
  const bytes = await fs.readFile(file).catch(() => {
    throw new ScanError(file, 'the network named by "file" cannot be read.', 'Install the model again.');
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== manifest.sha256) {
    throw new ScanError(
      file,
      `its SHA-256 is ${sha256}, but "sha256" in model.json is ${manifest.sha256}.`,
      'Install the model again, or correct the manifest if you changed the network.',
    );
  }
  const key = JSON.stringify([text, providers, threads, crashed]);
  if (kept?.key === key) return kept.model;
  await kept?.model.network.release();
  kept = undefined;
  const network = await openLocal(bytes, file, {
    providers,
    threads: threads ?? Math.min(MOST_THREADS, os.availableParallelism()),
    crashed,
    onProvider,
  });
  checkGraph(network, manifest, manifestFile);
  const model = { manifest, network };
  kept = { key, model };
  return model;
}
