/** What a network says of itself, and what it did when it was tried. */

export interface TensorDescription {
  readonly name: string;
  /** Element type, such as "float32"; "" for what is no tensor. */
  readonly type: string;
  /** Lengths; a name, or "", for one that is open. */
  readonly shape: readonly (number | string)[];
}

export interface GraphDescription {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** What the file says beside the graph, where it says anything. */
  readonly file: OnnxHeader;
  /** Runs on noise of `trialShape`, far above 0 and, where that tells too little, far below: logits leave the range of probabilities in one of them. */
  readonly trial: GraphTrial;
}

/** The fields of ONNX's ModelProto that tell people where a network comes from. */
export interface OnnxHeader {
  /** Program that wrote the file, with its version. */
  readonly producer?: string;
  /** Version of ONNX's own operators. */
  readonly opset?: number;
  readonly description?: string;
  /** `metadata_props`: free names and values. */
  readonly metadata: Readonly<Record<string, string>>;
}

export type GraphTrial = { readonly outputs: readonly TrialOutput[] } | { readonly problem: string };

export interface TrialOutput {
  readonly name: string;
  readonly dims: readonly number[];
  readonly minimum: number;
  readonly maximum: number;
  /** Smallest and largest sum along the second axis: both are 1 where a softmax has been applied. */
  readonly sums: readonly [number, number];
}

/** Values of a trial's input; more would be slow or a mistake. */
const MOST_TRIAL_VALUES = 2 ** 25;

/** Sides that networks with open ones are tried with: most of those for CT take multiples of 32. */
const [OPEN_SIDE, OPEN_DEPTH] = [224, 32];

/**
 * Shape of the input that a network is tried with: one picture or patch, with usual lengths where the
 * graph leaves them open. Undefined for what is no input of pictures or patches, or too large.
 */
export function trialShape({ shape }: TensorDescription): readonly number[] | undefined {
  if (shape.length !== 4 && shape.length !== 5) return undefined;
  const usual = shape.length === 4 ? [1, 3, OPEN_SIDE, OPEN_SIDE] : [1, 1, OPEN_DEPTH, 96, 96];
  const found = shape.map((length, axis) => (typeof length === 'number' && length > 0 ? length : (usual[axis] ?? 1)));
  return found.reduce((product, length) => product * length, 1) <= MOST_TRIAL_VALUES ? found : undefined;
}

/** What two runs gave, taken together. */
export function spanOf(a: TrialOutput, b: TrialOutput): TrialOutput {
  return {
    ...a,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
    sums: [Math.min(a.sums[0], b.sums[0]), Math.max(a.sums[1], b.sums[1])],
  };
}

/** Smallest, largest and sums along the second axis of a tensor; NaN where one of its values is none. */
export function describeOutput(name: string, dims: readonly number[], data: ArrayLike<number>): TrialOutput {
  let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let bad = false;
  for (let n = 0; n < data.length; n++) {
    const value = data[n] ?? Number.NaN;
    if (!Number.isFinite(value)) bad = true;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  const planes = dims[1] ?? 1;
  const inner = dims.slice(2).reduce((product, length) => product * length, 1);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let start = 0; start + planes * inner <= data.length; start += planes * inner) {
    for (let at = 0; at < inner; at++) {
      let sum = 0;
      for (let plane = 0; plane < planes; plane++) sum += data[start + plane * inner + at] ?? 0;
      least = Math.min(least, sum);
      most = Math.max(most, sum);
    }
  }
  return { name, dims, minimum: bad ? Number.NaN : minimum, maximum: bad ? Number.NaN : maximum, sums: [least, most] };
}
