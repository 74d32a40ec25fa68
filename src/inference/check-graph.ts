import { inputShape, type ModelManifest, requiredOutputs } from '../core/model/manifest';
import { ScanError } from '../core/volume';
import type { Network, TensorMetadata } from './session/network';

/** Most values of one output: 2^30 float32 are 4 GiB. A graph that states more is meant to use up the memory. */
const MOST_VALUES = 2 ** 30;

/** Compares what the graph says of itself with the manifest. Throws ScanError that names the field and what the graph has. @param place What it is called in messages. */
export function checkGraph(
  { inputs, outputs }: Pick<Network, 'inputs' | 'outputs'>,
  manifest: ModelManifest,
  manifestFile: string,
  place = 'the network',
): void {
  const { input } = manifest;
  const wrong = (field: string, value: string, found: string): ScanError =>
    new ScanError(manifestFile, `"${field}" is ${value}, but ${place} has ${found}.`, 'Correct the manifest.');
  const [given, ...others] = inputs;
  if (!given || others.length > 0 || given.name !== input.name) {
    throw wrong('input.name', `"${input.name}"`, `the inputs ${quoted(inputs)}`);
  }
  if (given.type !== 'float32') throw wrong('input.name', `"${input.name}"`, `an input of type ${given.type} there`);
  const shape = inputShape(input);
  if (!fits(given, [undefined, ...shape])) {
    throw wrong('input', `of ${shape.join(' x ')}`, `an input of the shape ${shapeOf(given)}`);
  }
  const maps = manifest.task === 'segmentation';
  for (const { field, name, planes } of requiredOutputs(manifest)) {
    const output = outputs.find((one) => one.name === name);
    if (!output) throw wrong(`${field}.name`, `"${name}"`, `the outputs ${quoted(outputs)}`);
    if (output.type !== 'float32') throw wrong(`${field}.name`, `"${name}"`, `an output of type ${output.type} there`);
    const sides = shape.slice(1).map(() => undefined);
    // A graph need not state its outputs' shapes; what it gives is checked when it runs.
    const isStated = output.shape.length > 0;
    if (isStated && !fits(output, [undefined, planes, ...(maps ? sides : [])])) {
      throw wrong(field, `of ${planes} ${maps ? 'planes' : 'labels'}`, `an output of the shape ${shapeOf(output)}`);
    }
    const values = output.shape.reduce<number>((product, n) => product * (typeof n === 'number' && n > 0 ? n : 1), 1);
    if (values > MOST_VALUES) {
      throw wrong(
        `${field}.name`,
        `"${name}"`,
        `an output of the shape ${shapeOf(output)} there, which is larger than 4 GiB`,
      );
    }
  }
}

/** Whether a stated shape may be the expected one; a length that either of them leaves open fits all. */
function fits({ shape }: TensorMetadata, expected: readonly (number | undefined)[]): boolean {
  return (
    shape.length === expected.length &&
    shape.every((length, n) => expected[n] === undefined || typeof length === 'string' || length === expected[n])
  );
}

const quoted = (tensors: readonly TensorMetadata[]): string => tensors.map(({ name }) => `"${name}"`).join(', ');

const shapeOf = ({ shape }: TensorMetadata): string => `[${shape.map((length) => length || '?').join(', ')}]`;
