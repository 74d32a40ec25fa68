/**
 * A model's manifest, `model.json` beside its `.onnx`: everything that is needed to turn a scan into
 * the network's input and its output into a mask. `docs/models.md` describes it for people.
 */
import type { Subtype } from '../annotation/subtype';
import { SUBTYPES } from '../annotation/subtype';
import { ScanError } from '../volume';
import type { HeadFraming, WholeFraming } from './frame';
import { FieldError, Fields } from './json-fields';

export interface ModelManifest {
  /** Identifier: letters, digits, dots and dashes. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  readonly version: string;
  readonly task: 'segmentation';
  /** File of the network, a name without folders. */
  readonly file: string;
  /** SHA-256 of that file, lower-case hex. */
  readonly sha256: string;
  readonly input: ModelInput;
  readonly outputs: ModelOutputs;
  /** Probability from which a pixel is blood, unless the user says otherwise. */
  readonly threshold: number;
  readonly postprocessing: Postprocessing;
  readonly license: { readonly name: string; readonly attribution: string; readonly use: 'any' | 'non-commercial' };
  /** What it was trained on and how, for people. */
  readonly provenance: string;
}

export interface ModelInput {
  /** Name of the graph's input: float32, [pictures, channels, height, width]. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: readonly Channel[];
  readonly framing: HeadFraming | WholeFraming;
}

/** One channel of the input: value = (window(HU) - mean) / deviation, where the window maps HU linearly to 0..1, clipped. */
export interface Channel {
  /** Picture that the channel shows, relative to the one that is segmented, towards the head; the ends repeat. */
  readonly slice: number;
  readonly window: { readonly center: number; readonly width: number };
  readonly mean: number;
  readonly deviation: number;
}

export interface ModelOutputs {
  /** Output with the probability of blood, float32 [pictures, 1, height, width] at any size over the frame. */
  readonly blood: { readonly name: string; readonly activation: 'none' | 'sigmoid' };
  /** Output with one probability per subtype of a blood pixel, float32 [pictures, subtypes, height, width]. */
  readonly subtype: {
    readonly name: string;
    readonly activation: 'none' | 'softmax';
    readonly labels: readonly Subtype[];
  };
}

export interface Postprocessing {
  /** Smaller lesions (connected in 3-D) are dropped, mL. */
  readonly minimumVolume: number;
}

/** Version of the manifest format that this reader knows. */
export const MANIFEST_VERSION = 1;

/**
 * Reads a manifest. Throws ScanError that names the file and the field.
 * @param file Name of the manifest for messages.
 */
export function parseManifest(text: string, file: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScanError(file, `it is not valid JSON (${reason}).`, 'Correct the manifest, or install the model again.');
  }
  try {
    return readManifest(new Fields(json, ''));
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new ScanError(file, error.message, 'Correct the manifest, or install the model again.');
  }
}

function readManifest(root: Fields): ModelManifest {
  root.oneOf('format', ['hemorica-model']);
  const version = root.number('formatVersion', { integer: true, from: 1 });
  if (version > MANIFEST_VERSION) {
    throw new FieldError(
      `"formatVersion" is ${version}, and this version of Hemorica knows up to ${MANIFEST_VERSION}; it needs a newer one.`,
    );
  }
  const license = root.object('license');
  return {
    name: root.text('name', /^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots and dashes'),
    title: root.text('title'),
    version: root.text('version'),
    task: root.oneOf('task', ['segmentation']),
    // A file elsewhere could be anything on the user's disk.
    file: root.text('file', /^[^/\\:]+\.onnx$/, 'the name of an .onnx file beside the manifest, without folders'),
    sha256: root.text('sha256', /^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
    input: readInput(root.object('input')),
    outputs: readOutputs(root.object('outputs')),
    threshold: root.number('threshold', { above: 0, below: 1 }),
    postprocessing: { minimumVolume: root.object('postprocessing').number('minimumVolume', { from: 0 }) },
    license: {
      name: license.text('name'),
      attribution: license.text('attribution'),
      use: license.oneOf('use', ['any', 'non-commercial']),
    },
    provenance: root.text('provenance'),
  };
}

function readInput(input: Fields): ModelInput {
  input.oneOf('layout', ['NCHW']);
  input.oneOf('orientation', ['axial-radiological']);
  input.oneOf('resampling', ['linear-antialiased']);
  const size = { integer: true, from: 16, to: 4096 };
  return {
    name: input.text('name'),
    width: input.number('width', size),
    height: input.number('height', size),
    channels: input.list('channels').map(readChannel),
    framing: readFraming(input.object('framing')),
  };
}

function readChannel(channel: Fields): Channel {
  const window = channel.object('window');
  return {
    slice: channel.number('slice', { integer: true, from: -16, to: 16 }),
    window: { center: window.number('center'), width: window.number('width', { above: 0 }) },
    mean: channel.number('mean'),
    deviation: channel.number('deviation', { above: 0 }),
  };
}

function readFraming(framing: Fields): HeadFraming | WholeFraming {
  const kind = framing.oneOf('kind', ['head', 'whole']);
  if (kind === 'whole') return { kind };
  return {
    kind,
    above: framing.number('above'),
    minimumArea: framing.number('minimumArea', { from: 0 }),
    margin: framing.number('margin', { from: 0, to: 1 }),
  };
}

function readOutputs(outputs: Fields): ModelOutputs {
  const blood = outputs.object('blood');
  const subtype = outputs.object('subtype');
  return {
    blood: { name: blood.text('name'), activation: blood.oneOf('activation', ['none', 'sigmoid']) },
    subtype: {
      name: subtype.text('name'),
      activation: subtype.oneOf('activation', ['none', 'softmax']),
      labels: subtype.values('labels', SUBTYPES),
    },
  };
}
