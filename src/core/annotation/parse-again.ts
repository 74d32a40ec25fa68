/** Reading a text that was read before and has changed since: only the slices that changed are read. */
import type { Annotation } from './annotation';
import { commonEnds } from './common-ends';
import { countKeys, countKeysInText, parseAnnotation } from './parse';
import { readSlices } from './structure';

/** A text and the annotation that it is. */
export interface ReadText {
  /** Without a byte order mark, lines end in LF. */
  readonly text: string;
  readonly annotation: Annotation;
}

/** What the block of a slice begins with in the layout that we write; a string of JSON holds no line end, so it is nowhere else. */
const BLOCK = '\n  {\n   "slice": ';

/**
 * As `parseAnnotation`, for a text that says little else than `known`: the result shares the slices that have not
 * changed. Texts in another layout, and changes beyond the slices, are read from the start.
 */
export function parseAgain(text: string, file: string, known: ReadText | undefined): Annotation {
  return (known && readChanged(text, known)) ?? parseAnnotation(text, file);
}

/** undefined: it is to be read from the start, also to say what is wrong and where. */
function readChanged(text: string, { text: before, annotation }: ReadText): Annotation | undefined {
  if (text === before) return annotation;
  const ends = commonEnds(before, text);
  const block = before.lastIndexOf(BLOCK, ends.start - BLOCK.length);
  if (block < 0 || ends.start < BLOCK.length) return undefined;
  const first = Number.parseInt(before.slice(block + BLOCK.length), 10);
  // The blocks that have changed end where the next one begins, or the list of them.
  const following = before.indexOf(`,${BLOCK}`, before.length - ends.tail);
  const end = following < 0 ? before.lastIndexOf('\n ]\n}') : following;
  if (end < before.length - ends.tail) return undefined;
  const past =
    following < 0
      ? annotation.slices.length
      : Number.parseInt(before.slice(following + 1 + BLOCK.length, following + 20 + BLOCK.length), 10);
  const blocks = `[${text.slice(block, end + text.length - before.length)}]`;
  let raw: unknown;
  try {
    raw = JSON.parse(blocks);
  } catch {
    return undefined;
  }
  if (!Array.isArray(raw) || raw.length !== past - first || countKeys(raw) !== countKeysInText(blocks))
    return undefined;
  const { size } = annotation.image;
  const slices = readSlices(raw, first, size);
  return slices && { ...annotation, slices: annotation.slices.toSpliced(first, slices.length, ...slices) };
}
