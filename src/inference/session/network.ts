/** A network that is ready to run, wherever it runs: in this process by ONNX Runtime, or on a server. */
import type { EngineAttempt } from '../../protocol/inference';

/** A dense tensor, the last dimension fastest. */
export interface TensorValue {
  readonly type: 'float32';
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** What a network says of one of its inputs or outputs. */
export interface TensorMetadata {
  readonly name: string;
  /** Element type in ONNX Runtime's words, e.g. "float32"; "" for what is no tensor. */
  readonly type: string;
  /** Lengths; a name, or "" where it has none, for one that is open. */
  readonly shape: readonly (number | string)[];
}

export interface Network {
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** Execution provider that runs it, or "remote". It changes when a provider fails while it runs. */
  readonly provider: string;
  /** What was tried and not used, or used in part only, and why, in the order of trying. */
  readonly attempts: readonly EngineAttempt[];
  /**
   * Runs the network once.
   * @param input Tensors by the names of the inputs.
   * @param outputs Names of the outputs to compute.
   * @param signal Ends a remote run at once, a local one before it starts.
   * Throws ScanError when it cannot be run, and the signal's reason when aborted.
   */
  run(
    input: Readonly<Record<string, TensorValue>>,
    outputs: readonly string[],
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, TensorValue>>>;
  release(): Promise<void>;
}
