/** Models from disk: manifest and network, checked against each other, kept between requests. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { type ModelManifest, parseManifest } from '../core/model/manifest';
import { ScanError } from '../core/volume';

export interface LoadedModel {
  readonly manifest: ModelManifest;
  readonly session: ort.InferenceSession;
  /** Execution provider that runs it. */
  readonly provider: string;
}

/** More threads than this gain nothing on one slice and take the cores from the editor. */
const MOST_THREADS = 8;

/** The model that ran last: people run one model on many scans. */
let kept: { readonly key: string; readonly model: LoadedModel } | undefined;

/**
 * Loads the model of a folder. Throws ScanError that names the manifest and the field, or the
 * network's file.
 * @param providers Execution providers to try in order.
 * @param threads Threads for one slice.
 */
export async function loadModel(
  folder: string,
  providers: readonly string[],
  threads = Math.min(MOST_THREADS, os.availableParallelism()),
): Promise<LoadedModel> {
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
  const key = JSON.stringify([text, providers, threads]);
  if (kept?.key === key) return kept.model;
  await kept?.model.session.release();
  kept = undefined;
  const { session, provider } = await createSession(bytes, file, providers, threads);
  checkGraph(session, manifest, manifestFile);
  const model = { manifest, session, provider };
  kept = { key, model };
  return model;
}

async function createSession(
  bytes: Uint8Array,
  file: string,
  providers: readonly string[],
  threads: number,
): Promise<{ session: ort.InferenceSession; provider: string }> {
  const reasons: string[] = [];
  for (const provider of providers) {
    try {
      // From memory: a network read from a path may name other files of the disk as its weights.
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        logSeverityLevel: 3,
        // Threads that wait by spinning take the cores from the thread that prepares the next slice, and from
        // the editor: on a busy machine with two cores a scan took 1.9 s with spinning and 1.1 s without.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      return { session, provider };
    } catch (error) {
      reasons.push(`${provider}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new ScanError(
    file,
    `the network cannot be loaded (${reasons.join('; ') || 'no execution provider was named'}).`,
    'Install the model again, or choose other execution providers.',
  );
}

/** Compares what the graph says of itself with the manifest. */
function checkGraph(session: ort.InferenceSession, { input, outputs }: ModelManifest, manifestFile: string): void {
  const wrong = (field: string, value: string, found: string): never => {
    throw new ScanError(manifestFile, `"${field}" is ${value}, but the network has ${found}.`, 'Correct the manifest.');
  };
  const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
  if (!session.inputNames.includes(input.name) || session.inputNames.length !== 1) {
    wrong('input.name', `"${input.name}"`, `the inputs ${quoted(session.inputNames)}`);
  }
  for (const [field, { name }] of Object.entries(outputs)) {
    if (!session.outputNames.includes(name)) {
      wrong(`outputs.${field}.name`, `"${name}"`, `the outputs ${quoted(session.outputNames)}`);
    }
  }
  const [metadata] = session.inputMetadata;
  if (!metadata?.isTensor) return;
  if (metadata.type !== 'float32') wrong('input.name', `"${input.name}"`, `an input of type ${metadata.type} there`);
  const expected = [undefined, input.channels.length, input.height, input.width];
  const fits =
    metadata.shape.length === expected.length &&
    metadata.shape.every(
      (length, n) => expected[n] === undefined || typeof length === 'string' || length === expected[n],
    );
  if (!fits) {
    const manifestShape = `${input.channels.length} x ${input.height} x ${input.width}`;
    wrong('input', `of ${manifestShape}`, `an input of the shape [${metadata.shape.join(', ')}]`);
  }
}
