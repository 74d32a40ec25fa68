/** The part of a manifest that says how a scan becomes the network's input. */
import { AIR } from './axial';
import type { HeadFraming, WholeFraming } from './frame';
import { FieldError, type Fields } from './json-fields';
import { AXIAL_RADIOLOGICAL, type Orientation, orientationOf } from './orientation';

export type ModelInput = SliceInput | PatchInput;

interface InputBase {
  /** Name of the graph's input, float32. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: readonly Channel[];
  readonly framing: HeadFraming | WholeFraming;
  readonly orientation: Orientation;
  /** Linear interpolation; with anti-aliasing, the weights widen where the picture shrinks. */
  readonly resampling: 'linear-antialiased' | 'linear';
  /** Whether windows are laid on the scan's own pixels or on resampled HU. */
  readonly windowing: 'before-resampling' | 'after-resampling';
  /** HU outside of the scan and of padding voxels. */
  readonly outside: number;
}

/** Axial pictures, each on its own or with neighbours as channels: [pictures, channels, height, width]. */
export interface SliceInput extends InputBase {
  readonly layout: 'NCHW';
}

/** Overlapping blocks of a scan that was brought to a grid of a given spacing: [1, channels, depth, height, width]. */
export interface PatchInput extends InputBase {
  readonly layout: 'NCDHW';
  readonly depth: number;
  /** mm between the grid's points along depth, height and width. */
  readonly spacing: readonly [number, number, number];
  /** Part of a block's output that the next one covers too, along each axis. */
  readonly overlap: number;
  /** Weight of a block's output: 1 in its middle and falling to its faces (Gaussian, straight), or the same everywhere. */
  readonly blending: 'gaussian' | 'linear' | 'mean';
  /** Voxels along depth, height and width at each face of the input that the output does not cover. */
  readonly context: readonly [number, number, number];
  /** What a block holds around the grid: `outside`, or the grid's outermost values repeated. */
  readonly border: 'outside' | 'edge';
}

/** One channel of the input: value = (window(HU) - mean) / deviation, where the window maps HU linearly to 0..1, clipped. */
export interface Channel {
  /** Picture that the channel shows, relative to the one that is looked at, towards the head; the ends repeat. Always 0 in a patch. */
  readonly slice: number;
  readonly window: { readonly center: number; readonly width: number };
  readonly mean: number;
  readonly deviation: number;
}

/** Most values of one input: 2^28 float32 are 1 GiB. What is larger is a mistake, or meant to use up the memory. */
const MOST_VALUES = 2 ** 28;

/** Throws FieldError. */
export function readInput(input: Fields): ModelInput {
  const layout = input.oneOf('layout', ['NCHW', 'NCDHW']);
  const side = { integer: true, from: layout === 'NCHW' ? 16 : 1, to: 4096 };
  const base: InputBase = {
    name: input.text('name'),
    width: input.number('width', side),
    height: input.number('height', side),
    channels: input.list('channels').map((channel) => readChannel(channel, layout)),
    framing: readFraming(input.object('framing')),
    orientation: readOrientation(input, layout),
    resampling: input.oneOf('resampling', ['linear-antialiased', 'linear']),
    windowing: input.has('windowing')
      ? input.oneOf('windowing', ['before-resampling', 'after-resampling'])
      : 'before-resampling',
    outside: input.has('outside') ? input.number('outside') : AIR,
  };
  const read: ModelInput =
    layout === 'NCHW' ? { ...base, layout } : { ...base, layout, ...readPatch(input, base.height, base.width) };
  const values = inputLength(read);
  if (values > MOST_VALUES) {
    throw new FieldError(
      `"${input.path}" of ${inputShape(read).join(' x ')} values is larger than 1 GiB; such a network is not run.`,
    );
  }
  input.end();
  return read;
}

/** Channels and sides of one picture or patch, as the graph's input has them after the number of pictures. */
export function inputShape(input: ModelInput): readonly number[] {
  const sides = input.layout === 'NCHW' ? [] : [input.depth];
  return [input.channels.length, ...sides, input.height, input.width];
}

/** Number of values of one picture's or patch's input. */
export function inputLength(input: ModelInput): number {
  return inputShape(input).reduce((product, length) => product * length, 1);
}

function readPatch(
  input: Fields,
  height: number,
  width: number,
): Pick<PatchInput, 'depth' | 'spacing' | 'overlap' | 'blending' | 'context' | 'border'> {
  const depth = input.number('depth', { integer: true, from: 1, to: 4096 });
  const context = input.has('context') ? input.triple('context', { integer: true, from: 0 }) : ([0, 0, 0] as const);
  if ([depth, height, width].some((length, axis) => length <= 2 * (context[axis] ?? 0))) {
    input.refuse('context', `less than half of the patch of ${depth} x ${height} x ${width}`);
  }
  return {
    depth,
    spacing: input.triple('spacing', { from: 0.1, to: 20 }),
    overlap: input.number('overlap', { from: 0, to: 0.9 }),
    blending: input.oneOf('blending', ['gaussian', 'linear', 'mean']),
    context,
    border: input.has('border') ? input.oneOf('border', ['outside', 'edge']) : 'outside',
  };
}

function readChannel(channel: Fields, layout: ModelInput['layout']): Channel {
  const window = channel.object('window');
  const most = layout === 'NCHW' ? 16 : 0;
  const read: Channel = {
    slice: channel.has('slice') ? channel.number('slice', { integer: true, from: -most, to: most }) : 0,
    window: { center: window.number('center'), width: window.number('width', { above: 0 }) },
    mean: channel.has('mean') ? channel.number('mean') : 0,
    deviation: channel.has('deviation') ? channel.number('deviation', { above: 0 }) : 1,
  };
  window.end();
  channel.end();
  return read;
}

function readFraming(framing: Fields): HeadFraming | WholeFraming {
  const kind = framing.oneOf('kind', ['head', 'whole']);
  const read: HeadFraming | WholeFraming =
    kind === 'whole'
      ? { kind }
      : {
          kind,
          above: framing.number('above'),
          minimumArea: framing.number('minimumArea', { from: 0 }),
          margin: framing.number('margin', { from: 0, to: 1 }),
        };
  framing.end();
  return read;
}

function readOrientation(input: Fields, layout: ModelInput['layout']): Orientation {
  const text = input.text('orientation');
  if (text === 'axial-radiological') return AXIAL_RADIOLOGICAL;
  const orientation = orientationOf(text);
  // Slices are the scan's own: between others there would be nothing but interpolation.
  const isAxial = orientation?.depth.world === 2 && orientation.depth.sign === 1;
  if (orientation && (layout === 'NCDHW' || isAxial)) return orientation;
  const described =
    layout === 'NCDHW'
      ? 'three letters for where depth, height and width lead to, one of S and I, P and A, L and R each, such as "SPL"'
      : 'S and two letters for where height and width lead to, one of P and A, L and R each, such as "SPL"';
  return input.refuse('orientation', `"axial-radiological" or ${described}`);
}
