/**
 * What models found in scans, kept on disk, so that a comparison that is run again only runs what it
 * does not know. An entry is named by the scan (the hash of its voxels and where they lie: the same
 * voxels in another place are another scan), the model and its threshold; beside it a note for each
 * scan says which one its files hold as long as they are the same files.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { deflateSync, inflateSync } from 'node:zlib';
import type { ImageReference } from '../../core/annotation/image';
import type { SegmentResult } from '../../protocol/inference';
import { writeAtomically } from '../atomic-write';
import type { ScanFiles } from '../scan-files';

/** What of a result is kept: all that a comparison and a proposal need. */
export type KeptResult = Pick<
  SegmentResult,
  'image' | 'slices' | 'volumes' | 'model' | 'extents' | 'candidates' | 'defaultThreshold' | 'minimumVolume'
>;

/** A scan as an annotation names it. */
export type ScanIdentity = Pick<ImageReference, 'sha256' | 'size' | 'affine'>;

/** What is noted of the files of a scan. */
export interface ScanNote {
  readonly image: ScanIdentity;
  /** mm that each slice stands for. */
  readonly extents: readonly number[];
}

/** What a result depends on beside the scan. */
export interface ModelKey {
  /** Hash of the manifest's text, which names the network's own hash. */
  readonly manifest: string;
  readonly threshold: number;
}

/** To be raised whenever the same manifest and voxels may give another result, or entries look otherwise. */
const VERSION = 1;

/** The oldest entries go when all together are larger, bytes. */
const LARGEST = 512 * 2 ** 20;

export class ModelResults {
  /** @param folder Absolute; made when it is first needed. Undefined: nothing is kept. */
  constructor(private readonly folder: string | undefined) {}

  /** What a model found in a scan; undefined where that is not known, or the entry cannot be read. */
  async get(image: ScanIdentity, key: ModelKey): Promise<KeptResult | undefined> {
    const file = this.#entry(image, key);
    if (file === undefined) return undefined;
    try {
      const kept: unknown = deserialize(inflateSync(await fs.readFile(file)));
      if (!isKept(kept) || kept.image.sha256 !== image.sha256) return undefined;
      const now = new Date();
      await fs.utimes(file, now, now).catch(() => undefined);
      return kept;
    } catch {
      // Missing, cut short, or of another version of the runtime: it will be made anew.
      return undefined;
    }
  }

  /** Keeps a result. A disk that takes no more is no reason to fail: the next run does the work again. */
  async put(key: ModelKey, result: KeptResult): Promise<void> {
    const { image, slices, volumes, model, extents, candidates, defaultThreshold, minimumVolume } = result;
    const known = { image, slices, volumes, model, extents, defaultThreshold, minimumVolume };
    const kept: KeptResult = { ...known, ...(candidates && { candidates }) };
    await this.#write(this.#entry(image, key), deflateSync(serialize(kept)));
  }

  /** What was noted of a scan, if its files are still those. */
  async noteOf(scan: ScanFiles): Promise<ScanNote | undefined> {
    const file = this.#note(scan);
    if (file === undefined) return undefined;
    try {
      const { stamp, note } = JSON.parse(await fs.readFile(file, 'utf8')) as { stamp: string; note: ScanNote };
      return stamp === (await stampOf(scan)) ? note : undefined;
    } catch {
      return undefined;
    }
  }

  /** Notes which scan the files hold. */
  async note(scan: ScanFiles, { image, extents }: ScanNote): Promise<void> {
    const { sha256, size, affine } = image;
    const stamp = await stampOf(scan);
    const text = JSON.stringify({ stamp, note: { image: { sha256, size, affine }, extents } });
    if (stamp !== undefined) await this.#write(this.#note(scan), text);
  }

  /** Removes what has not been used for longest, until the rest is not too large. */
  async prune(largest = LARGEST): Promise<void> {
    const { folder } = this;
    const names = folder === undefined ? [] : await fs.readdir(folder).catch(() => []);
    const entries = await Promise.all(
      names.map(async (name) => {
        const file = path.join(folder ?? '', name);
        const stat = await fs.stat(file).catch(() => undefined);
        return { file, size: stat?.size ?? 0, used: stat?.mtimeMs ?? 0 };
      }),
    );
    let size = 0;
    for (const entry of entries.sort((a, b) => b.used - a.used)) {
      size += entry.size;
      if (size > largest) await fs.rm(entry.file, { force: true });
    }
  }

  #entry({ sha256, size, affine }: ScanIdentity, { manifest, threshold }: ModelKey): string | undefined {
    return this.#file('result', [VERSION, sha256, ...size, ...affine, manifest, threshold]);
  }

  #note(scan: ScanFiles): string | undefined {
    return this.#file('scan', [VERSION, ...[...scan.files].sort()]);
  }

  #file(kind: string, parts: readonly (string | number)[]): string | undefined {
    const name = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    return this.folder === undefined ? undefined : path.join(this.folder, `${name}.${kind}`);
  }

  async #write(file: string | undefined, content: Uint8Array | string): Promise<void> {
    if (file === undefined) return;
    try {
      await fs.mkdir(path.dirname(file), { recursive: true });
      await writeAtomically(file, content);
    } catch {
      await fs.rm(file, { force: true }).catch(() => undefined);
    }
  }
}

/** Sizes and times of a scan's files: as long as they stay, so do the voxels. Undefined where a file is not there. */
async function stampOf({ files }: ScanFiles): Promise<string | undefined> {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    const stat = await fs.stat(file).catch(() => undefined);
    if (!stat) return undefined;
    hash.update(JSON.stringify([file, stat.size, stat.mtimeMs]));
  }
  return hash.digest('hex');
}

function isKept(value: unknown): value is KeptResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'image' in value &&
    'slices' in value &&
    'model' in value &&
    'extents' in value
  );
}
