/** What runs models, as the command line is told. */
import os from 'node:os';
import path from 'node:path';
import type { Argv } from 'yargs';
import { cudaFolder } from '../node/cuda-folder';
import type { Engine, EngineRun } from '../node/inference-client';
import { parseEndpoint } from '../node/remote-endpoint';
import { complain } from './output';
import { INFERENCE } from './place';

export interface EngineArguments {
  readonly providers: string;
  readonly threads: number | undefined;
  readonly cuda: string | undefined;
  readonly remote: string | undefined;
  readonly 'remote-model': string | undefined;
  readonly 'remote-timeout': number;
}

/** Environment variables that stand in for options. */
const PROVIDERS_VARIABLE = 'HEMORICA_PROVIDERS';
const CUDA_VARIABLE = 'HEMORICA_CUDA_FOLDER';
const TOKEN_VARIABLE = 'HEMORICA_REMOTE_TOKEN';

const PROVIDERS = ['auto', 'cuda', 'dml', 'coreml', 'webgpu', 'cpu'];

/** Adds the options to a command's own. */
export function engineOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('providers', {
      type: 'string',
      default: process.env[PROVIDERS_VARIABLE] ?? 'auto',
      defaultDescription: `"auto", or ${PROVIDERS_VARIABLE}`,
      requiresArg: true,
      describe: `What runs the model, tried in order, with commas between: ${PROVIDERS.join(', ')}`,
    })
    .option('threads', { type: 'number', requiresArg: true, describe: 'Threads for the model on the CPU' })
    .option('cuda', {
      type: 'string',
      requiresArg: true,
      describe: `Folder with CUDA's libraries; also from ${CUDA_VARIABLE}`,
    })
    .option('remote', {
      type: 'string',
      requiresArg: true,
      describe: `Address of a server of the Open Inference Protocol that runs the model: pictures of the scans go there. A token for it comes from ${TOKEN_VARIABLE}`,
    })
    .option('remote-model', {
      type: 'string',
      requiresArg: true,
      describe: "The model's name there, or name/version; default: its name here",
    })
    .option('remote-timeout', {
      type: 'number',
      default: 60,
      requiresArg: true,
      describe: 'Seconds that the server has for one answer, up to 100',
    })
    .check(({ providers, threads, remote, 'remote-timeout': timeout }) => {
      providerList(providers);
      if (threads !== undefined && !(Number.isInteger(threads) && threads > 0 && threads <= 256)) {
        throw new Error('--threads must be a whole number from 1 to 256.');
      }
      if (!(timeout > 0 && timeout <= 100)) throw new Error('--remote-timeout must be a number above 0, up to 100.');
      if (remote !== undefined) endpointOf(remote);
      return true;
    });
}

/** How a request names what is to run the model. */
export function engineParams({ providers, threads }: Pick<EngineArguments, 'providers' | 'threads'>): {
  readonly providers: readonly string[];
  readonly threads?: number;
} {
  return { providers: providerList(providers), ...(threads !== undefined && { threads }) };
}

/** The engine for a model. Throws Error where the folder for CUDA cannot be read. */
export async function engineOf(options: EngineArguments, model: string): Promise<Engine> {
  const { remote, 'remote-model': name, 'remote-timeout': timeoutSeconds } = options;
  if (remote !== undefined) {
    const token = process.env[TOKEN_VARIABLE];
    return {
      remote: {
        url: endpointOf(remote),
        timeoutSeconds,
        ...(name !== undefined && { models: { [model]: name } }),
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      },
    };
  }
  const folder = options.cuda ?? process.env[CUDA_VARIABLE] ?? '';
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'hemorica');
  const { env, missing } = await cudaFolder(folder === '' ? '' : path.resolve(folder), INFERENCE, cache);
  if (missing.length > 0) complain(`${folder}: ${missing.join(', ')} not found there.`);
  return { env };
}

/** Says what ran a model and what did not, once for all scans of which the same is true. */
export function engineReporter(): (run: EngineRun) => void {
  let last = '';
  return ({ model, provider, attempts }) => {
    const others = attempts.map((attempt) => `${attempt.provider}: ${attempt.problem}`).join(' ');
    const line = `${model} ran on ${provider}.${others === '' ? '' : ` ${others}`}`;
    if (line !== last && attempts.length > 0) complain(line);
    last = line;
  };
}

function providerList(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  const unknown = list.find((name) => !PROVIDERS.includes(name));
  if (unknown === undefined) return list;
  throw new Error(`--providers: "${unknown}" is none of ${PROVIDERS.join(', ')}.`);
}

function endpointOf(text: string): string {
  try {
    return parseEndpoint(text);
  } catch (error) {
    throw new Error(`--remote ${error instanceof Error ? error.message : String(error)}`);
  }
}
