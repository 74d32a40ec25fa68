/** The part of a manifest that says what the network's outputs mean. */
import { SUBTYPES, type Subtype } from '../annotation/subtype';
import { type PatientAggregation, SLICE_LABELS, type SliceMeaning } from './classify';
import type { Fields } from './json-fields';
import type { SubtypeOdds } from './thresholds';

/** How an output's numbers become probabilities. */
export type Activation = 'none' | 'sigmoid' | 'softmax';

/** The three ways in which a network says where blood is. Planes are along the channel axis of [pictures, planes, (depth,) height, width]. */
export type SegmentationOutputs = (TypedOutputs | BinaryOutputs | ClassOutputs) & {
  /** For subtypes with a threshold of their own: what brings their probabilities to where the common one holds. */
  readonly odds?: SubtypeOdds;
};

/** One output for blood, and one for the subtype of a voxel that is blood. */
export interface TypedOutputs {
  readonly kind: 'typed';
  readonly blood: BloodOutput;
  readonly subtype: {
    readonly name: string;
    readonly activation: 'none' | 'softmax';
    readonly labels: readonly Subtype[];
  };
}

/** One output for blood; all of it is taken for one subtype. */
export interface BinaryOutputs {
  readonly kind: 'binary';
  readonly blood: BloodOutput & { readonly subtype: Subtype };
}

/** One output with a plane per class. */
export interface ClassOutputs {
  readonly kind: 'classes';
  readonly classes: {
    readonly name: string;
    readonly activation: Activation;
    /** Of each plane. "any": blood of whatever subtype; "background": all that is no blood. */
    readonly labels: readonly VoxelLabel[];
    /** What blood is taken for where no plane tells subtypes apart. */
    readonly subtype?: Subtype;
  };
}

/** Probability of blood: one plane. */
export interface BloodOutput {
  readonly name: string;
  readonly activation: 'none' | 'sigmoid';
}

export type VoxelLabel = 'background' | 'any' | Subtype;
const VOXEL_LABELS: readonly VoxelLabel[] = ['background', 'any', ...SUBTYPES];

export interface ClassificationOutputs {
  /** [pictures, labels]. */
  readonly slice: SliceMeaning & { readonly name: string };
  readonly patient: PatientAggregation;
}

/** Throws FieldError. */
export function readSegmentationOutputs(outputs: Fields): SegmentationOutputs {
  const read = outputs.has('classes') ? readClasses(outputs.object('classes')) : readBlood(outputs);
  outputs.end();
  return read;
}

function readBlood(outputs: Fields): TypedOutputs | BinaryOutputs {
  const blood = outputs.object('blood');
  const output: BloodOutput = { name: blood.text('name'), activation: blood.oneOf('activation', ['none', 'sigmoid']) };
  if (!outputs.has('subtype')) {
    if (!blood.has('subtype')) {
      blood.refuse(
        'subtype',
        `${quoted(SUBTYPES)}, or "outputs.subtype" must name an output that tells subtypes apart`,
      );
    }
    const binary = { ...output, subtype: blood.oneOf('subtype', SUBTYPES) };
    blood.end();
    return { kind: 'binary', blood: binary };
  }
  blood.end();
  const subtype = outputs.object('subtype');
  const read: TypedOutputs = {
    kind: 'typed',
    blood: output,
    subtype: {
      name: subtype.text('name'),
      activation: subtype.oneOf('activation', ['none', 'softmax']),
      labels: subtype.values('labels', SUBTYPES),
    },
  };
  subtype.end();
  return read;
}

function readClasses(classes: Fields): ClassOutputs {
  const labels = classes.values('labels', VOXEL_LABELS, true);
  const activation = classes.oneOf('activation', ['none', 'sigmoid', 'softmax']);
  if (labels.every((label) => label === 'background'))
    classes.refuse('labels', 'a list with a label other than "background"');
  if (activation === 'softmax' && labels.length < 2) {
    classes.refuse('activation', '"sigmoid" or "none", since the softmax of a single plane is always 1');
  }
  const name = classes.text('name');
  if (labels.some((label) => label !== 'any' && label !== 'background')) {
    classes.end();
    return { kind: 'classes', classes: { name, activation, labels } };
  }
  const subtype = classes.oneOf('subtype', SUBTYPES);
  classes.end();
  return { kind: 'classes', classes: { name, activation, labels, subtype } };
}

/** Throws FieldError. */
export function readClassificationOutputs(outputs: Fields): ClassificationOutputs {
  const slice = outputs.object('slice');
  const patient = outputs.object('patient');
  const kind = patient.oneOf('kind', ['max', 'mean-of-top']);
  const labels = slice.values('labels', SLICE_LABELS);
  const activation = slice.oneOf('activation', ['none', 'sigmoid', 'softmax']);
  if (labels.every((label) => label === 'none')) slice.refuse('labels', 'a list with a label other than "none"');
  if (activation === 'softmax' && labels.length < 2) {
    slice.refuse('activation', '"sigmoid" or "none", since the softmax of a single value is always 1');
  }
  const read: ClassificationOutputs = {
    slice: { name: slice.text('name'), activation, labels },
    patient: kind === 'max' ? { kind } : { kind, count: patient.number('count', { integer: true, from: 1 }) },
  };
  slice.end();
  patient.end();
  outputs.end();
  return read;
}

/** The subtypes that a segmentation model tells apart; none where all blood is taken for one. */
export function subtypesOf(outputs: SegmentationOutputs): readonly Subtype[] {
  if (outputs.kind === 'binary') return [];
  const labels: readonly VoxelLabel[] = (outputs.kind === 'typed' ? outputs.subtype : outputs.classes).labels;
  return SUBTYPES.filter((subtype) => labels.includes(subtype));
}

/** An output that the graph must have. */
export interface RequiredOutput {
  /** Field of the manifest that names it, such as "outputs.blood". */
  readonly field: string;
  readonly name: string;
  /** Length of the axis after the pictures: planes of a map, labels of a slice. */
  readonly planes: number;
}

/** The outputs that a segmentation model is asked for. */
export function segmentationTensors(outputs: SegmentationOutputs): readonly RequiredOutput[] {
  if (outputs.kind === 'classes') {
    const { name, labels } = outputs.classes;
    return [{ field: 'outputs.classes', name, planes: labels.length }];
  }
  const blood = { field: 'outputs.blood', name: outputs.blood.name, planes: 1 };
  if (outputs.kind === 'binary') return [blood];
  return [blood, { field: 'outputs.subtype', name: outputs.subtype.name, planes: outputs.subtype.labels.length }];
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(' or ');
}
