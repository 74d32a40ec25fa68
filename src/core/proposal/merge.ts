/**
 * How a proposal goes together with the mask of an annotation, voxel by voxel within what is accepted:
 *
 * - `add`: blood of the proposal wins, everything else stays.
 * - `empty`: the annotation wins, the proposal fills only where there is no blood.
 * - `replace`: the annotation becomes the proposal, also where the proposal has no blood. Of a scan
 *   or a slice that means all of it; of a lesion, its voxels and every annotated lesion of the same
 *   subtype that it overlaps.
 *
 * What has been decided before is never touched again, nor is a voxel that would lose or gain a
 * locked subtype.
 */
import type { SliceRuns } from '../annotation/runs';
import { encodeRuns, paintRuns } from '../annotation/runs';
import type { MaskChange } from '../edit/changes';
import { changeBetween } from '../mask/changes';
import { components } from '../measure/components';
import { flagsOf, type SlicePlaces } from './places';
import type { Chosen, MergeMode, Proposal, Scope } from './proposal';

export interface MergeOptions {
  readonly mode: MergeMode;
  readonly scope: Scope;
  /** Labels that neither gain nor lose a voxel. */
  readonly locked?: ReadonlySet<number>;
}

/**
 * The change of an annotation's mask that accepting a part of a proposal makes.
 * @param annotated Slices of the annotation with blood.
 * @param chosen What is accepted, of the same scan, by `chosenOf`.
 */
export function mergeChange(
  annotated: readonly SliceRuns[],
  { candidates, decided }: Pick<Proposal, 'candidates' | 'decided'>,
  chosen: Chosen,
  { mode, scope, locked = new Set() }: MergeOptions,
): MaskChange {
  const [width, height] = candidates.size;
  const voxels = width * height;
  const before = bySlice(annotated);
  const proposed = bySlice(chosen.masks);
  const settled = new Map(decided.map((places) => [places.slice, places]));
  const replaced = mode === 'replace' ? replacedBy(annotated, chosen, scope, voxels, width) : undefined;
  const slices = new Set([...proposed.keys(), ...[...before.keys()].filter((slice) => replaced?.has(slice))]);
  const change: MaskChange[] = [];
  for (const slice of [...slices].sort((a, b) => a - b)) {
    const old = labelsOf(before.get(slice), width, height);
    const model = labelsOf(proposed.get(slice), width, height);
    const closed = flagsOf(settled.get(slice), voxels);
    const within = replaced?.get(slice);
    const after = old.slice();
    for (let n = 0; n < voxels; n++) {
      const [from, to] = [old[n] as number, model[n] as number];
      const next = mode === 'replace' ? (within?.[n] === 1 ? to : from) : mode === 'add' ? to || from : from || to;
      if (next === from || closed[n] === 1 || locked.has(from) || locked.has(next)) continue;
      after[n] = next;
    }
    const runs = encodeRuns(after, width, height);
    change.push(changeBetween([{ slice, runs: before.get(slice) ?? new Uint32Array(0) }], [{ slice, runs }]));
  }
  return change.flat();
}

/** Flags of the voxels that `replace` gives to the proposal, by slice. */
function replacedBy(
  annotated: readonly SliceRuns[],
  { masks, places }: Chosen,
  scope: Scope,
  voxels: number,
  width: number,
): Map<number, Uint8Array> {
  if (scope.kind !== 'lesion') return new Map(places.map((one: SlicePlaces) => [one.slice, flagsOf(one, voxels)]));
  const label = masks[0]?.runs[0];
  const own = flagsBySlice(masks, voxels, width);
  const overlapping = components(annotated.map(({ slice, runs }) => ({ slice, runs: ofLabel(runs, label) }))).filter(
    ({ slices }) =>
      slices.some(({ slice, runs }) => {
        const flags = own.get(slice);
        return (
          flags !== undefined && runsOf(runs, width).some(([start, end]) => flags.subarray(start, end).includes(1))
        );
      }),
  );
  return flagsBySlice([...masks, ...overlapping.flatMap(({ slices }) => slices)], voxels, width);
}

function flagsBySlice(masks: readonly SliceRuns[], voxels: number, width: number): Map<number, Uint8Array> {
  const flags = new Map<number, Uint8Array>();
  for (const { slice, runs } of masks) {
    const known = flags.get(slice) ?? new Uint8Array(voxels);
    flags.set(slice, known);
    for (const [start, end] of runsOf(runs, width)) known.fill(1, start, end);
  }
  return flags;
}

/** Places [first, end) of packed runs. */
function runsOf(runs: Uint32Array, width: number): [number, number][] {
  return Array.from({ length: runs.length / 4 }, (_, n) => {
    const start = (runs[4 * n + 1] ?? 0) * width + (runs[4 * n + 2] ?? 0);
    return [start, start + (runs[4 * n + 3] ?? 0)];
  });
}

function ofLabel(runs: Uint32Array, label: number | undefined): Uint32Array {
  const own: number[] = [];
  for (let n = 0; n < runs.length; n += 4) if (runs[n] === label) own.push(...runs.subarray(n, n + 4));
  return Uint32Array.from(own);
}

function bySlice(masks: readonly SliceRuns[]): Map<number, Uint32Array> {
  return new Map(masks.map(({ slice, runs }) => [slice, runs]));
}

function labelsOf(runs: Uint32Array | undefined, width: number, height: number): Uint8Array {
  const labels = new Uint8Array(width * height);
  if (runs) paintRuns(runs, labels, width, height);
  return labels;
}
