/** Which lines of a text another text replaces: what an editor of the text is told after an edit elsewhere. */

export interface LineChange {
  /** Lines [first, end) of the text before, counted from 0. */
  readonly first: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/**
 * The lines to replace so that `before` becomes `after`, in ascending order. Where both have as many
 * lines, as after an edit of a mask, exactly the lines that differ; otherwise what lies between the
 * lines that are alike at the start and at the end.
 */
export function changedLines(before: readonly string[], after: readonly string[]): LineChange[] {
  if (before.length === after.length) return differingLines(before, after);
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [{ first: start, end: before.length - tail, lines: after.slice(start, after.length - tail) }];
}

function differingLines(before: readonly string[], after: readonly string[]): LineChange[] {
  const changes: LineChange[] = [];
  for (let n = 0; n < before.length; n++) {
    if (before[n] === after[n]) continue;
    const first = n;
    while (n < before.length && before[n] !== after[n]) n++;
    changes.push({ first, end: n, lines: after.slice(first, n) });
  }
  return changes;
}
