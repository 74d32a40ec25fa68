/**
 * What the positions of a stack's slices say: order, spacing, gaps, tilt, and the part of the
 * patient that each slice stands for.
 */
import { addScaled, dot, norm, normalize, subtract } from './vec3';
import type { Vec3 } from './volume';

/** Slices whose planes are closer than this, mm, are at the same place. */
const SAME_PLACE = 0.01;

/** A gap this many times the usual one around it holds at least one missing slice (one missing slice doubles it). */
const MISSING_FACTOR = 1.5;

/** How far from a whole number a multiple may be. */
const WHOLE = 0.1;

/** Neighbouring gaps looked at on each side of a gap, to know what is usual there. */
const NEIGHBOURS = 3;

/** Angles below this, degrees, are rounding of the stored positions and not a tilt. */
const NO_TILT = 0.05;

export interface SliceAnalysis {
  /** Input positions in ascending order along the normal: order[n] is the input's n-th lowest. Ties keep their input order. */
  readonly order: readonly number[];
  /** Groups of input positions (two or more each) that lie at the same place along the normal. */
  readonly duplicates: readonly (readonly number[])[];
  /** dot(position, normal) in `order`, mm. */
  readonly locations: readonly number[];
  /** locations[n + 1] - locations[n], mm; one fewer than slices. */
  readonly gaps: readonly number[];
  /** Median gap, mm (of the gaps above the same-place limit); undefined for a single slice. */
  readonly spacing: number | undefined;
  /** For each gap: true if slices are missing in it. */
  readonly missing: readonly boolean[];
  /** True if positions do not lie at equal steps on one line (within a tenth of the spacing and 0.06 mm, which is a position rounded to a tenth). */
  readonly uneven: boolean;
  /** Unit vector from the first to the last slice in `order`; the normal for a single slice. */
  readonly step: Vec3;
  /** Angle between `step` and the normal, degrees; 0 if below 0.05. */
  readonly tilt: number;
}

/**
 * Analyzes slice positions.
 * @param positions LPS mm of each slice's first voxel, in any order.
 * @param normal Unit normal of the slice planes (LPS).
 * @param thicknesses Nominal thickness of each, mm, where the file says.
 */
export function analyzeSlices(
  positions: readonly Vec3[],
  normal: Vec3,
  thicknesses: readonly (number | undefined)[] = [],
): SliceAnalysis {
  const along = positions.map((position) => dot(position, normal));
  const at = (n: number): number => along[n] ?? 0;
  const order = positions.map((_, n) => n).sort((a, b) => at(a) - at(b) || a - b);
  const sorted = order.map((n) => positions[n] ?? ([0, 0, 0] as Vec3));
  const locations = order.map(at);
  const gaps = gapsOf(locations);

  const duplicates: number[][] = [];
  for (let n = 1; n < order.length; n++) {
    if ((gaps[n - 1] ?? 0) >= SAME_PLACE) continue;
    const previous = order[n - 1] ?? 0;
    const group = duplicates.at(-1);
    if (group?.includes(previous)) group.push(order[n] ?? 0);
    else duplicates.push([previous, order[n] ?? 0]);
  }

  const first = sorted[0];
  const last = sorted.at(-1);
  const span = first && last ? subtract(last, first) : normal;
  const step = norm(span) >= SAME_PLACE ? normalize(span) : normal;
  // The sine keeps its accuracy near zero, where the cosine is flat.
  const sine = norm(addScaled(step, normal, -dot(step, normal)));
  const angle = (Math.atan2(sine, dot(step, normal)) * 180) / Math.PI;
  return {
    order,
    duplicates,
    locations,
    gaps,
    spacing: median(gaps.filter(isApart)),
    missing: missingGaps(
      locations,
      order.map((n) => thicknesses[n]),
    ),
    uneven: isUneven(sorted),
    step,
    tilt: angle < NO_TILT ? 0 : angle,
  };
}

/**
 * Which gaps between sorted slices hold missing ones: those at least 1.5 times the usual gap around
 * them, unless a slice beside the gap is thick enough to fill it. The usual gap is that of the
 * neighbourhood, not of the whole stack, since head CT often changes from thin slices at the base
 * to thick ones above; at an end of the stack, where such a change cannot be told from a missing
 * slice by its neighbours, only a whole multiple of the gap beside it counts.
 * @param locations Ascending, mm along the normal.
 * @param thicknesses Nominal thickness of each slice, mm, where known.
 */
export function missingGaps(
  locations: readonly number[],
  thicknesses: readonly (number | undefined)[] = [],
): readonly boolean[] {
  const gaps = gapsOf(locations);
  return gaps.map((gap, n) => {
    const thickest = Math.max(thicknesses[n] ?? 0, thicknesses[n + 1] ?? 0);
    const multiple = gap / usualGap(gaps, n);
    const atEnd = n === 0 || n === gaps.length - 1;
    const fits = !atEnd || Math.abs(multiple - Math.round(multiple)) <= WHOLE;
    return multiple >= MISSING_FACTOR && fits && gap >= MISSING_FACTOR * thickest;
  });
}

/**
 * Extent along the normal, mm, that each slice stands for when volumes are measured: half the way
 * to each neighbour. Beyond the ends, as much as on the inner side. A gap of missing slices counts
 * only half the slice's own thickness (half the usual gap where the thickness is unknown). A single
 * slice stands for its thickness, or 1 mm if even that is unknown.
 * @param locations Ascending, mm along the normal.
 * @param thicknesses Nominal thickness of each slice, mm, where known.
 * @param missing For each gap: true if slices are missing in it.
 */
export function sliceExtents(
  locations: readonly number[],
  thicknesses: readonly (number | undefined)[] = [],
  missing: readonly boolean[] = missingGaps(locations, thicknesses),
): readonly number[] {
  const gaps = gapsOf(locations);
  return locations.map((_, n) => {
    const thickness = thicknesses[n];
    const side = (gapIndex: number): number | undefined => {
      const gap = gaps[gapIndex];
      if (gap === undefined) return undefined;
      return missing[gapIndex] ? Math.min(gap, thickness ?? usualGap(gaps, gapIndex)) / 2 : gap / 2;
    };
    const below = side(n - 1);
    const above = side(n);
    if (below === undefined && above === undefined) return thickness ?? 1;
    return (below ?? above ?? 0) + (above ?? below ?? 0);
  });
}

/**
 * The gap that is usual around gap n: the larger of the median of the three before it and that of
 * the three after it, so that where the spacing changes for good, the wider side counts. At an end
 * of the stack, the neighbouring gap.
 */
function usualGap(gaps: readonly number[], n: number): number {
  const before = gaps.slice(Math.max(0, n - NEIGHBOURS), n).filter(isApart);
  const after = gaps.slice(n + 1, n + 1 + NEIGHBOURS).filter(isApart);
  const [lower, upper] = [median(before), median(after)];
  if (lower !== undefined && upper !== undefined) return Math.max(lower, upper);
  return before.at(-1) ?? after[0] ?? gaps[n] ?? 0;
}

function isApart(gap: number): boolean {
  return gap >= SAME_PLACE;
}

function isUneven(positions: readonly Vec3[]): boolean {
  const first = positions[0];
  const last = positions.at(-1);
  if (!first || !last || positions.length < 3) return false;
  const whole = subtract(last, first);
  const intervals = positions.length - 1;
  const tolerance = Math.min(0.06, (0.1 * norm(whole)) / intervals);
  return positions.some(
    (position, n) => norm(subtract(position, addScaled(first, whole, n / intervals))) > tolerance + 1e-9,
  );
}

function gapsOf(locations: readonly number[]): number[] {
  return locations.slice(1).map((location, n) => location - (locations[n] ?? 0));
}

/** Lower median; undefined of nothing. */
function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}
