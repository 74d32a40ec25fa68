/** What `hemorica info` says of a scan: the JSON object, and the same for people. */
import path from 'node:path';
import { directionLetters } from '../core/geometry';
import type { Notice, Vec3, Volume } from '../core/volume';
import { loadScan } from '../node/load-scan';
import type { ScanFiles } from '../node/scan-files';
import { decimal } from './output';
import { BUNDLE } from './place';

export interface ScanSummary {
  /** File, or folder of a series of several files, as an absolute path. */
  readonly path: string;
  readonly format: Volume['format'];
  readonly files: number;
  readonly modality?: string;
  readonly seriesInstanceUid?: string;
  readonly timePoint?: { readonly index: number; readonly count: number };
  /** Columns, rows, slices. */
  readonly size: Vec3;
  readonly storedType: string;
  readonly slope: number;
  readonly intercept: number;
  /** mm; the third is the median distance of the slices. */
  readonly spacing: Vec3;
  /** LPS mm. */
  readonly origin: Vec3;
  /** Unit LPS vectors of columns, rows and slices. */
  readonly direction: Volume['direction'];
  readonly normal: Vec3;
  /** Where columns, rows and slices lead to, e.g. "L", "P", "S". */
  readonly orientation: readonly [string, string, string];
  readonly regular: boolean;
  /** Degrees. */
  readonly tilt: number;
  /** Lowest and highest value (HU for CT), padding left out. */
  readonly range: { readonly min: number; readonly max: number };
  readonly slices: readonly {
    readonly index: number;
    readonly position: Vec3;
    readonly location: number;
    readonly thickness?: number;
    readonly extent: number;
    readonly file?: string;
  }[];
  readonly notices: readonly Notice[];
  readonly provenance: Volume['provenance'];
}

/** Path of a scan as one would name it: the folder of a series of several files, or the file. */
export function pathOf(scan: ScanFiles): string {
  const [first = ''] = scan.files;
  return scan.kind === 'dicom' && scan.files.length > 1 ? scan.folder : first;
}

/** Reads a scan and describes it. Throws ScanError. */
export async function summarize(scan: ScanFiles, timePoint: number | undefined): Promise<ScanSummary> {
  const volume = await loadScan(scan, { bundle: BUNDLE, ...(timePoint !== undefined && { timePoint }) });
  const { identity, direction, normal } = volume;
  return {
    path: pathOf(scan),
    format: volume.format,
    files: scan.files.length,
    ...(identity.modality !== undefined && { modality: identity.modality }),
    ...(identity.seriesInstanceUid !== undefined && { seriesInstanceUid: identity.seriesInstanceUid }),
    ...(volume.timePoint && { timePoint: volume.timePoint }),
    size: volume.size,
    storedType: volume.storedType,
    slope: volume.slope,
    intercept: volume.intercept,
    spacing: volume.spacing,
    origin: volume.origin,
    direction,
    normal,
    orientation: [directionLetters(direction[0]), directionLetters(direction[1]), directionLetters(normal)],
    regular: volume.regular,
    tilt: volume.tilt,
    range: valueRange(volume),
    slices: volume.slices.map((slice, index) => ({
      index,
      position: slice.position,
      location: slice.location,
      ...(slice.thickness !== undefined && { thickness: slice.thickness }),
      extent: slice.extent,
      ...(slice.source !== undefined && { file: slice.source }),
    })),
    notices: volume.notices,
    provenance: volume.provenance,
  };
}

function valueRange({ voxels, slope, intercept, padding }: Volume): { min: number; max: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const voxel of voxels) {
    const raw = Number(voxel);
    if (padding && raw >= padding.from && raw <= padding.to) continue;
    if (raw < low) low = raw;
    if (raw > high) high = raw;
  }
  const values = [low, high].map((raw) => raw * slope + intercept);
  return { min: Math.min(...values), max: Math.max(...values) };
}

const FORMATS: Readonly<Record<Volume['format'], string>> = {
  nifti1: 'NIfTI-1',
  nifti2: 'NIfTI-2',
  analyze: 'Analyze 7.5',
  dicom: 'DICOM',
};

/** Slices of a regular stack that are listed one by one; of more, the first and the last. */
const LISTED = 3;

/** A summary for people. `all`: list every slice even of an even stack. */
export function describe(summary: ScanSummary, all: boolean): string {
  const { spacing, origin, direction, orientation, range, timePoint, modality, files } = summary;
  const vector = (v: Vec3, digits = 3): string => `(${v.map((value) => decimal(value, digits)).join(', ')})`;
  const rows: readonly (readonly [string, string])[] = [
    [
      'format',
      [FORMATS[summary.format], modality, `${files} file${files === 1 ? '' : 's'}`].filter(Boolean).join(', '),
    ],
    ...(timePoint ? [['volume', `${timePoint.index + 1} of ${timePoint.count}`] as const] : []),
    ['size', `${summary.size.join(' x ')} voxels`],
    ['type', `${summary.storedType}, value = voxel x ${summary.slope} + ${summary.intercept}`],
    [
      'spacing',
      `${spacing.map((value) => decimal(value, 4)).join(' x ')} mm${summary.regular ? '' : ' (median; slices are uneven)'}`,
    ],
    ['origin', `${vector(origin)} mm LPS`],
    ['direction', direction.map((axis, n) => `${'ijk'[n]} ${vector(axis, 4)} ${orientation[n]}`).join(', ')],
    ['tilt', `${decimal(summary.tilt, 1)} degrees`],
    ['values', `${decimal(range.min)} to ${decimal(range.max)}`],
    ['slices', sliceLine(summary)],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(10)} ${value}`);
  const list = all || !summary.regular || summary.slices.length <= LISTED ? summary.slices : [];
  const table = list.map(
    ({ index, location, position, thickness, extent, file }) =>
      `    ${String(index + 1).padStart(4)}  at ${decimal(location, 2).padStart(8)} mm  position ${vector(position, 2)}  thickness ${thickness === undefined ? '?' : decimal(thickness)}  extent ${decimal(extent, 2)}${file ? `  ${file}` : ''}`,
  );
  const notices = summary.notices.map(({ severity, message }) => `  ${severity.padEnd(10)} ${message}`);
  return [shown(summary.path), ...lines, ...table, ...notices].join('\n');
}

function sliceLine({ slices, spacing, regular }: ScanSummary): string {
  const [first, last] = [slices[0], slices.at(-1)];
  const thicknesses = [...new Set(slices.map(({ thickness }) => thickness))].map((t) =>
    t === undefined ? 'unknown' : `${decimal(t)} mm`,
  );
  const place =
    slices.length > 1
      ? `from ${decimal(first?.location ?? 0, 2)} to ${decimal(last?.location ?? 0, 2)} mm`
      : `at ${decimal(first?.location ?? 0, 2)} mm`;
  const step = slices.length > 1 && regular ? `, every ${decimal(spacing[2])} mm` : '';
  return `${slices.length}, ${place}${step}, thickness ${thicknesses.join(' or ')}`;
}

/** A path relative to the working folder where it lies below it. */
export function shown(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative || '.';
}
