/** Networks that a server of the Open Inference Protocol, version 2, runs. */
import { ScanError } from '../../core/volume';
import type { RemoteEndpoint } from '../../protocol/inference';
import type { Network, TensorMetadata, TensorValue } from '../session/network';
import { type Answer, ask, refusal } from './http';
import { joined, pictures, split } from './split';
import { decodeAnswer, encodeRequest, fieldsOf, JSON_LENGTH, ProtocolError, parseObject } from './tensors';

/** Extension of the protocol by which tensors travel as bytes. */
const BINARY = 'binary_tensor_data';

/**
 * A network on a server, after asking whether the server and the model are ready. Throws ScanError that names the
 * endpoint, and the signal's reason when aborted.
 * @param name The model's name here; the endpoint may have another for it.
 */
export async function openRemote(endpoint: RemoteEndpoint, name: string, signal?: AbortSignal): Promise<Network> {
  const place = modelPlace(endpoint, name);
  for (const [state, health] of [
    ['live', 'v2/health/live'],
    ['ready', 'v2/health/ready'],
  ] as const) {
    const answer = await ask(endpoint, health, { signal });
    if (answer.status === 404) {
      throw new ScanError(
        endpoint.url,
        `it is no server of the Open Inference Protocol, version 2 (HTTP 404 for ${health}).`,
        'Check its address in "hemorica.inference.remote.endpoint": what comes before "/v2".',
      );
    }
    if (answer.status !== 200) throw refusal(endpoint, answer, `whether it is ${state}`);
  }
  const server = await ask(endpoint, 'v2', { signal });
  const binary = server.status === 200 && takesBytes(described(endpoint, server));
  const metadata = await ask(endpoint, place.path, { signal });
  // Servers differ in how they say that they have no such model.
  if (metadata.status === 404 || metadata.status === 400) throw unknownModel(endpoint, place, metadata);
  if (metadata.status !== 200) throw refusal(endpoint, metadata, `for its model ${place.shown}`);
  const ready = await ask(endpoint, `${place.path}/ready`, { signal });
  if (ready.status !== 200) throw refusal(endpoint, ready, `whether its model ${place.shown} is ready`);
  const { inputs, outputs } = described(endpoint, metadata);
  return new RemoteNetwork(endpoint, place, binary, tensors(inputs), tensors(outputs));
}

type Tensors = Readonly<Record<string, TensorValue>>;

class RemoteNetwork implements Network {
  readonly provider = 'remote';
  readonly attempts = [];
  /** Most pictures that the server takes at once, as far as it has said so. */
  #most = Number.POSITIVE_INFINITY;

  constructor(
    private readonly endpoint: RemoteEndpoint,
    private readonly place: ModelPlace,
    private readonly binary: boolean,
    readonly inputs: readonly TensorMetadata[],
    readonly outputs: readonly TensorMetadata[],
  ) {}

  async run(input: Tensors, outputs: readonly string[], signal?: AbortSignal): Promise<Tensors> {
    const { endpoint, place } = this;
    const count = pictures(input);
    if (count > this.#most) {
      const parts: Tensors[] = [];
      for (const part of split(input, this.#most)) parts.push(await this.run(part, outputs, signal));
      return byProtocol(endpoint, () => joined(parts));
    }
    const request = encodeRequest(input, outputs, this.binary);
    const answer = await ask(endpoint, `${place.path}/infer`, { method: 'POST', ...request, signal });
    if (answer.status === 200) {
      return byProtocol(endpoint, () => decodeAnswer(answer.body, answer.headers.get(JSON_LENGTH), outputs));
    }
    if (answer.status === 404) throw unknownModel(endpoint, place, answer);
    const error = refusal(endpoint, answer, `to run its model ${place.shown}`);
    // Triton takes four at once unless its configuration says otherwise, which the protocol has no word for.
    if (answer.status !== 400 || count === 1 || !/batch/i.test(error.problem)) throw error;
    this.#most = Math.ceil(count / 2);
    return this.run(input, outputs, signal);
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whether a server has the extension. KServe has had it since 0.14 without announcing it, by its name alone. */
function takesBytes({ name, version, extensions }: Readonly<Record<string, unknown>>): boolean {
  if (Array.isArray(extensions) && extensions.includes(BINARY)) return true;
  const [, major, minor] = (typeof version === 'string' && /^(\d+)\.(\d+)\./.exec(version)) || [];
  return name === 'kserve' && (Number(major) > 0 || Number(minor) >= 14);
}

interface ModelPlace {
  /** Path of the model under the endpoint. */
  readonly path: string;
  /** For messages. */
  readonly shown: string;
}

/** Where a model is on a server: under its own name, or the one that the endpoint gives to it, "name" or "name/version". */
function modelPlace(endpoint: RemoteEndpoint, name: string): ModelPlace {
  const [model = name, version] = (endpoint.models?.[name] ?? name).split('/');
  const path = `v2/models/${encodeURIComponent(model)}`;
  return version === undefined || version === ''
    ? { path, shown: `"${model}"` }
    : { path: `${path}/versions/${encodeURIComponent(version)}`, shown: `"${model}", version ${version}` };
}

function unknownModel(endpoint: RemoteEndpoint, { shown }: ModelPlace, answer: Answer): ScanError {
  const { problem } = refusal(endpoint, answer, `for its model ${shown}`);
  return new ScanError(
    endpoint.url,
    `the server has no model ${shown}: ${problem}`,
    'Put the model there under this name, or say in "hemorica.inference.remote.models" what it is called there.',
  );
}

const described = (endpoint: RemoteEndpoint, { body }: Answer): Readonly<Record<string, unknown>> =>
  byProtocol(endpoint, () => parseObject(body));

function byProtocol<T>(endpoint: RemoteEndpoint, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const remedy = 'Check the model on the server, and that the address is that of the Open Inference Protocol.';
    throw new ScanError(endpoint.url, `the server ${error.message}`, remedy);
  }
}

const TYPES: Readonly<Record<string, string>> = { FP32: 'float32', FP16: 'float16', FP64: 'float64' };

/** Inputs or outputs as a server describes them; none where it does not, which the protocol allows. */
function tensors(described: unknown): TensorMetadata[] {
  const list: readonly unknown[] = Array.isArray(described) ? described : [];
  return list.flatMap((one) => {
    const { name, datatype, shape } = fieldsOf(one);
    if (typeof name !== 'string') return [];
    const type = typeof datatype === 'string' ? (TYPES[datatype] ?? datatype.toLowerCase()) : '';
    const lengths: readonly unknown[] = Array.isArray(shape) ? shape : [];
    return [{ name, type, shape: lengths.map((length) => (typeof length === 'number' && length >= 0 ? length : '')) }];
  });
}
