/** Pending proposals as files: packed, and checked when they are read, since a wrong one would be drawn over a scan. */
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { gunzip, gzip } from 'node:zlib';
import type { Candidates, SliceCandidates } from '../../core/model/candidates';
import type { SlicePlaces } from '../../core/proposal/places';
import { MERGE_MODES, type MergeMode, type Proposal } from '../../core/proposal/proposal';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Version of the layout; files of another one are of no use. */
const VERSION = 1;

/** What a list says of a proposal that waits for a decision. */
export interface PendingSummary {
  /** SHA-256 of the scan's voxels. */
  readonly sha256: string;
  /** Address of the scan, as it was when the model ran, and its name for people. */
  readonly uri: string;
  readonly name: string;
  /** Name and version. */
  readonly model: string;
  readonly threshold: number;
  /** What is proposed at the threshold and not decided, mL by label (index 0 is EPH). */
  readonly volumes: readonly number[];
}

/** A proposal that waits for a decision. */
export interface PendingProposal extends Pick<PendingSummary, 'uri' | 'name' | 'threshold' | 'volumes'> {
  /** Tells runs apart. */
  readonly id: string;
  readonly proposal: Proposal;
  readonly mode: MergeMode;
}

export function summaryOf({ uri, name, threshold, volumes, proposal }: PendingProposal): PendingSummary {
  const { image, model } = proposal;
  return { sha256: image.sha256, uri, name, model: `${model.name} ${model.version}`, threshold, volumes };
}

/** Bytes of the file: the length of the summary (32 bit, little-endian), the summary, the packed whole. A list reads only the first two. */
export async function packProposal(pending: PendingProposal): Promise<Uint8Array> {
  const summary = Buffer.from(JSON.stringify({ version: VERSION, summary: summaryOf(pending) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(summary.length);
  return Buffer.concat([length, summary, await pack(serialize(pending), { level: 1 })]);
}

/** Throws Error for bytes that hold no proposal of this version. */
export async function unpackProposal(bytes: Uint8Array): Promise<PendingProposal> {
  const { end } = readSummary(bytes);
  const read: unknown = deserialize(await unpack(bytes.subarray(end)));
  if (!isPending(read)) throw new Error('It is no proposal of this version.');
  return read;
}

/**
 * The summary at the start of a file, and where the rest begins. Throws Error for bytes that hold
 * no proposal of this version, and for fewer than the summary has.
 */
export function readSummary(bytes: Uint8Array): { readonly summary: PendingSummary; readonly end: number } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + (view.length >= 4 ? view.readUInt32LE() : 0);
  const read: unknown = end <= view.length ? JSON.parse(view.toString('utf8', 4, end)) : undefined;
  if (!isRecord(read) || read.version !== VERSION || !isSummary(read.summary)) {
    throw new Error('It is no proposal of this version.');
  }
  return { summary: read.summary, end };
}

function isSummary(value: unknown): value is PendingSummary {
  if (!isRecord(value)) return false;
  const { sha256, uri, name, model, threshold, volumes } = value;
  const texts = [sha256, uri, name, model].every((one) => typeof one === 'string');
  return texts && Number.isFinite(threshold) && Array.isArray(volumes) && volumes.every(Number.isFinite);
}

function isPending(value: unknown): value is PendingProposal {
  if (!isRecord(value) || !isRecord(value.proposal)) return false;
  const { id, threshold, mode, uri, name, volumes, proposal } = value;
  const { image, model, candidates, decided, defaultThreshold, minimumVolume } = proposal;
  return (
    [id, uri, name].every((one) => typeof one === 'string') &&
    [threshold, defaultThreshold, minimumVolume].every(Number.isFinite) &&
    (MERGE_MODES as readonly unknown[]).includes(mode) &&
    Array.isArray(volumes) &&
    isRecord(image) &&
    isRecord(model) &&
    isCandidates(candidates) &&
    Array.isArray(decided) &&
    decided.every(isPlaces)
  );
}

function isCandidates(value: unknown): value is Candidates {
  if (!isRecord(value)) return false;
  const { size, slices } = value;
  if (!Array.isArray(size) || size.length !== 3 || !size.every(Number.isInteger) || !Array.isArray(slices))
    return false;
  const [width = 0, height = 0, depth = 0] = size as number[];
  return slices.every((slice) => isSlice(slice, width * height, depth));
}

function isSlice(value: unknown, voxels: number, depth: number): value is SliceCandidates {
  if (!isRecord(value)) return false;
  const { slice, runs, probability, subtype } = value;
  if (!(typeof slice === 'number' && slice >= 0 && slice < depth) || !(runs instanceof Uint32Array)) return false;
  let [count, end] = [0, 0];
  for (let n = 0; n < runs.length; n += 2) {
    if ((runs[n] ?? 0) < end) return false;
    end = (runs[n] ?? 0) + (runs[n + 1] ?? 0);
    count += runs[n + 1] ?? 0;
  }
  return (
    end <= voxels &&
    probability instanceof Uint8Array &&
    subtype instanceof Uint8Array &&
    probability.length === count &&
    subtype.length === count &&
    subtype.every((label) => label >= 1 && label <= 5)
  );
}

function isPlaces(value: unknown): value is SlicePlaces {
  return isRecord(value) && typeof value.slice === 'number' && value.runs instanceof Uint32Array;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
