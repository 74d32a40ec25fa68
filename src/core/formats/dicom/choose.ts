/** Which slices of a series make the volume, in what order, and which are left out and why. */
import { analyzeSlices } from '../../slices';
import { cross, dot, normalize, scale, subtract } from '../../vec3';
import type { Notice, Vec3 } from '../../volume';
import type { DicomSlice } from './slice';

export interface PlacedSlice extends DicomSlice {
  readonly position: Vec3;
}

export interface Choice {
  /** Ascending along cross(axes[0], axes[1]). */
  readonly slices: readonly PlacedSlice[];
  readonly axes: readonly [Vec3, Vec3];
  /** mm along i and j. */
  readonly spacing: readonly [number, number];
  readonly notices: readonly Notice[];
  readonly provenance: Readonly<Record<string, string>>;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/**
 * Chooses the slices of the volume: without localizers, of one orientation, size and pixel spacing,
 * each place once, sorted by position along the normal.
 * @param opened the file that the user opened: among equally many, its kind of slice is kept
 */
export function chooseSlices(given: readonly DicomSlice[], opened: string | undefined): Choice {
  // The same volume whatever the order in which files came.
  const all = [...given].sort(byIdentity);
  const notices: Notice[] = [];
  const leaveOut = (
    count: number,
    why: string,
    severity: Notice['severity'],
    code: Notice['code'] = 'left-out',
  ): void => {
    if (count > 0)
      notices.push({
        code,
        severity,
        message: `${plural(count, 'slice')} of the series ${count === 1 ? 'is' : 'are'} left out: ${why}.`,
      });
  };
  const keep = (from: readonly DicomSlice[], same: (a: DicomSlice, b: DicomSlice) => boolean): readonly DicomSlice[] =>
    largestGroup(from, same, opened);

  const images = all.some(({ localizer }) => !localizer) ? all.filter(({ localizer }) => !localizer) : all;
  leaveOut(all.length - images.length, 'localizer images', 'info');

  const parallel = keep(images, sameOrientation);
  leaveOut(images.length - parallel.length, 'their orientation or frame of reference is another one', 'info');

  const sized = keep(parallel, (a, b) => a.rows === b.rows && a.columns === b.columns);
  const { rows = 0, columns = 0 } = sized[0] ?? {};
  leaveOut(parallel.length - sized.length, `they are not ${columns} x ${rows} pixels as the others`, 'warning');

  const scaled = keep(sized, sameSpacing);
  const spacing = scaled[0]?.spacing;
  leaveOut(
    sized.length - scaled.length,
    `their pixel spacing is not ${spacing?.map((mm) => mm.toFixed(3)).join(' x ') ?? 'missing'} mm as that of the others`,
    'warning',
    'mixed-pixel-spacing',
  );

  const axes =
    scaled[0]?.orientation ??
    ([
      [1, 0, 0],
      [0, 1, 0],
    ] as const);
  const placed = placeAll(scaled, axes, notices);
  leaveOut(scaled.length - placed.slices.length, 'they do not say where they are', 'warning');
  if (spacing === undefined)
    notices.push({
      code: 'no-geometry',
      severity: 'warning',
      message: 'The files do not say the distance between pixels: 1 mm is taken, so measured sizes are wrong.',
    });
  return {
    slices: onePerPlace(placed.slices, axes, opened, notices),
    axes,
    spacing: spacing ?? [1, 1],
    notices,
    provenance: {
      spacing: scaled[0]?.spacingFrom ?? 'assumed',
      direction: scaled[0]?.orientation ? '(0020,0037)' : 'assumed',
      origin: placed.from,
    },
  };
}

function byIdentity(a: DicomSlice, b: DicomSlice): number {
  const [p = '', q = ''] = [a.sopInstanceUid, b.sopInstanceUid];
  return (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0) || (p < q ? -1 : p > q ? 1 : 0) || a.frame - b.frame;
}

/** The largest group of like slices, in their order; of equally large ones, that of the opened file, else the first. */
function largestGroup(
  slices: readonly DicomSlice[],
  same: (a: DicomSlice, b: DicomSlice) => boolean,
  opened: string | undefined,
): readonly DicomSlice[] {
  const groups: DicomSlice[][] = [];
  for (const slice of slices) {
    const group = groups.find(([first]) => first !== undefined && same(first, slice));
    if (group) group.push(slice);
    else groups.push([slice]);
  }
  const weight = (group: readonly DicomSlice[]): number =>
    group.length + (group.some(({ file }) => file === opened) ? 0.5 : 0);
  return groups.reduce((best, group) => (weight(group) > weight(best) ? group : best), groups[0] ?? []);
}

/** Cosines are stored with at least four digits. */
const cosineTolerance = 1e-3;

function sameOrientation(a: DicomSlice, b: DicomSlice): boolean {
  if (a.frameOfReferenceUid !== b.frameOfReferenceUid) return false;
  if (a.orientation === undefined || b.orientation === undefined) return a.orientation === b.orientation;
  return [0, 1].every((axis) => {
    const [p, q] = [a.orientation?.[axis], b.orientation?.[axis]];
    return p && q && Math.max(...subtract(p, q).map(Math.abs)) < cosineTolerance;
  });
}

function sameSpacing({ spacing: a }: DicomSlice, { spacing: b }: DicomSlice): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Math.abs(a[0] - b[0]) < 1e-3 * a[0] && Math.abs(a[1] - b[1]) < 1e-3 * a[1];
}

/** Gives every slice a position: its own, or where none has one, a step after the other in the order of instances. */
function placeAll(
  slices: readonly DicomSlice[],
  axes: readonly [Vec3, Vec3],
  notices: Notice[],
): { slices: PlacedSlice[]; from: string } {
  const placed = slices.flatMap((slice) => (slice.position ? [{ ...slice, position: slice.position }] : []));
  const [first] = slices;
  const inOneFile = first !== undefined && first.frames > 1 && slices.every(({ file }) => file === first.file);
  if (placed.length === slices.length || (placed.length > 0 && !inOneFile))
    return { slices: placed, from: '(0020,0032)' };
  const step = first?.sliceSpacing || first?.thickness || 1;
  const normal = normalize(cross(axes[0], axes[1]));
  const start = first?.position ?? [0, 0, 0];
  const inOrder = [...slices].sort((a, b) => (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0) || a.frame - b.frame);
  notices.push({
    code: 'no-geometry',
    severity: 'warning',
    message:
      slices.length > 1
        ? `The files do not say where the slices are: they are stacked ${step} mm apart in the order of their numbers, so left and right, positions and volumes may be wrong.`
        : 'The file does not say where the slice is, so left and right may be wrong.',
  });
  return {
    slices: inOrder.map((slice, k) => {
      const offset = scale(normal, k * Math.abs(step));
      return { ...slice, position: [start[0] + offset[0], start[1] + offset[1], start[2] + offset[2]] as Vec3 };
    }),
    from: 'assumed',
  };
}

/**
 * Sorts by position and keeps one slice of those at the same place: the opened one, one of the same time as
 * it, the earliest in time, one without loss, the first by instance number, in this order.
 */
function onePerPlace(
  slices: readonly PlacedSlice[],
  axes: readonly [Vec3, Vec3],
  opened: string | undefined,
  notices: Notice[],
): PlacedSlice[] {
  const normal = normalize(cross(axes[0], axes[1]));
  const { order, duplicates } = analyzeSlices(
    slices.map(({ position }) => position),
    normal,
  );
  const time = slices.find(({ file }) => file === opened)?.temporalPosition;
  const rank = ({ file, temporalPosition, lossy, instanceNumber, frame }: PlacedSlice): readonly number[] => [
    file === opened ? 0 : 1,
    time !== undefined && temporalPosition === time ? 0 : 1,
    temporalPosition ?? Number.MAX_VALUE,
    lossy ? 1 : 0,
    instanceNumber ?? Number.MAX_VALUE,
    frame,
  ];
  const dropped = new Set(
    duplicates.flatMap((group) => {
      const members = group.flatMap((n) => {
        const slice = slices[n];
        return slice ? [{ n, rank: rank(slice) }] : [];
      });
      return members
        .sort((a, b) => compare(a.rank, b.rank))
        .slice(1)
        .map(({ n }) => n);
    }),
  );
  if (dropped.size > 0) notices.push(duplicateNotice(duplicates, slices, normal));
  return order.flatMap((n) => (dropped.has(n) ? [] : (slices[n] ?? [])));
}

/** Orders lists of numbers by their first difference. */
function compare(a: readonly number[], b: readonly number[]): number {
  const n = a.findIndex((value, at) => value !== b[at]);
  return n < 0 ? 0 : (a[n] ?? 0) - (b[n] ?? 0);
}

function duplicateNotice(groups: readonly (readonly number[])[], slices: readonly PlacedSlice[], normal: Vec3): Notice {
  const differ = groups.filter((group) => {
    const [first, ...rest] = group.map((n) => slices[n]?.stored.voxels);
    return rest.some((voxels) => !sameVoxels(first, voxels));
  }).length;
  const at = groups.slice(0, 3).map((group) => dot(slices[group[0] ?? 0]?.position ?? [0, 0, 0], normal).toFixed(1));
  const where = `${at.join(', ')}${groups.length > at.length ? ', ...' : ''} mm`;
  return {
    code: 'duplicate-positions',
    severity: differ > 0 ? 'warning' : 'info',
    message: `${plural(groups.length, 'position')} (${where}) ${groups.length === 1 ? 'holds' : 'hold'} more than one slice, ${
      differ > 0 ? `${differ} of them with different pixels` : 'with the same pixels'
    }: one of each is shown.`,
  };
}

function sameVoxels(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): boolean {
  if (!a || !b || a.length !== b.length) return false;
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
}
