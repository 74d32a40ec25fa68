/**
 * Boxes against the masks. A box may be wider than what it holds, as drawn ones are; but each
 * connected part of the mask (neighbours share a face, edge or corner within the slice) lies whole
 * in some box, and each box holds something. A slice without boxes states nothing by that.
 */
import type { Annotation, Box, SliceAnnotation } from '../annotation/annotation';
import { labelOf, SUBTYPES, type Subtype } from '../annotation/subtype';
import { components } from '../measure/components';
import { boxOfSubtype } from '../measure/statements';
import type { Finding } from './finding';

export function checkBoxes({ slices }: Annotation): Finding[] {
  return slices.flatMap((slice, k) =>
    SUBTYPES.flatMap((subtype) => (slice.findings[subtype].boxes.length === 0 ? [] : checkSubtype(slice, k, subtype))),
  );
}

function checkSubtype(slice: SliceAnnotation, k: number, subtype: Subtype): Finding[] {
  const { boxes } = slice.findings[subtype];
  const whole = boxOfSubtype(slice.runs, subtype);
  // Nearly always so, and found without looking for parts.
  if (whole && boxes.length === 1 && boxes[0] && encloses(boxes[0], whole)) return [];
  const parts = partsOf(slice.runs, subtype);
  const empty = boxes.map((box) => !parts.some((part) => overlap(box, part) > 0));
  const cut = parts.filter((part) => !boxes.some((box) => encloses(box, part)));
  const refitted = fittedBoxes(boxes, parts);
  const finding = (n: number, code: 'box-without-mask' | 'box-not-enclosing', message: string, after: readonly Box[]) =>
    ({
      code,
      severity: 'warning',
      message,
      path: ['slices', k, 'findings', subtype, 'boxes', n],
      slice: k,
      subtype,
      fix: {
        edit: {
          label: code === 'box-without-mask' ? `Remove box of ${subtype}` : `Fit boxes of ${subtype}`,
          mask: [],
          fields: [{ field: 'boxes', slice: k, subtype, before: boxes, after }],
        },
      },
    }) satisfies Finding;
  const found = boxes.flatMap((_, n) =>
    empty[n]
      ? [
          finding(
            n,
            'box-without-mask',
            `Slice ${k}: this box of ${subtype} holds none of the mask. Draw the mask, or remove the box.`,
            parts.length === 0 ? boxes.filter((_, m) => m !== n) : boxes.filter((_, m) => !empty[m]),
          ),
        ]
      : [],
  );
  for (const part of cut) {
    const n = nearestBox(boxes, part);
    const [column, row, columns, rows] = part;
    const message = `Slice ${k}: this box of ${subtype} does not enclose the mask, which reaches over columns ${column} to ${column + columns - 1} and rows ${row} to ${row + rows - 1} here. Fit the box to the mask, or correct the mask.`;
    found.push(finding(n, 'box-not-enclosing', message, refitted));
  }
  return found;
}

/** The boxes of the connected parts of one subtype on a slice. */
function partsOf(runs: Uint32Array, subtype: Subtype): Box[] {
  return components([{ slice: 0, runs }])
    .filter(({ label }) => label === labelOf(subtype))
    .flatMap(({ slices }) => {
      const box = boxOfSubtype(slices[0]?.runs ?? new Uint32Array(0), subtype);
      return box ? [box] : [];
    });
}

/** The boxes made as large and as small as the parts that each holds most of; boxes that hold none go. */
function fittedBoxes(boxes: readonly Box[], parts: readonly Box[]): Box[] {
  const grown = new Map<number, Box>();
  for (const part of parts) {
    const n = nearestBox(boxes, part);
    const known = grown.get(n);
    grown.set(n, known ? around(known, part) : part);
  }
  return boxes.map((_, n) => grown.get(n)).filter((box) => box !== undefined);
}

/** The box with which a part shares most, or else the one whose middle is nearest to its middle. */
function nearestBox(boxes: readonly Box[], part: Box): number {
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  boxes.forEach((box, n) => {
    const shared = overlap(box, part);
    const score = shared > 0 ? shared : -distance(box, part);
    if (score > bestScore) [best, bestScore] = [n, score];
  });
  return best;
}

function encloses([column, row, columns, rows]: Box, [left, top, width, height]: Box): boolean {
  return left >= column && top >= row && left + width <= column + columns && top + height <= row + rows;
}

/** Pixels that two boxes share. */
function overlap(a: Box, b: Box): number {
  const along = (axis: 0 | 1): number =>
    Math.min(a[axis] + a[axis === 0 ? 2 : 3], b[axis] + b[axis === 0 ? 2 : 3]) - Math.max(a[axis], b[axis]);
  return Math.max(0, along(0)) * Math.max(0, along(1));
}

function distance(a: Box, b: Box): number {
  return Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2);
}

function around(a: Box, b: Box): Box {
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return [left, top, Math.max(a[0] + a[2], b[0] + b[2]) - left, Math.max(a[1] + a[3], b[1] + b[3]) - top];
}
