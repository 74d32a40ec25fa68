/** Which prediction belongs to which truth. */

/** What is known of a mask before it is read. */
export interface Matchable {
  /** SHA-256 of the scan's voxels. */
  readonly sha256?: string;
  readonly seriesInstanceUid?: string;
  /** Path below the folder that was named, with `/`, without the ending. */
  readonly name: string;
}

export interface Pair<T> {
  readonly truth: T;
  readonly prediction: T;
  readonly by: 'image hash' | 'series UID' | 'path' | 'file name';
}

export interface Paired<T> {
  readonly pairs: readonly Pair<T>[];
  readonly truthAlone: readonly T[];
  readonly predictionAlone: readonly T[];
}

const KEYS: readonly (readonly [Pair<never>['by'], (one: Matchable) => string | undefined])[] = [
  ['image hash', ({ sha256 }) => sha256],
  ['series UID', ({ seriesInstanceUid }) => seriesInstanceUid],
  ['path', ({ name }) => name],
  ['file name', ({ name }) => name.split('/').at(-1)],
];

/**
 * Pairs by the hash of the voxels, then by SeriesInstanceUID, by path below the named folders, and by
 * file name. A key that several of one side have decides nothing, be they paired already or not: copies of
 * one scan are told apart by their paths, and a "ct" without its own does not get that of another folder.
 * In the order of the truths.
 */
export function pairUp<T extends Matchable>(truths: readonly T[], predictions: readonly T[]): Paired<T> {
  const found = new Map<T, Pair<T>>();
  const taken = new Set<T>();
  for (const [by, keyOf] of KEYS) {
    const candidates = groupBy(predictions, keyOf);
    for (const [key, [truth, ...more]] of groupBy(truths, keyOf)) {
      const [prediction, ...others] = candidates.get(key) ?? [];
      if (truth === undefined || prediction === undefined || more.length > 0 || others.length > 0) continue;
      if (found.has(truth) || taken.has(prediction)) continue;
      found.set(truth, { truth, prediction, by });
      taken.add(prediction);
    }
  }
  return {
    pairs: truths.flatMap((truth) => found.get(truth) ?? []),
    truthAlone: truths.filter((truth) => !found.has(truth)),
    predictionAlone: predictions.filter((prediction) => !taken.has(prediction)),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
