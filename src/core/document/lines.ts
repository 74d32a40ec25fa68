/** Which lines of a text another text replaces: what an editor of the text is told after an edit elsewhere. */
import { commonEnds } from '../annotation/common-ends';

export interface LineChange {
  /** Lines [first, end) of the text before, counted from 0. */
  readonly first: number;
  readonly end: number;
  readonly lines: readonly string[];
  /** Characters of the last line that is replaced, without its line end; 0 where lines are only added. */
  readonly lastLength: number;
}

/**
 * The lines to replace so that `before` becomes `after`, in ascending order; lines end in LF. Where what
 * differs has as many lines in both, as after an edit of a mask, exactly the lines that differ; otherwise
 * what lies between the lines that are alike at the start and at the end.
 */
export function changedLines(before: string, after: string): LineChange[] {
  if (before === after) return [];
  const ends = commonEnds(before, after);
  // Whole lines: from the start of the first one that differs to the end of the last one.
  const start = ends.start === 0 ? 0 : before.lastIndexOf('\n', ends.start - 1) + 1;
  const stop = before.indexOf('\n', before.length - ends.tail);
  const tail = stop < 0 ? 0 : before.length - stop;
  const first = countLines(before, start);
  const old = before.slice(start, before.length - tail).split('\n');
  const young = after.slice(start, after.length - tail).split('\n');
  if (old.length === young.length) return differingLines(old, young, first);
  return differingBlock(old, young, first);
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function differingBlock(before: readonly string[], after: readonly string[], first: number): LineChange[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const end = before.length - tail;
  return [
    {
      first: first + start,
      end: first + end,
      lines: after.slice(start, after.length - tail),
      lastLength: end > start ? (before[end - 1]?.length ?? 0) : 0,
    },
  ];
}

function differingLines(before: readonly string[], after: readonly string[], first: number): LineChange[] {
  const changes: LineChange[] = [];
  for (let n = 0; n < before.length; n++) {
    if (before[n] === after[n]) continue;
    const start = n;
    while (n < before.length && before[n] !== after[n]) n++;
    changes.push({
      first: first + start,
      end: first + n,
      lines: after.slice(start, n),
      lastLength: before[n - 1]?.length ?? 0,
    });
  }
  return changes;
}
