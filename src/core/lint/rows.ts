/** Mending the text of one row. */

import { emptySlice } from '../annotation/annotation';
import { encodeRow } from '../annotation/encode';
import { SUBTYPE_LETTERS } from '../annotation/rows';
import { encodeRuns } from '../annotation/runs';
import { letterMeant } from './names';

const RUN = /^([A-Za-z]+)(\d+)(?:\+(\d+))?$/;

/**
 * A row's line as it was most likely meant, without the comma: runs in order, of two that share
 * columns the earlier one keeps them, names of subtypes as letters, single spaces. Undefined where
 * the row is another one, a run cannot be understood, or a run lies outside of the image.
 */
export function mendRow(content: string, row: number, width: number): string | undefined {
  const at = content.search(/\s@/);
  const editor = at < 0 ? '' : content.slice(at + 2);
  const [number, ...words] = (at < 0 ? content : content.slice(0, at)).split(/\s+/).filter((word) => word !== '');
  if (number !== String(row)) return undefined;
  const labels = new Uint8Array(width);
  for (const word of words) {
    const [, name = '', first = '', count = '1'] = RUN.exec(word) ?? [];
    const letter = letterMeant(name);
    const [start, length] = [Number(first), Number(count)];
    if (letter === undefined || length < 1 || start + length > width) return undefined;
    const label = SUBTYPE_LETTERS.indexOf(letter) + 1;
    for (let column = start; column < start + length; column++) labels[column] ||= label;
  }
  const runs = encodeRuns(labels, width, 1);
  for (let n = 1; n < runs.length; n += 4) runs[n] = row;
  const editors = new Map(editor.trim() === '' ? [] : [[row, editor] as const]);
  return encodeRow({ ...emptySlice(), runs, editors }, row);
}
