// A small scan with random candidates and annotations, and its voxels one by one.
import fc from 'fast-check';
import {
  type Annotation,
  bySubtype,
  emptyAnnotation,
  masksOf,
  type Presence,
} from '../../../../src/core/annotation/annotation';
import { encodeRuns, paintRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import type { MeasureGrid } from '../../../../src/core/measure/grid';
import { CandidateBuilder, type Candidates } from '../../../../src/core/model/candidates';
import type { Proposal } from '../../../../src/core/proposal/proposal';
import type { Vec3 } from '../../../../src/core/volume';
import { imageOf } from '../annotation/random-annotation';

export const SIZE: Vec3 = [7, 6, 4];
export const PLANE = 42;
export const COUNT = 168;
export const GRID: MeasureGrid = {
  column: [1, 0, 0],
  row: [0, 1, 0],
  positions: [0, 1, 2, 3].map((k) => [0, 0, k]),
  extents: [500, 500, 500, 500],
};
export const MODEL = { name: 'tiny', version: '1.2.0', sha256: 'cd'.repeat(32), provider: 'cpu' };

/** Voxels in storage order: probability 0 to 255 and label. */
export type Voxels = readonly { readonly probability: number; readonly label: number }[];

export const voxels: fc.Arbitrary<Voxels> = fc.array(
  fc.record({
    probability: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.integer({ min: 13, max: 255 }) },
    ),
    label: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: COUNT, maxLength: COUNT },
);

/** Labels in storage order, blood in about a third of the voxels. */
export const labels: fc.Arbitrary<readonly number[]> = fc.array(
  fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }) }),
  { minLength: COUNT, maxLength: COUNT },
);

export const threshold = fc.double({ min: 0.06, max: 0.95, noNaN: true });

export function candidatesOf(all: Voxels): Candidates {
  const builder = new CandidateBuilder(SIZE);
  all.forEach(({ probability, label }, n) => {
    if (probability > 0) builder.addQuantized(Math.floor(n / PLANE), n % PLANE, probability, label);
  });
  return builder.finish();
}

export function proposalOf(all: Voxels, part: Partial<Proposal> = {}): Proposal {
  return {
    image: imageOf(...SIZE),
    model: MODEL,
    defaultThreshold: 0.5,
    minimumVolume: 0,
    candidates: candidatesOf(all),
    decided: [],
    ...part,
  };
}

/** An annotation with these labels; `presence` states all subtypes of slices (and of the patient, as slice 4). */
export function annotationOf(all: readonly number[], presence: (k: number) => Presence = () => null): Annotation {
  const empty = emptyAnnotation(imageOf(...SIZE), [{ reader: 'Jane' }]);
  return {
    ...empty,
    patient: bySubtype(() => presence(4)),
    slices: empty.slices.map((slice, k) => ({
      ...slice,
      runs: encodeRuns(Uint8Array.from(all.slice(k * PLANE, (k + 1) * PLANE)), 7, 6),
      findings: bySubtype(() => ({ present: presence(k), boxes: [], made: [] })),
    })),
  };
}

/** Labels of all voxels, in storage order. */
export function dense(masks: readonly SliceRuns[]): number[] {
  const all = new Uint8Array(COUNT);
  for (const { slice, runs } of masks) paintRuns(runs, all.subarray(slice * PLANE, (slice + 1) * PLANE), 7, 6);
  return [...all];
}

export function labelsOf(annotation: Annotation): number[] {
  return dense(masksOf(annotation));
}
