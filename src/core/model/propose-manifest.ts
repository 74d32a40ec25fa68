/**
 * A manifest for a network that has none: what follows from its graph, what is a guess, and what only
 * people can know. `proposalOf` reads the graph, `manifestOf` writes what it and the answers say.
 */
import type { Subtype } from '../annotation/subtype';
import { ScanError } from '../volume';
import type { ModelTask } from './default-models';
import type { GraphDescription, TensorDescription, TrialOutput } from './graph';
import { MANIFEST_VERSION } from './manifest';
import type { Activation } from './manifest-outputs';

export interface Proposal {
  readonly input: ProposedInput;
  /** What the outputs may mean, the likeliest first; at least one. */
  readonly meanings: readonly Meaning[];
}

export interface ProposedInput {
  readonly name: string;
  readonly layout: 'NCHW' | 'NCDHW';
  readonly channels: number;
  /** Depth (patches only), height and width. */
  readonly size: readonly number[];
  /** Which of these lengths the graph leaves open, so that they are guesses. */
  readonly open: readonly boolean[];
}

/** One output for [pictures, labels], one for blood, blood and its subtype, or a plane per class. */
export type Meaning =
  | { readonly kind: 'slice' | 'blood' | 'classes'; readonly output: ProposedOutput }
  | { readonly kind: 'typed'; readonly output: ProposedOutput; readonly subtype: ProposedOutput };

export interface ProposedOutput {
  readonly name: string;
  /** Length of its second axis. */
  readonly planes: number;
  readonly activation: Activation;
}

/** What people say of a network. */
export interface Answers {
  readonly name: string;
  readonly title: string;
  readonly meaning: Meaning;
  /** Of the planes of `meaning.output`, or of `meaning.subtype`. Empty for blood alone. */
  readonly labels: readonly string[];
  /** What blood is taken for, where no label names a subtype. */
  readonly bloodSubtype: Subtype;
  readonly channels: readonly ProposedChannel[];
  /** Depth (patches only), height and width. */
  readonly size: readonly number[];
  /** mm, patches only. */
  readonly spacing: readonly number[];
  readonly license: { readonly name: string; readonly use: 'any' | 'non-commercial' };
}

export interface ProposedChannel {
  readonly slice?: number;
  readonly window: { readonly center: number; readonly width: number };
  readonly mean: number;
  readonly deviation: number;
}

/** More planes than this are no labels of hemorrhage. */
const MOST_PLANES = 64;

export const taskOf = ({ kind }: Meaning): ModelTask => (kind === 'slice' ? 'classification' : 'segmentation');

/**
 * What a network may be. Throws ScanError that says what of the graph no manifest can describe.
 * @param file Name of the network for messages.
 */
export function proposalOf(graph: GraphDescription, file: string): Proposal {
  const refuse = (problem: string, remedy: string): never => {
    throw new ScanError(file, problem, remedy);
  };
  const [tensor, another] = graph.inputs;
  if (!tensor || another) {
    const names = graph.inputs.map(({ name }) => `"${name}"`).join(', ') || 'none';
    return refuse(`its network has the inputs ${names}.`, 'Export one with a single input for the pictures.');
  }
  if (tensor.type !== 'float32') {
    return refuse(`its input "${tensor.name}" is of type ${tensor.type}.`, 'Export the network with float32.');
  }
  if ('problem' in graph.trial) {
    return refuse(
      `its network did not run on a trial input. ${graph.trial.problem}`,
      'Export it anew, or write its model.json by hand.',
    );
  }
  const input = inputOf(tensor);
  if (!input) {
    return refuse(
      `its input "${tensor.name}" has the shape ${shapeText(tensor)}.`,
      'Export one with [pictures, channels, height, width] or [1, channels, depth, height, width].',
    );
  }
  const meanings = meaningsOf(input, graph.trial.outputs);
  if (meanings.length > 0) return { input, meanings };
  const found = graph.trial.outputs.map(({ name, dims }) => `"${name}" [${dims.join(', ')}]`).join(', ');
  return refuse(
    `none of its outputs (${found || 'none of float32'}) is [pictures, labels], or has planes of pictures or patches.`,
    'Export the network with such an output.',
  );
}

function inputOf(tensor: TensorDescription): ProposedInput | undefined {
  const { name, shape } = tensor;
  const [, channels, ...sides] = shape;
  if (sides.length !== 2 && sides.length !== 3) return undefined;
  const isOpen = (length: number | string | undefined): boolean => typeof length !== 'number' || length <= 0;
  // A graph that also leaves the channels open most often comes from a network for color pictures.
  const count = typeof channels === 'number' && channels > 0 ? channels : sides.length === 2 ? 3 : 1;
  const usual = sides.length === 2 ? [224, 224] : [32, 96, 96];
  return {
    name,
    layout: sides.length === 2 ? 'NCHW' : 'NCDHW',
    channels: count,
    size: sides.map((length, axis) => (typeof length === 'number' && length > 0 ? length : (usual[axis] ?? 0))),
    open: sides.map(isOpen),
  };
}

function meaningsOf({ layout }: ProposedInput, outputs: readonly TrialOutput[]): Meaning[] {
  const rank = layout === 'NCHW' ? 4 : 5;
  const usable = outputs.filter(({ dims }) => (dims[1] ?? 0) >= 1 && (dims[1] ?? 0) <= MOST_PLANES);
  const maps = usable.filter(({ dims }) => dims.length === rank).map(proposedOutput);
  const lists = layout === 'NCHW' ? usable.filter(({ dims }) => dims.length === 2).map(asLabels) : [];
  const single = maps.filter(({ planes }) => planes === 1);
  const several = maps.filter(({ planes }) => planes > 1);
  const [blood, subtype] = [single[0], several.find(({ planes }) => planes <= 5)];
  return [
    ...(blood && subtype ? [{ kind: 'typed' as const, output: blood, subtype: asSubtype(subtype) }] : []),
    ...several.map((output) => ({ kind: 'classes' as const, output })),
    ...single.map((output) => ({ kind: 'blood' as const, output })),
    ...lists.map((output) => ({ kind: 'slice' as const, output })),
  ];
}

/** Slices mostly have any number of subtypes at once, so that more than two labels are one sigmoid each. */
function asLabels(output: TrialOutput): ProposedOutput {
  const proposed = proposedOutput(output);
  const exclusive = proposed.planes <= 2;
  return proposed.activation === 'softmax' && !exclusive ? { ...proposed, activation: 'sigmoid' } : proposed;
}

/** Planes of subtypes are a softmax, or probabilities already. */
function asSubtype(output: ProposedOutput): ProposedOutput {
  return output.activation === 'sigmoid' ? { ...output, activation: 'softmax' } : output;
}

function proposedOutput(output: TrialOutput): ProposedOutput {
  const planes = output.dims[1] ?? 1;
  return { name: output.name, planes, activation: activationOf(output, planes) };
}

/** Values that leave 0..1 are logits: of one plane a sigmoid's, of several most often a softmax's. */
function activationOf({ minimum, maximum, sums }: TrialOutput, planes: number): Activation {
  const rounding = 1e-3;
  const inRange = minimum >= -rounding && maximum <= 1 + rounding;
  if (planes === 1) return inRange ? 'none' : 'sigmoid';
  const isSoftmax = inRange && sums.every((sum) => Math.abs(sum - 1) < rounding);
  return isSoftmax || inRange ? 'none' : 'softmax';
}

/** The manifest, field by field in the order of docs/models.md, as JSON for people to go on with. */
export function manifestOf(
  { input }: Proposal,
  answers: Answers,
  graph: GraphDescription,
  network: { readonly name: string; readonly sha256: string },
): object {
  const { meaning, size, license } = answers;
  const sides = input.layout === 'NCDHW' ? ['depth', 'height', 'width'] : ['height', 'width'];
  return {
    format: 'hemorica-model',
    formatVersion: MANIFEST_VERSION,
    name: answers.name,
    title: answers.title,
    version: '1.0.0',
    task: taskOf(meaning),
    file: 'model.onnx',
    sha256: network.sha256,
    input: {
      name: input.name,
      layout: input.layout,
      orientation: 'axial-radiological',
      ...Object.fromEntries(sides.map((side, axis) => [side, size[axis]])),
      ...(input.layout === 'NCDHW' && { spacing: answers.spacing, overlap: 0.25, blending: 'gaussian' }),
      channels: answers.channels,
      framing: { kind: 'whole' },
      resampling: 'linear-antialiased',
    },
    outputs: outputsOf(answers),
    threshold: 0.5,
    ...(taskOf(meaning) === 'segmentation' && { postprocessing: { minimumVolume: 0.02 } }),
    license: {
      name: license.name,
      attribution: graph.file.metadata.author || `Added from ${network.name}.`,
      use: license.use,
    },
    provenance: provenanceOf(graph, network.name),
  };
}

function outputsOf({ meaning, labels, bloodSubtype }: Answers): object {
  const { name, activation } = meaning.output;
  switch (meaning.kind) {
    case 'slice':
      return { slice: { name, activation, labels }, patient: { kind: 'max' } };
    case 'blood':
      return { blood: { name, activation, subtype: bloodSubtype } };
    case 'typed': {
      const { subtype } = meaning;
      return {
        blood: { name, activation },
        subtype: { name: subtype.name, activation: subtype.activation, labels },
      };
    }
    case 'classes': {
      const untyped = labels.every((label) => label === 'any' || label === 'background');
      return { classes: { name, activation, labels, ...(untyped && { subtype: bloodSubtype }) } };
    }
  }
}

function provenanceOf({ file }: GraphDescription, network: string): string {
  const made = [file.producer, file.opset === undefined ? undefined : `opset ${file.opset}`].filter(Boolean).join(', ');
  const said = file.description?.trim() ?? '';
  return [
    `Added from ${network}${made ? ` (${made})` : ''}; what it was trained on is not stated.`,
    ...(said === '' ? [] : [said]),
    'For research only, not a medical device.',
  ].join(' ');
}

/** A shape as people read it; open lengths by their names. */
export function shapeText({ shape }: Pick<TensorDescription, 'shape'>): string {
  return `[${shape.map((length) => (length === '' ? '?' : length)).join(', ')}]`;
}
