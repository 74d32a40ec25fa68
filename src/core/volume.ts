/**
 * The decoded scan: voxels and where each of them is in the patient.
 *
 * Frame: world coordinates are DICOM's patient frame LPS in mm (x to the patient's left, y to the
 * back, z to the head). Index coordinates are (i, j, k) with i fastest in memory. For DICOM, i runs
 * along a row (columns), j down the rows, k over slices sorted along the normal.
 */

/** A point or direction in LPS (mm or unit length), or an index triple. */
export type Vec3 = readonly [number, number, number];

/** Voxels in the type in which the file stores them. 64-bit integers are kept as such only where a narrower type would lose values. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** One slice (one k): where it is and what part of the patient it stands for. */
export interface Slice {
  /** LPS mm of the centre of voxel (0, 0, k). */
  readonly position: Vec3;
  /** Distance of the slice plane along the volume's normal, mm: dot(position, normal). Ascends with k. */
  readonly location: number;
  /** Nominal thickness as the file states it (DICOM 0018,0050), mm; undefined where the file does not say. */
  readonly thickness?: number;
  /**
   * Extent along the normal, mm, that this slice stands for when volumes are measured: half the
   * way to each neighbour, except that a gap of missing slices counts only the slice's own thickness.
   */
  readonly extent: number;
  /** File the slice came from (base name), for series of files. */
  readonly source?: string;
  /** DICOM SOPInstanceUID and frame (0-based) where there is one. */
  readonly sopInstanceUid?: string;
  readonly frame?: number;
}

/** Something about the scan that its reader must know: shown as a notice on the scan and by `hemorica info`. */
export interface Notice {
  readonly code:
    | 'gantry-tilt'
    | 'missing-slices'
    | 'duplicate-positions'
    | 'uneven-spacing'
    | 'mixed-pixel-spacing'
    | 'left-out'
    | 'sheared-affine'
    | 'no-geometry'
    | 'time-series'
    | 'mixed-rescale'
    | 'truncated'
    | 'lossy'
    | 'not-hounsfield';
  readonly severity: 'info' | 'warning';
  /** One English sentence with its figures and units. */
  readonly message: string;
}

/** How the scan names itself, without anything that identifies a patient. */
export interface ScanIdentity {
  /** DICOM SeriesInstanceUID, where there is one. */
  readonly seriesInstanceUid?: string;
  readonly modality?: string;
}

export interface Volume {
  readonly format: 'nifti1' | 'nifti2' | 'analyze' | 'dicom';
  /** i fastest, then j, then k; length = size[0] * size[1] * size[2]. */
  readonly voxels: VoxelArray;
  /** Voxel type's bits as the file stores them, e.g. "int16", "uint8", "float32", "int64". */
  readonly storedType: string;
  /** value (HU for CT) = voxel * slope + intercept. */
  readonly slope: number;
  readonly intercept: number;
  /** Number of voxels along i, j, k. */
  readonly size: Vec3;
  /**
   * mm between voxel centres along i and j, and (median) distance between neighbouring slice planes,
   * measured along the normal. Under a tilt the step from slice to slice is longer than that:
   * positions come from `slices` (see `indexToWorld` and `affineOf`), not from this.
   */
  readonly spacing: Vec3;
  /** LPS mm of the centre of voxel (0, 0, 0). */
  readonly origin: Vec3;
  /** Unit LPS vectors of increasing i and j, and the unit vector of increasing k between slice positions (equal to +-the normal unless tilted or sheared). */
  readonly direction: readonly [Vec3, Vec3, Vec3];
  /** Unit normal of the slice planes, cross(direction[0], direction[1]), signed so that slice locations ascend with k. */
  readonly normal: Vec3;
  readonly slices: readonly Slice[];
  /** True if one affine maps every index to its world position (no uneven spacing; tilt and shear are still affine). */
  readonly regular: boolean;
  /** Gantry tilt in degrees: angle between the step from slice to slice and the normal; 0 if none. */
  readonly tilt: number;
  /** Raw value that stands for "no data" (DICOM pixel padding), to be drawn and measured as background. */
  readonly padding?: { readonly from: number; readonly to: number };
  /** Where each value came from, e.g. { spacing: "PixelSpacing (0028,0030)", origin: "sform" }. */
  readonly provenance: Readonly<Record<string, string>>;
  readonly notices: readonly Notice[];
  readonly identity: ScanIdentity;
  /** For files with more than three dimensions: how many volumes there are and which is this. */
  readonly timePoint?: { readonly index: number; readonly count: number };
}

/** An input that cannot be read: names the file, what is wrong and what can be done, in that order. */
export class ScanError extends Error {
  override readonly name = 'ScanError';
  constructor(
    /** File or series name as the user knows it. */
    readonly file: string,
    /** What is wrong, one sentence without the file name. */
    readonly problem: string,
    /** What the user can do, one sentence. */
    readonly remedy: string,
  ) {
    super(`${file}: ${problem} ${remedy}`);
  }
}

/** A decode that was cancelled by whoever asked for it; not an error to show. */
export class DecodeCancelled extends Error {
  override readonly name = 'DecodeCancelled';
  constructor(readonly file: string) {
    super(`${file}: reading was cancelled.`);
  }
}

/** What an AbortSignal and a mutable flag have in common. */
export interface CancelSignal {
  readonly aborted: boolean;
}

export type ProgressCallback = (done: number, total: number) => void;
