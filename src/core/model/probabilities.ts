/**
 * From a network's outputs to probabilities: of blood, and of each subtype. Only where blood comes
 * into question at all are activations computed: a picture has fifty thousand points, and mostly
 * none of them is near blood.
 */
import { type Label, labelOf, SUBTYPES, type Subtype } from '../annotation/subtype';
import { LEAST_KEPT } from './candidates';
import type { Activation, ClassOutputs, SegmentationOutputs } from './manifest-outputs';
import { leastReaching, type SubtypeOdds, withOdds } from './thresholds';

/** One output of the network for a picture: planes of width * height values, one after the other. */
export interface OutputMap {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Columns [x0, x1] and rows [y0, y1] of a map, ends included. */
export interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** What a picture's outputs say. Values hold within `box` and one point around it. */
export interface ProbabilityMaps {
  /** Probability of blood. */
  readonly blood: OutputMap;
  /** The points of `blood` that may reach the candidates' floor lie in it. */
  readonly box: Box;
  /** Probability of blood that the floor needs at least. */
  readonly least: number;
  /** By label (index 0 is EPH): what the odds of blood are multiplied by where that label is the likeliest. */
  readonly odds?: readonly number[];
  /** One plane per label; of several, the largest is the likeliest. A single label needs no planes. */
  readonly subtype: OutputMap & { readonly labels: readonly Label[] };
}

/** The box without points. */
const NOWHERE: Box = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };

const NOTHING = new Float32Array(0);

/**
 * Probabilities of one picture; undefined where nothing reaches the candidates' floor.
 * @param tensors The outputs in the order of `segmentationTensors`; their values are overwritten.
 * @param everywhere Whether values must hold outside of the box too; then there are always probabilities.
 */
export function probabilityMaps(
  outputs: SegmentationOutputs,
  tensors: readonly OutputMap[],
  everywhere = false,
): ProbabilityMaps | undefined {
  const [first, second] = tensors;
  if (!first) return undefined;
  const { odds } = outputs;
  if (outputs.kind === 'classes') return classMaps(outputs.classes, first, everywhere, odds);
  const { activation } = outputs.blood;
  const floor = floorOf(odds);
  const least = inverse(floor.least, activation);
  const { values } = first;
  const box = boxOf(first, (n) => (values[n] as number) >= least);
  if (!box && !everywhere) return undefined;
  const around = everywhere ? whole(first) : widened(box ?? NOWHERE, first);
  activateBox(first, 1, activation, around);
  const blood = { blood: first, box: box ?? NOWHERE, ...floor };
  if (outputs.kind === 'binary') return { ...blood, subtype: single(outputs.blood.subtype) };
  const { labels, activation: choice } = outputs.subtype;
  if (!second) return undefined;
  activateBox(second, labels.length, choice, rescaled(around, first, second));
  return { ...blood, subtype: { ...second, labels: labels.map(labelOf) } };
}

/** Blood is what the planes other than the background say, together where they exclude each other, and each for itself where they do not. */
function classMaps(
  classes: ClassOutputs['classes'],
  map: OutputMap,
  everywhere: boolean,
  odds: SubtypeOdds | undefined,
): ProbabilityMaps | undefined {
  const { activation, labels } = classes;
  const { values, width, height } = map;
  const points = width * height;
  const planes = labels.map((label, n) => ({ label, start: n * points }));
  const blood = planes.filter(({ label }) => label !== 'background');
  const excluding = activation === 'softmax' || (activation === 'none' && labels.includes('background'));
  const floor = floorOf(odds);
  const box = boxOf(map, mayBeBlood(values, points, activation, labels, floor.least));
  if (!box && !everywhere) return undefined;
  const around = everywhere ? whole(map) : widened(box ?? NOWHERE, map);
  activateBox(map, labels.length, activation, around);
  // Planes that stand for themselves each have their own threshold.
  for (const { label, start } of excluding ? [] : planes) {
    const factor = odds?.[label as Subtype];
    if (factor === undefined) continue;
    eachPoint(around, width, (n) => {
      values[start + n] = withOdds(values[start + n] as number, factor);
    });
  }
  const probability = new Float32Array(points);
  const subtypes = [...new Set(labels.flatMap((label) => (label === 'background' || label === 'any' ? [] : [label])))];
  const merged = subtypes.length > 1 ? new Float32Array(subtypes.length * points) : NOTHING;
  const targets = planes.map(({ label }) => subtypes.indexOf(label as Subtype) * points);
  eachPoint(around, width, (n) => {
    let value = 0;
    for (const { start } of blood) {
      const own = values[start + n] as number;
      value = excluding ? value + own : Math.max(value, own);
    }
    probability[n] = Math.min(value, 1);
    for (let p = 0; merged.length > 0 && p < planes.length; p++) {
      const target = targets[p] as number;
      if (target < 0) continue;
      const own = values[(planes[p]?.start ?? 0) + n] as number;
      const before = merged[target + n] as number;
      merged[target + n] = excluding ? before + own : Math.max(before, own);
    }
  });
  const only = subtypes.length > 1 ? undefined : (subtypes[0] ?? classes.subtype);
  return {
    blood: { values: probability, width, height },
    box: box ?? NOWHERE,
    ...(excluding ? floor : floorOf(undefined)),
    subtype: only ? single(only) : { values: merged, width, height, labels: subtypes.map(labelOf) },
  };
}

/** What the candidates' floor is of probabilities that are still to be brought to the common threshold. */
function floorOf(odds: SubtypeOdds | undefined): Pick<ProbabilityMaps, 'least' | 'odds'> {
  if (!odds) return { least: LEAST_KEPT };
  return { least: leastReaching(LEAST_KEPT, odds), odds: SUBTYPES.map((subtype) => odds[subtype] ?? 1) };
}

const single = (subtype: Subtype): ProbabilityMaps['subtype'] => ({
  values: NOTHING,
  width: 1,
  height: 1,
  labels: [labelOf(subtype)],
});

/** The value before the activation from which a probability is reached. */
function inverse(probability: number, activation: Activation): number {
  return activation === 'sigmoid' ? Math.log(probability / (1 - probability)) : probability;
}

/** A test that is true of every point whose probability of blood reaches the floor, and of few others; cheaper than the activation. */
function mayBeBlood(
  values: Float32Array,
  points: number,
  activation: Activation,
  labels: ClassOutputs['classes']['labels'],
  floor: number,
): (n: number) => boolean {
  const starts = (isBlood: boolean): number[] =>
    labels.flatMap((label, n) => ((label !== 'background') === isBlood ? [n * points] : []));
  const [blood, background] = [starts(true), starts(false)];
  const largest = (of: readonly number[], n: number): number => {
    let value = -Infinity;
    for (const start of of) value = Math.max(value, values[start + n] as number);
    return value;
  };
  // A softmax's blood is at most count * exp(largest blood - largest background).
  const least =
    activation === 'softmax'
      ? Math.log(floor / blood.length)
      : inverse(floor / (activation === 'none' ? blood.length : 1), activation);
  return activation === 'softmax'
    ? (n) => background.length === 0 || largest(blood, n) - largest(background, n) >= least
    : (n) => largest(blood, n) >= least;
}

/** The smallest box around the points of a map's first plane of which a test is true; undefined if it is of none. */
function boxOf({ width, height }: OutputMap, test: (n: number) => boolean): Box | undefined {
  let [x0, x1, y0, y1] = [width, -1, -1, -1];
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++, n++) {
      if (!test(n)) continue;
      y1 = y;
      if (y0 < 0) y0 = y;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
    }
  }
  return y0 < 0 ? undefined : { x0, x1, y0, y1 };
}

/** A box and one point around it, as far as the map goes. */
export function widened({ x0, x1, y0, y1 }: Box, { width, height }: OutputMap): Box {
  return {
    x0: Math.max(0, x0 - 1),
    x1: Math.min(width - 1, x1 + 1),
    y0: Math.max(0, y0 - 1),
    y1: Math.min(height - 1, y1 + 1),
  };
}

const whole = ({ width, height }: OutputMap): Box => ({ x0: 0, x1: width - 1, y0: 0, y1: height - 1 });

/** The points of another map over the same frame that may be needed where those of a box are. */
function rescaled({ x0, x1, y0, y1 }: Box, from: OutputMap, to: OutputMap): Box {
  const [sx, sy] = [to.width / from.width, to.height / from.height];
  return {
    x0: Math.max(0, Math.floor(x0 * sx) - 1),
    x1: Math.min(to.width - 1, Math.ceil((x1 + 1) * sx)),
    y0: Math.max(0, Math.floor(y0 * sy) - 1),
    y1: Math.min(to.height - 1, Math.ceil((y1 + 1) * sy)),
  };
}

function eachPoint({ x0, x1, y0, y1 }: Box, width: number, work: (n: number) => void): void {
  for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) work(y * width + x);
}

/** Brings a network's values to probabilities within a box, in place. */
function activateBox(map: OutputMap, planes: number, activation: Activation, box: Box): void {
  const { values, width, height } = map;
  const points = width * height;
  if (activation === 'sigmoid') {
    for (let p = 0; p < planes; p++) {
      eachPoint(box, width, (n) => {
        values[p * points + n] = 1 / (1 + Math.exp(-(values[p * points + n] as number)));
      });
    }
  }
  if (activation === 'softmax') eachPoint(box, width, (n) => softmaxAt(values, planes, points, n));
}

function softmaxAt(values: Float32Array, planes: number, points: number, n: number): void {
  let largest = -Infinity;
  for (let at = n; at < planes * points; at += points) largest = Math.max(largest, values[at] as number);
  let sum = 0;
  for (let at = n; at < planes * points; at += points) {
    const power = Math.exp((values[at] as number) - largest);
    values[at] = power;
    sum += power;
  }
  for (let at = n; at < planes * points; at += points) values[at] = (values[at] as number) / sum;
}
