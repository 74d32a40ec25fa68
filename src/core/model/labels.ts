/** Orders of labels that networks for hemorrhage are known to have, and how people write others. */
import { SUBTYPES } from '../annotation/subtype';
import { SLICE_LABELS } from './classify';
import type { Meaning } from './propose-manifest';

/** By the alphabet of their full names, as the RSNA 2019 and BHSD data sets number them. */
export const ALPHABETICAL: readonly string[] = ['EPH', 'IPH', 'IVH', 'SAH', 'SDH'];

/** Number of planes that labels are asked for; 0 where none are. */
export function labelCount(meaning: Meaning): number {
  if (meaning.kind === 'blood') return 0;
  return meaning.kind === 'typed' ? meaning.subtype.planes : meaning.output.planes;
}

/** The labels that may stand in a place. */
export function knownLabels({ kind }: Meaning): readonly string[] {
  if (kind === 'typed') return SUBTYPES;
  return kind === 'slice' ? SLICE_LABELS : ['background', 'any', ...SUBTYPES];
}

/** Likely orders of the labels, the likeliest first; none for a number of planes that is not usual. */
export function usualLabels(meaning: Meaning): readonly (readonly string[])[] {
  const count = labelCount(meaning);
  const orders = [ALPHABETICAL, SUBTYPES];
  const exclusive = meaning.kind !== 'typed' && meaning.output.activation !== 'sigmoid';
  const nothing = meaning.kind === 'slice' ? 'none' : 'background';
  if (meaning.kind === 'typed') return count === 5 ? orders : [];
  if (count === 1) return [['any']];
  if (count === 2) return [[nothing, 'any']];
  if (count === 5) return orders;
  if (count !== 6) return [];
  const withNothing = orders.map((order) => [nothing, ...order]);
  const withAny =
    meaning.kind === 'slice'
      ? orders.flatMap((order) => [
          [...order, 'any'],
          ['any', ...order],
        ])
      : [];
  return exclusive ? [...withNothing, ...withAny] : [...withAny, ...withNothing];
}

/** Reads labels as people write them, such as "background, EPH, iph". The answer is a sentence where they do not fit. */
export function readLabels(text: string, meaning: Meaning): readonly string[] | string {
  const known = knownLabels(meaning);
  const written = text.split(/[\s,;]+/).filter((part) => part !== '');
  const labels: string[] = [];
  for (const word of written) {
    const label = known.find((one) => one.toLowerCase() === word.toLowerCase());
    if (label === undefined) return `"${word}" is none of ${known.join(', ')}.`;
    if (meaning.kind !== 'classes' && labels.includes(label)) return `"${label}" stands there twice.`;
    labels.push(label);
  }
  const count = labelCount(meaning);
  if (labels.length !== count) return `The network has ${count} of them, and there are ${labels.length}.`;
  if (labels.every((label) => label === 'background' || label === 'none')) return 'One of them must be of blood.';
  return labels;
}
