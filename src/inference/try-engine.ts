import { inputLength, inputShape, requiredOutputs } from '../core/model/manifest';
import type { EngineParams, EngineTrial } from '../protocol/inference';
import { loadModel } from './model';

/**
 * Runs a model once on zeros. Throws as `loadModel` and `Network.run` do.
 * @param onProvider Is awaited before a provider is given work that may end the process.
 */
export async function tryEngine(
  params: EngineParams,
  signal: AbortSignal,
  onProvider: (provider: string) => Promise<void>,
): Promise<EngineTrial> {
  const { manifest, network } = await loadModel(params.model, { ...params, signal, onProvider });
  const dims = [1, ...inputShape(manifest.input)];
  const data = new Float32Array(inputLength(manifest.input));
  const outputs = [...new Set(requiredOutputs(manifest).map(({ name }) => name))];
  const start = performance.now();
  await network.run({ [manifest.input.name]: { type: 'float32', dims, data } }, outputs, signal);
  const milliseconds = performance.now() - start;
  return { model: { name: manifest.name, provider: network.provider }, attempts: network.attempts, milliseconds };
}
