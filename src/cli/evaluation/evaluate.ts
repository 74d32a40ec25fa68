/** A cohort's predictions against the truth, case by case, and the figures of all. */
import { SUBTYPES } from '../../core/annotation/subtype';
import type { gridOfImage } from '../../core/measure/compare';
import type { BootstrapOptions } from '../../core/metrics/bootstrap';
import { type Call, type CalledItem, classificationFigures, joinCalls } from '../../core/metrics/classification';
import { compareScan, type ScanComparison } from '../../core/metrics/compare';
import { type BloodClass, CLASSES } from '../../core/metrics/counts';
import { computeFigures, type Figure } from '../../core/metrics/figures';
import { type Pair, pairUp } from '../../core/metrics/pairs';
import { segmentationFigures } from '../../core/metrics/segmentation';
import { ScanError } from '../../core/volume';
import { complain, isExpected } from '../output';
import { shown } from '../scan-summary';
import type { Entries, Entry } from './entries';
import { gridMismatch, hashMismatch, type ReadMask, readMask } from './read-mask';
import { isReference, isUneven, scanGrid } from './scan-grid';
import { byName, type Probabilities, type ScanScores } from './scores';

export interface EvaluationOptions extends BootstrapOptions {
  /** Label maps without subtypes. */
  readonly binary: boolean;
  readonly ignoreHash: boolean;
  /** Read each scan for the places of its slices. */
  readonly scan: boolean;
  /** Probability from which a slice or patient is called. */
  readonly threshold: number;
  readonly onCase: (name: string, n: number, of: number) => void;
}

export interface EvaluatedCase {
  readonly name: string;
  readonly patient: string;
  readonly truth: string;
  readonly prediction?: string;
  readonly matchedBy?: Pair<Entry>['by'];
  readonly comparison?: ScanComparison;
}

/** A case or file that is left out of all figures, and why. */
export interface LeftOut {
  readonly name: string;
  readonly problem: string;
}

export interface Evaluation {
  readonly classes: readonly BloodClass[];
  readonly patients: number;
  readonly cases: readonly EvaluatedCase[];
  readonly figures: readonly Figure[];
  readonly refused: readonly LeftOut[];
  readonly unreadable: readonly LeftOut[];
  readonly unmatched: {
    readonly truth: readonly string[];
    readonly prediction: readonly string[];
    readonly scores: readonly string[];
  };
}

export interface EvaluationInput {
  readonly truth: Entries;
  readonly prediction: Entries | undefined;
  readonly scores: readonly ScanScores[] | undefined;
  /** Files that were to be predictions and cannot be read. */
  readonly unreadable: Entries['unreadable'];
  readonly patients: readonly { readonly name: string; readonly patient: string }[] | undefined;
}

interface CaseResult {
  readonly evaluated: EvaluatedCase;
  readonly slices: readonly CalledItem['calls'][];
  readonly whole: CalledItem['calls'];
}

/** Evaluates; cases that cannot be compared are left out and told. One case is in memory at a time. */
export async function evaluate(input: EvaluationInput, options: EvaluationOptions): Promise<Evaluation> {
  const { truth, prediction, scores, patients } = input;
  const paired = prediction === undefined ? undefined : pairUp(truth.entries, prediction.entries);
  const cases: readonly { readonly truth: Entry; readonly pair?: Pair<Entry> }[] =
    paired?.pairs.map((pair) => ({ truth: pair.truth, pair })) ?? truth.entries.map((entry) => ({ truth: entry }));
  const scoresOf = byName(truth.entries, scores ?? []);
  const patientOf = byName(truth.entries, patients ?? []);
  const results: CaseResult[] = [];
  const refused: LeftOut[] = [];
  const withoutScores: string[] = [];
  for (const [n, one] of cases.entries()) {
    const { name } = one.truth;
    options.onCase(name, n, cases.length);
    const found = scoresOf(name);
    if (scores !== undefined && found === undefined) {
      withoutScores.push(shown(one.truth.file));
      continue;
    }
    try {
      const patient = patientOf(name)?.patient;
      if (patients !== undefined && patient === undefined)
        throw new ScanError(name, 'The table of patients does not name it.', 'Add it there.');
      results.push(await evaluateCase(one.truth, one.pair, found, patient ?? name, options));
    } catch (error) {
      if (!isExpected(error)) throw error;
      refused.push({
        name,
        problem: error instanceof ScanError && error.file === name ? `${error.problem} ${error.remedy}` : error.message,
      });
    }
  }
  const classes = options.binary ? (['any'] as const) : CLASSES;
  const numbers = numberPatients(results);
  const numberOf = ({ evaluated }: CaseResult): number => numbers.get(evaluated.patient) ?? 0;
  const slices = results.flatMap((one) => one.slices.map((calls) => ({ patient: numberOf(one), calls })));
  const wholes = joinCalls(results.map((one) => ({ patient: numberOf(one), calls: one.whole })));
  const compared = results.flatMap((one) => {
    const { comparison } = one.evaluated;
    return comparison === undefined ? [] : [{ patient: numberOf(one), comparison }];
  });
  const planned = [
    ...classificationFigures('slice', slices),
    ...classificationFigures('patient', wholes),
    ...(prediction === undefined ? [] : segmentationFigures(compared, classes)),
  ];
  const scored = new Set(truth.entries.flatMap(({ name }) => scoresOf(name)?.name ?? []));
  return {
    classes,
    patients: numbers.size,
    cases: results.map(({ evaluated }) => evaluated),
    figures: computeFigures(planned, numbers.size, options),
    refused,
    unreadable: [...truth.unreadable, ...input.unreadable].map(({ file, message }) => ({
      name: shown(file),
      problem: message,
    })),
    unmatched: {
      truth: [...(paired?.truthAlone ?? []).map(({ file }) => shown(file)), ...withoutScores],
      prediction: (paired?.predictionAlone ?? []).map(({ file }) => shown(file)),
      scores: (scores ?? []).flatMap(({ name }) => (scored.has(name) ? [] : [name])),
    },
  };
}

function numberPatients(results: readonly CaseResult[]): ReadonlyMap<string, number> {
  return new Map([...new Set(results.map(({ evaluated }) => evaluated.patient))].map((patient, n) => [patient, n]));
}

async function evaluateCase(
  entry: Entry,
  pair: Pair<Entry> | undefined,
  scores: ScanScores | undefined,
  patient: string,
  options: EvaluationOptions,
): Promise<CaseResult> {
  const { name } = entry;
  const truth = await readMask(entry, options.binary);
  const prediction = pair && (await readMask(pair.prediction, options.binary));
  const mismatch =
    prediction &&
    (gridMismatch(truth.image, prediction.image) ??
      (options.ignoreHash ? undefined : hashMismatch(truth.image, prediction.image)));
  if (mismatch !== undefined) throw new ScanError(name, ...mismatch);
  const comparison =
    prediction &&
    compareScan(truth.masks, prediction.masks, await gridOf(name, truth, prediction, options), truth.image.size);
  const { slices, whole } = callsOf(name, truth, prediction, scores, options);
  return {
    evaluated: {
      name,
      patient,
      truth: entry.file,
      ...(pair && { prediction: pair.prediction.file, matchedBy: pair.by }),
      ...(comparison && { comparison }),
    },
    slices,
    whole,
  };
}

/** Where the voxels of both are: as the scan says, or the annotation, or the label map. */
async function gridOf(
  name: string,
  truth: ReadMask,
  prediction: ReadMask,
  { scan }: EvaluationOptions,
): Promise<ReturnType<typeof gridOfImage>> {
  const source = isReference(truth.image) || !isReference(prediction.image) ? truth : prediction;
  if (scan) return scanGrid(source);
  if (isUneven(source.image))
    complain(
      `${name}: its slices are uneven; volumes and HD95 take their mean distance. Use --scan to read the scan for each slice's own place.`,
    );
  return source.grid;
}

function callsOf(
  name: string,
  truth: ReadMask,
  prediction: ReadMask | undefined,
  scores: ScanScores | undefined,
  { binary, threshold }: EvaluationOptions,
): Pick<CaseResult, 'slices' | 'whole'> {
  const depth = truth.image.size[2];
  if (scores?.slices !== undefined) {
    const scored = new Set(scores.slices.keys());
    const missing = Array.from({ length: depth }, (_, k) => k).filter((k) => !scored.has(k));
    if (missing.length > 0 || scored.size > depth)
      throw new ScanError(
        name,
        `It has ${depth} slices, and ${scored.size} of them have probabilities.`,
        'Give one for each, from slice 0.',
      );
  }
  const calls = (
    has: readonly string[],
    called: readonly string[] | undefined,
    given: Probabilities | undefined,
  ): CalledItem['calls'] =>
    Object.fromEntries(
      (binary ? (['any'] as const) : CLASSES).flatMap((of): [BloodClass, Call][] => {
        const isIn = (list: readonly string[]): boolean => (of === 'any' ? list.length > 0 : list.includes(of));
        const score = given?.[of];
        if (scores !== undefined)
          return score === undefined ? [] : [[of, { truth: isIn(has), called: score >= threshold, score }]];
        return called === undefined ? [] : [[of, { truth: isIn(has), called: isIn(called) }]];
      }),
    );
  return {
    slices: Array.from({ length: depth }, (_, k) =>
      calls(truth.sliceSubtypes[k] ?? [], prediction?.sliceSubtypes[k], scores?.slices?.get(k)),
    ),
    whole: calls(truth.patientSubtypes, prediction?.patientSubtypes, scores?.patient ?? highest(scores)),
  };
}

/** Of a patient of whom nothing is said: the highest probability of a slice. */
function highest(scores: ScanScores | undefined): Probabilities | undefined {
  if (scores === undefined) return undefined;
  const all = [...(scores.slices?.values() ?? [])];
  return Object.fromEntries(
    (['any', ...SUBTYPES] as const).flatMap((of) => {
      const values = all.flatMap((one) => one[of] ?? []);
      return values.length === 0 ? [] : [[of, Math.max(...values)] as const];
    }),
  );
}
