/** Which subtype somebody meant who wrote another word. */
import { SUBTYPE_LETTERS } from '../annotation/rows';
import { SUBTYPES } from '../annotation/subtype';

/** The one name that a word is but for case or one letter (added, left out, changed, or two exchanged), else the only one there is. */
export function nearestName<T extends string>(word: string, names: readonly T[]): T | undefined {
  return nearOne(word, names) ?? (names.length === 1 ? names[0] : undefined);
}

/** Letter of the subtype that a word at the beginning of a run means; undefined where that is not beyond doubt. */
export function letterMeant(word: string): string | undefined {
  const upper = word.toUpperCase();
  if (upper.length === 1) return SUBTYPE_LETTERS.includes(upper) ? upper : undefined;
  const subtype = nearOne(word, SUBTYPES);
  return subtype && SUBTYPE_LETTERS[SUBTYPES.indexOf(subtype)];
}

function nearOne<T extends string>(word: string, names: readonly T[]): T | undefined {
  const upper = word.toUpperCase();
  const exact = names.find((name) => name === upper);
  const near = names.filter((name) => isOneOff(upper, name));
  return exact ?? (near.length === 1 ? near[0] : undefined);
}

function isOneOff(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const swapped = `${restA[1] ?? ''}${restA[0] ?? ''}${restA.slice(2)}`;
  return swapped === restB || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
