/** NIfTI voxel types (datatype field of nifti1.h) and what becomes of each. */
import { ScanError } from '../volume';

export interface NiftiDatatype {
  readonly code: number;
  /** As in `Volume.storedType`. */
  readonly name: string;
  /** Per voxel, in the file. */
  readonly bytes: number;
}

const READABLE: readonly NiftiDatatype[] = [
  { code: 2, name: 'uint8', bytes: 1 },
  { code: 4, name: 'int16', bytes: 2 },
  { code: 8, name: 'int32', bytes: 4 },
  { code: 16, name: 'float32', bytes: 4 },
  { code: 64, name: 'float64', bytes: 8 },
  { code: 256, name: 'int8', bytes: 1 },
  { code: 512, name: 'uint16', bytes: 2 },
  { code: 768, name: 'uint32', bytes: 4 },
  { code: 1024, name: 'int64', bytes: 8 },
  { code: 1280, name: 'uint64', bytes: 8 },
];

/** Types that are no scan of one number per voxel. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers',
  128: 'RGB colors',
  1536: '128-bit floating point numbers',
  1792: 'complex numbers',
  2048: 'complex numbers',
  2304: 'RGBA colors',
};

/** Analyze 7.5 knows these alone. */
const ANALYZE = [2, 4, 8, 16, 64];

/**
 * The voxel type of a datatype code.
 * @throws ScanError for types that Hemorica cannot show and for codes that do not exist.
 */
export function niftiDatatype(code: number, analyze: boolean, name: string): NiftiDatatype {
  const type = READABLE.find((candidate) => candidate.code === code);
  if (type && (!analyze || ANALYZE.includes(code))) return type;
  const refused = REFUSED[code];
  throw refused
    ? new ScanError(
        name,
        `The voxels are ${refused} (datatype ${code}), not one gray value each.`,
        'Convert the file to integers or 32-bit floating point numbers, for example with nibabel.',
      )
    : new ScanError(
        name,
        `The header states an unknown voxel type (datatype ${code}).`,
        'The file is damaged or not NIfTI; copy or export it again.',
      );
}

/** The datatype of a name as in `Volume.storedType`; undefined for names that NIfTI lacks. */
export function datatypeNamed(name: string): NiftiDatatype | undefined {
  return READABLE.find((candidate) => candidate.name === name);
}
