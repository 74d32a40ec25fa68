/** What the address of a version says: which file, which revision. Pure, so that plain tests run it. */

/** A part of vscode.Uri. */
export interface Address {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}

/** What an address of the built-in git extension names. */
export interface GitAddress {
  /** Path of the file on disk, as git's extension writes it. */
  readonly path: string;
  /** A revision; '' and '~' are the index, '~1' to '~3' the stages of a conflict. */
  readonly ref: string;
}

/** Scheme under which the unsaved state of an annotation can be opened, to compare it with the file on disk. */
export const UNSAVED_SCHEME = 'hemorica-unsaved';

/** The file and revision of a `git:` address; undefined for other addresses. */
export function gitAddress({ scheme, query }: Address): GitAddress | undefined {
  if (scheme !== 'git') return undefined;
  try {
    const { path, ref } = JSON.parse(query) as { path?: unknown; ref?: unknown };
    return typeof path === 'string' && typeof ref === 'string' ? { path, ref } : undefined;
  } catch {
    return undefined;
  }
}

export type RevisionName =
  | { readonly kind: 'index' }
  | { readonly kind: 'stage'; readonly stage: 'base' | 'ours' | 'theirs' }
  | { readonly kind: 'revision'; readonly name: string };

const STAGES: ReadonlyMap<string, 'base' | 'ours' | 'theirs'> = new Map([
  ['~1', 'base'],
  ['~2', 'ours'],
  ['~3', 'theirs'],
]);

/** What a revision of git's extension stands for; full hashes are cut to eight digits, suffixes such as ^ stay. */
export function revisionName(ref: string): RevisionName {
  if (ref === '' || ref === '~') return { kind: 'index' };
  const stage = STAGES.get(ref);
  if (stage) return { kind: 'stage', stage };
  return { kind: 'revision', name: ref.replace(/^([0-9a-f]{8})[0-9a-f]{32}/, '$1') };
}

/** True for a revision that always means the same bytes. */
export function isFixed(ref: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?\^?$/.test(ref);
}

/**
 * Which of two addresses is the left side of a diff, where they say so themselves: git's extension
 * puts the older on the left, and what is not saved is newer than any. Undefined for two that may stand in any order.
 */
export function leftOf(a: Address, b: Address): 'a' | 'b' | undefined {
  const [firstIsUnsaved, secondIsUnsaved] = [a, b].map(({ scheme }) => scheme === UNSAVED_SCHEME);
  if (firstIsUnsaved !== secondIsUnsaved) return firstIsUnsaved ? 'b' : 'a';
  const [first, second] = [gitAddress(a), gitAddress(b)];
  if (first && !second) return 'a';
  if (second && !first) return 'b';
  if (!first || !second) return undefined;
  if (second.ref === `${first.ref}^`) return 'b';
  if (first.ref === `${second.ref}^`) return 'a';
  const [firstIsIndex, secondIsIndex] = [first, second].map(({ ref }) => revisionName(ref).kind === 'index');
  if (firstIsIndex === secondIsIndex) return undefined;
  return secondIsIndex ? 'a' : 'b';
}

/** The same from a tab's label, "left ↔ right", where the two have names of their own. */
export function leftByLabel(label: string, a: string, b: string): 'a' | 'b' | undefined {
  const [left, right, more] = label.split(' ↔ ');
  if (left === undefined || right === undefined || more !== undefined || a === b) return undefined;
  if (left.endsWith(a) && right.endsWith(b)) return 'a';
  if (left.endsWith(b) && right.endsWith(a)) return 'b';
  return undefined;
}
