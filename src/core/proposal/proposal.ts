/**
 * What a model proposes for a scan until somebody has decided: its candidates, the threshold at
 * which they are looked at, and what of them has been accepted or rejected already.
 *
 * Invariant: the candidates stay as the model gave them. What has been decided is taken out of the
 * mask after lesions have been formed and labeled, so that the rest of a lesion of which one slice
 * was accepted keeps its subtype, and is not dropped for being small.
 */
import type { ImageReference } from '../annotation/image';
import type { SliceRuns } from '../annotation/runs';
import type { ModelUse } from '../annotation/source';
import { SUBTYPES } from '../annotation/subtype';
import { finish, type Steps } from '../edit/steps';
import { components } from '../measure/components';
import { type MeasureGrid, volumesByLabel } from '../measure/grid';
import { type CandidateMask, type Candidates, maskSteps } from '../model/candidates';
import { flagsOf, isWhole, joinPlaces, placesOfMasks, type SlicePlaces, subtractPlaces, wholeSlice } from './places';
import { territoryOf } from './territory';

/** How accepted voxels go together with the annotation; `merge.ts` says exactly what each does. */
export const MERGE_MODES = ['add', 'empty', 'replace'] as const;
export type MergeMode = (typeof MERGE_MODES)[number];

/** A model, without the threshold that it was run with. */
export type ProposingModel = Omit<ModelUse, 'threshold'>;

export interface Proposal {
  /** The scan that the model has seen. */
  readonly image: ImageReference;
  readonly model: ProposingModel;
  /** Threshold of the model's manifest. */
  readonly defaultThreshold: number;
  /** Smaller lesions are not proposed, mL. */
  readonly minimumVolume: number;
  readonly candidates: Candidates;
  /** Slices (k) that the model was run on; undefined for all. */
  readonly seen?: readonly number[];
  /** What has been accepted or rejected, slices ascending. */
  readonly decided: readonly SlicePlaces[];
}

/** What is decided at once: everything, a slice, or the proposed lesion that a voxel belongs to. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'slice'; readonly slice: number }
  | { readonly kind: 'lesion'; readonly slice: number; readonly row: number; readonly column: number };

/** The part of the mask that a scope names, undefined where there is nothing of it any more. */
export interface Chosen {
  readonly masks: readonly SliceRuns[];
  /** What will have been decided. */
  readonly places: readonly SlicePlaces[];
}

/** What is still proposed at a threshold, with mL by label. */
export function proposedMask(proposal: Proposal, grid: MeasureGrid, threshold: number): CandidateMask {
  return finish(proposedSteps(proposal, grid, threshold));
}

/** `proposedMask` in steps. */
export function* proposedSteps(proposal: Proposal, grid: MeasureGrid, threshold: number): Steps<CandidateMask> {
  const { candidates, decided, minimumVolume } = proposal;
  const mask = yield* maskSteps(candidates, grid, threshold, minimumVolume);
  if (decided.length === 0) return mask;
  const [width, height] = candidates.size;
  const bySlice = new Map(decided.map((places) => [places.slice, places]));
  const slices = mask.slices.flatMap(({ slice, runs }) => {
    const rest = without(runs, bySlice.get(slice), width, width * height);
    return rest.length > 0 ? [{ slice, runs: rest }] : [];
  });
  return { slices, volumes: volumesByLabel(slices, grid).slice(1, SUBTYPES.length + 1) };
}

function without(runs: Uint32Array, places: SlicePlaces | undefined, width: number, voxels: number): Uint32Array {
  if (!places) return runs;
  if (isWhole(places, voxels)) return new Uint32Array(0);
  const flags = flagsOf(places, voxels);
  const rest: number[] = [];
  for (let n = 0; n < runs.length; n += 4) {
    const [label = 0, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
    for (let i = start; i < start + length; i++) {
      if (flags[row * width + i] === 1) continue;
      const first = i;
      while (i < start + length && flags[row * width + i] !== 1) i++;
      rest.push(label, row, first, i - first);
    }
  }
  return Uint32Array.from(rest);
}

/**
 * What a scope names of the proposal at a threshold. Undefined where a lesion is not there, as after
 * the threshold was moved, or a slice has been decided, or was not looked at.
 * @param locked Labels whose voxels are left out, and so stay undecided.
 */
export function chosenOf(
  proposal: Proposal,
  grid: MeasureGrid,
  threshold: number,
  scope: Scope,
  locked: ReadonlySet<number> = new Set(),
): Chosen | undefined {
  const [width, height, depth] = proposal.candidates.size;
  const voxels = width * height;
  const { slices } = proposedMask(proposal, grid, threshold);
  if (scope.kind === 'lesion') {
    const lesion = lesionAt(slices, scope);
    if (!lesion || locked.has(lesion[0]?.runs[0] ?? 0)) return undefined;
    return { masks: lesion, places: territoryOf(proposal, slices, lesion) };
  }
  const open = (k: number): boolean =>
    (proposal.seen === undefined || proposal.seen.includes(k)) && !isWhole(decidedOn(proposal, k), voxels);
  const all = scope.kind === 'all' ? Array.from({ length: depth }, (_, k) => k) : [scope.slice];
  const within = new Set(all.filter((k) => k >= 0 && k < depth && open(k)));
  if (within.size === 0) return undefined;
  const shown = slices.filter(({ slice }) => within.has(slice));
  const kept = shown.map(({ slice, runs }) => ({ slice, runs: runsOf(runs, (label) => locked.has(label)) }));
  return {
    masks: shown
      .map(({ slice, runs }) => ({ slice, runs: runsOf(runs, (label) => !locked.has(label)) }))
      .filter(({ runs }) => runs.length > 0),
    places: subtractPlaces(
      [...within].map((k) => wholeSlice(k, voxels)),
      placesOfMasks(kept, width),
      voxels,
    ),
  };
}

function runsOf(runs: Uint32Array, keep: (label: number) => boolean): Uint32Array {
  const kept: number[] = [];
  for (let n = 0; n < runs.length; n += 4) if (keep(runs[n] ?? 0)) kept.push(...runs.subarray(n, n + 4));
  return Uint32Array.from(kept);
}

/** The places of a slice that have been decided. */
function decidedOn({ decided }: Proposal, slice: number): SlicePlaces | undefined {
  return decided.find((places) => places.slice === slice);
}

/** The proposal with something that had been decided open again. */
export function withoutDecided(proposal: Proposal, places: readonly SlicePlaces[]): Proposal {
  const [width, height] = proposal.candidates.size;
  return { ...proposal, decided: subtractPlaces(proposal.decided, places, width * height) };
}

/** The proposal once something of it has been decided. */
export function withDecided(proposal: Proposal, places: readonly SlicePlaces[]): Proposal {
  const [width, height] = proposal.candidates.size;
  return { ...proposal, decided: joinPlaces(proposal.decided, places, width * height) };
}

/** Whether two proposals come from one model on one kind of processor. */
export function sameModel(a: ProposingModel, b: ProposingModel): boolean {
  return a.name === b.name && a.version === b.version && a.sha256 === b.sha256 && a.provider === b.provider;
}

/** A proposal with some slices taken from another one, of the same scan by the same model; nothing on them is decided any more. */
export function withSlices(proposal: Proposal, other: Proposal, slices: readonly number[]): Proposal {
  const taken = new Set(slices);
  const { seen, ...rest } = proposal;
  return {
    ...rest,
    candidates: {
      size: proposal.candidates.size,
      slices: [
        ...proposal.candidates.slices.filter(({ slice }) => !taken.has(slice)),
        ...other.candidates.slices.filter(({ slice }) => taken.has(slice)),
      ].sort((a, b) => a.slice - b.slice),
    },
    ...(seen && { seen: [...new Set([...seen, ...slices])].sort((a, b) => a - b) }),
    decided: proposal.decided.filter(({ slice }) => !taken.has(slice)),
  };
}

function lesionAt(
  slices: readonly SliceRuns[],
  { slice, row, column }: Extract<Scope, { kind: 'lesion' }>,
): readonly SliceRuns[] | undefined {
  const holds = (runs: Uint32Array): boolean => {
    for (let n = 0; n < runs.length; n += 4) {
      const start = runs[n + 2] ?? 0;
      if (runs[n + 1] === row && column >= start && column < start + (runs[n + 3] ?? 0)) return true;
    }
    return false;
  };
  return components(slices).find((one) => one.slices.some((part) => part.slice === slice && holds(part.runs)))?.slices;
}
