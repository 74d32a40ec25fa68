/** How a network's array lies in the patient: where its depth, its rows and its columns lead. */

/** A world axis of LPS (0: right to left, 1: front to back, 2: feet to head) and the way along it. */
export interface Heading {
  readonly world: 0 | 1 | 2;
  readonly sign: 1 | -1;
}

/** Where the number of a slice, of a row and of a column grow towards. */
export interface Orientation {
  readonly depth: Heading;
  readonly rows: Heading;
  readonly columns: Heading;
}

const HEADINGS: Readonly<Record<string, Heading>> = {
  L: { world: 0, sign: 1 },
  R: { world: 0, sign: -1 },
  P: { world: 1, sign: 1 },
  A: { world: 1, sign: -1 },
  S: { world: 2, sign: 1 },
  I: { world: 2, sign: -1 },
};

/** Axial pictures with the patient's right on the left and the front on top, from the feet to the head. */
export const AXIAL_RADIOLOGICAL: Orientation = orientationOf('SPL') as Orientation;

/**
 * Three letters for where depth, rows and columns lead to, such as "SPL": slices towards the head
 * (S, or feet I), rows to the back (P, or front A), columns to the patient's left (L, or right R).
 * Undefined where the letters do not name one axis each.
 */
export function orientationOf(letters: string): Orientation | undefined {
  const [depth, rows, columns, ...more] = [...letters].map((letter) => HEADINGS[letter]);
  if (!depth || !rows || !columns || more.length > 0) return undefined;
  const axes = new Set([depth.world, rows.world, columns.world]);
  return axes.size === 3 ? { depth, rows, columns } : undefined;
}
