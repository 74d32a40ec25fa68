/**
 * NIfTI-1, NIfTI-2 and Analyze 7.5 headers: fields by nifti-reader-js, judgement and geometry here.
 *
 * The library is given the fixed header alone, since its reader of header extensions trusts their
 * sizes. It is not asked for the affine: it takes the qform where both codes are set and the
 * qform's is the larger, puts NaN into quaternions that rounding made longer than 1, and misreads
 * the 64-bit sizes of big-endian NIfTI-2.
 * Format: nifti1.h and nifti2.h of nifti.nimh.nih.gov; Analyze 7.5, Mayo Clinic.
 */
import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import { type Affine, affineColumn, flipXY, isUsableAffine } from '../geometry';
import { norm } from '../vec3';
import { type Notice, ScanError, type Vec3 } from '../volume';
import { type NiftiDatatype, niftiDatatype } from './nifti-datatypes';
import { NIFTI2_HEADER, niftiHeaderLength } from './sniff';

export interface NiftiHeader {
  readonly format: 'nifti1' | 'nifti2' | 'analyze';
  readonly littleEndian: boolean;
  /** Voxels along i, j, k. */
  readonly size: Vec3;
  /** Number of volumes: the product of dimensions 4 to 7. */
  readonly volumes: number;
  readonly datatype: NiftiDatatype;
  readonly slope: number;
  readonly intercept: number;
  /** True if the voxels follow in the same file, false if they are in an .img file. */
  readonly single: boolean;
  /** Byte at which the first volume begins, in the file that holds the voxels. */
  readonly voxelOffset: number;
  /** LPS mm. */
  readonly affine: Affine;
  readonly provenance: Readonly<Record<string, string>>;
  readonly notices: readonly Notice[];
}

/** The largest volume, bytes: what one typed array of every platform can hold. */
export const LARGEST_VOLUME = 2 ** 31;

/**
 * Reads and checks a header.
 * @param bytes Begins with the header.
 * @param name File name for messages.
 * @throws ScanError naming what is wrong.
 */
export function parseNiftiHeader(bytes: Uint8Array, name: string): NiftiHeader {
  const kind = niftiHeaderLength(bytes);
  if (!kind) throw notNifti(name);
  if (bytes.length < kind.length)
    throw new ScanError(
      name,
      `The file ends within its header (${bytes.length} of ${kind.length} bytes).`,
      'Copy or export it again.',
    );
  const { littleEndian } = kind;
  const fixed = bytes.slice(0, kind.length);
  const magic = readMagic(fixed, kind.length);
  const fields = kind.length === NIFTI2_HEADER ? new NIFTI2() : new NIFTI1();
  // Both start as big-endian for the library, which turns to little-endian by itself.
  fields.readHeader(fixed.buffer);
  const view = new DataView(fixed.buffer);
  const version2 = kind.length === NIFTI2_HEADER;

  if (magic === undefined && version2) throw notNifti(name);
  const format = magic === undefined ? 'analyze' : version2 ? 'nifti2' : 'nifti1';
  const dims = version2
    ? Array.from({ length: 8 }, (_, n) => Number(view.getBigInt64(16 + 8 * n, littleEndian)))
    : fields.dims;
  const { size, volumes } = checkDimensions(dims, name);
  const datatype = niftiDatatype(fields.datatypeCode, format === 'analyze', name);
  const bytesPerVolume = size[0] * size[1] * size[2] * datatype.bytes;
  if (bytesPerVolume > LARGEST_VOLUME)
    throw new ScanError(
      name,
      `One volume of ${size.join(' x ')} ${datatype.name} voxels is ${(bytesPerVolume / 2 ** 30).toFixed(1)} GiB, above the limit of 2 GiB.`,
      'Crop it, or resample it to fewer voxels, and open the result.',
    );
  const single = magic === 'single';
  const offset = version2 ? Number(view.getBigInt64(168, littleEndian)) : fields.vox_offset;
  const notices: Notice[] = [];
  if (volumes > 1)
    notices.push({
      code: 'time-series',
      severity: 'info',
      message: `The file holds ${volumes} volumes; one is shown.`,
    });
  const { slope, intercept } = checkScaling(fields, format, name);
  const { affine, provenance, notice } = chooseAffine(view, fields, dims[0] ?? 3, size, format, littleEndian, name);
  checkPlausible(affine, name);
  if (notice) notices.push(notice);
  return {
    format,
    littleEndian,
    size,
    volumes,
    datatype,
    slope,
    intercept,
    single,
    voxelOffset: checkOffset(offset, single, kind.length, name),
    affine,
    provenance: { ...provenance, rescale: slope === 1 && intercept === 0 ? 'none' : 'scl_slope, scl_inter' },
    notices,
  };
}

function notNifti(name: string): ScanError {
  return new ScanError(
    name,
    'This is not a NIfTI file (neither its size field nor its magic are those of NIfTI-1, NIfTI-2 or Analyze).',
    'Check that the file is what its name says; convert other formats to NIfTI or DICOM.',
  );
}

/** "n+1" and "n+2" mean voxels in the same file, "ni1" and "ni2" in an .img; undefined for others. */
function readMagic(header: Uint8Array, length: number): 'single' | 'pair' | undefined {
  const at = length === NIFTI2_HEADER ? 4 : 344;
  const digit = length === NIFTI2_HEADER ? '2' : '1';
  const text = String.fromCharCode(...header.subarray(at, at + 4));
  if (text === `n+${digit}\0`) return 'single';
  if (text === `ni${digit}\0`) return 'pair';
  return undefined;
}

function checkDimensions(dims: readonly number[], name: string): { size: Vec3; volumes: number } {
  const rank = dims[0] ?? 0;
  const used = dims.slice(1, rank + 1);
  const total = used.reduce((product, dim) => product * dim, 1);
  if (rank < 1 || rank > 7 || used.some((dim) => dim < 1) || total > Number.MAX_SAFE_INTEGER)
    throw new ScanError(
      name,
      `The header's dimensions make no image (dim = ${dims.join(', ')}).`,
      'The file is damaged or not NIfTI; copy or export it again.',
    );
  const along = (n: number): number => (n <= rank ? (dims[n] ?? 1) : 1);
  return { size: [along(1), along(2), along(3)], volumes: along(4) * along(5) * along(6) * along(7) };
}

function checkOffset(offset: number, single: boolean, headerLength: number, name: string): number {
  // A single file's voxels follow the header and the four bytes of its extension flag.
  const least = single ? headerLength + 4 : 0;
  if (offset === 0) return least;
  if (Number.isSafeInteger(offset) && offset >= least) return offset;
  throw new ScanError(
    name,
    `The header puts the voxels at byte ${offset} (vox_offset), which is not possible.`,
    'The file is damaged; copy or export it again.',
  );
}

function checkScaling(
  fields: { scl_slope: number; scl_inter: number },
  format: NiftiHeader['format'],
  name: string,
): { slope: number; intercept: number } {
  const { scl_slope: slope, scl_inter: intercept } = fields;
  // Analyze has no scaling: its field at this place is unused. Slope 0 means "not scaled" (nifti1.h).
  if (format === 'analyze' || slope === 0 || !Number.isFinite(slope)) return { slope: 1, intercept: 0 };
  if (!Number.isFinite(intercept))
    throw new ScanError(
      name,
      `The header scales voxels by ${slope} but its intercept (scl_inter) is ${intercept}.`,
      'Repair scl_inter in the header (usually 0), or export the file again.',
    );
  return { slope, intercept };
}

/** Beyond these no scanner measures, and positions would lose their precision. */
const SPACING_MM = { least: 1e-4, most: 1e4 };
const FURTHEST_MM = 1e7;

function checkPlausible(affine: Affine, name: string): void {
  const columns = ([0, 1, 2] as const).map((c) => norm(affineColumn(affine, c)));
  const origin = affineColumn(affine, 3);
  if (
    columns.every((mm) => mm >= SPACING_MM.least && mm <= SPACING_MM.most) &&
    origin.every((mm) => Math.abs(mm) <= FURTHEST_MM)
  )
    return;
  throw new ScanError(
    name,
    `The header's voxels are ${columns.map((mm) => mm.toPrecision(3)).join(' x ')} mm large and begin at ${origin.map((mm) => mm.toPrecision(3)).join(', ')} mm, which is not possible.`,
    'Repair the sform, qform or units in the header (for example with nibabel), or export the file again.',
  );
}

interface ChosenAffine {
  readonly affine: Affine;
  readonly provenance: Record<string, string>;
  readonly notice?: Notice;
}

function chooseAffine(
  view: DataView,
  fields: NIFTI1 | NIFTI2,
  rank: number,
  size: Vec3,
  format: NiftiHeader['format'],
  littleEndian: boolean,
  name: string,
): ChosenAffine {
  const version2 = format === 'nifti2';
  const toMm = unitFactor(fields.xyzt_units);
  const chosen = (ras: Affine, source: string): ChosenAffine => ({
    affine: flipXY(ras.map((value, n) => (n < 12 ? value * toMm : value))),
    provenance: { origin: source, direction: source, spacing: source },
  });
  const { qform_code: qform, sform_code: sform } = fields;
  if (format !== 'analyze' && sform > 0) {
    const rows = Array.from({ length: 12 }, (_, n) =>
      version2 ? view.getFloat64(400 + 8 * n, littleEndian) : view.getFloat32(280 + 4 * n, littleEndian),
    );
    const affine = [...rows, 0, 0, 0, 1];
    if (isUsableAffine(affine)) return chosen(affine, 'sform');
    if (qform <= 0)
      throw new ScanError(
        name,
        'The sform matrix in the header is not an invertible matrix of numbers, and there is no qform.',
        'Repair the header (for example with nibabel or fslorient), or export the file again.',
      );
  }
  const pixdim = checkSpacing(fields.pixDims, rank, name);
  if (format !== 'analyze' && qform > 0) {
    const source = sform > 0 ? 'qform (the sform is not usable)' : 'qform';
    return chosen(quaternionAffine(fields, pixdim, name), source);
  }
  const notice: Notice = {
    code: 'no-geometry',
    severity: 'warning',
    message:
      format === 'analyze'
        ? 'Analyze 7.5 states no orientation: left and right, and the place in the patient, are assumed.'
        : 'The header has neither sform nor qform: left and right, and the place in the patient, are assumed.',
  };
  if (format === 'analyze') {
    // Stored from the patient's right to left (orient 0, "transverse unflipped"); centred on the world's origin.
    const center = (n: 0 | 1 | 2): number => (pixdim[n] * (size[n] - 1)) / 2;
    const [x, y, z] = pixdim;
    const ras = [-x, 0, 0, center(0), 0, y, 0, -center(1), 0, 0, z, -center(2), 0, 0, 0, 1];
    return { ...chosen(ras, 'pixdim'), notice };
  }
  // nifti1.h, method 1: x = pixdim[1] * i, and so on.
  const ras = [pixdim[0], 0, 0, 0, 0, pixdim[1], 0, 0, 0, 0, pixdim[2], 0, 0, 0, 0, 1];
  return { ...chosen(ras, 'pixdim'), notice };
}

function unitFactor(units: number): number {
  const spatial = units & 7;
  return spatial === 1 ? 1000 : spatial === 3 ? 0.001 : 1;
}

function checkSpacing(pixdim: readonly number[], rank: number, name: string): Vec3 {
  const along = (n: number): number => {
    const mm = pixdim[n] ?? 0;
    if (Number.isFinite(mm) && mm > 0) return mm;
    // What has no extent along an axis often states no spacing for it.
    if (n > rank) return 1;
    throw new ScanError(
      name,
      `The header's voxel spacing is ${mm} along axis ${n} (pixdim).`,
      'Put the true spacing into the header (for example with nibabel or fslchpixdim), or export the file again.',
    );
  };
  return [along(1), along(2), along(3)];
}

/** nifti1.h, method 2. RAS. */
function quaternionAffine(fields: NIFTI1 | NIFTI2, pixdim: Vec3, name: string): Affine {
  let [b, c, d] = [fields.quatern_b, fields.quatern_c, fields.quatern_d];
  const offset = [fields.qoffset_x, fields.qoffset_y, fields.qoffset_z];
  const square = b * b + c * c + d * d;
  // Rounding makes half turns a little longer than 1; much more is no rotation.
  if (!(square < 1.01) || !offset.every(Number.isFinite))
    throw new ScanError(
      name,
      `The header's qform is no rotation and shift (quaternion ${b}, ${c}, ${d}; offset ${offset.join(', ')}).`,
      'Repair the header (for example with nibabel or fslorient), or export the file again.',
    );
  let a = 0;
  if (square < 1 - 1e-7) a = Math.sqrt(1 - square);
  else [b, c, d] = [b / Math.sqrt(square), c / Math.sqrt(square), d / Math.sqrt(square)];
  const [x, y] = pixdim;
  // pixdim[0] is qfac: -1 if k runs against the right hand's thumb.
  const z = (fields.pixDims[0] ?? 1) < 0 ? -pixdim[2] : pixdim[2];
  const [p, q, r] = [offset[0] ?? 0, offset[1] ?? 0, offset[2] ?? 0];
  return [
    ...[(a * a + b * b - c * c - d * d) * x, 2 * (b * c - a * d) * y, 2 * (b * d + a * c) * z, p],
    ...[2 * (b * c + a * d) * x, (a * a + c * c - b * b - d * d) * y, 2 * (c * d - a * b) * z, q],
    ...[2 * (b * d - a * c) * x, 2 * (c * d + a * b) * y, (a * a + d * d - c * c - b * b) * z, r],
    ...[0, 0, 0, 1],
  ];
}
