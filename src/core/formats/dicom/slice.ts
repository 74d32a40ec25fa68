import { ScanError, type Vec3 } from '../../volume';
import type { PixelFormat } from './header';
import type { DicomImage } from './image';
import type { StoredSlice } from './store';

/** One decoded frame with all that the series needs to know of it. */
export interface DicomSlice {
  readonly stored: StoredSlice;
  readonly file: string;
  readonly frame: number;
  readonly rows: number;
  readonly columns: number;
  /** LPS mm of the first voxel's centre; undefined where the file does not say. */
  readonly position: Vec3 | undefined;
  readonly orientation: readonly [Vec3, Vec3] | undefined;
  /** mm along i and j. */
  readonly spacing: readonly [number, number] | undefined;
  readonly spacingFrom: string | undefined;
  readonly thickness: number | undefined;
  readonly sliceSpacing: number | undefined;
  readonly slope: number;
  readonly intercept: number;
  /** False if the file says that values are not Hounsfield units, or does not say how to get them. */
  readonly hounsfield: boolean;
  /** Rescale Type (0028,1054), where the file states one. */
  readonly rescaleType: string | undefined;
  readonly typeName: string;
  readonly padding: { readonly from: number; readonly to: number } | undefined;
  readonly lossy: boolean;
  readonly localizer: boolean;
  readonly modality: string | undefined;
  readonly seriesInstanceUid: string | undefined;
  readonly sopInstanceUid: string | undefined;
  readonly frameOfReferenceUid: string | undefined;
  readonly instanceNumber: number | undefined;
  readonly temporalPosition: number | undefined;
  readonly transferSyntax: string;
  /** If values are stored inverted: value and mirrored value add up to `sum`. */
  readonly inverted: { readonly sum: number } | undefined;
  /** Frames in its file. */
  readonly frames: number;
}

/**
 * Describes a frame of an image.
 * @throws ScanError if its spacing or rescale is not a usable number
 */
export function describeSlice(image: DicomImage, frame: number, stored: StoredSlice, typeName: string): DicomSlice {
  const { header, format } = image;
  const place = header.perFrame?.[frame] ?? header;
  const { spacing, slope = 1, intercept = 0 } = place;
  if (spacing && !spacing.every((value) => value > 0 && Number.isFinite(value)))
    throw new ScanError(
      header.name,
      `Its pixel spacing is not a size: ${spacing[1]} x ${spacing[0]} mm.`,
      'Export the image again, or correct Pixel Spacing (0028,0030).',
    );
  if (!Number.isFinite(slope) || !Number.isFinite(intercept) || slope === 0)
    throw new ScanError(
      header.name,
      `Its rescale slope and intercept are not usable numbers: ${slope}, ${intercept}.`,
      'Export the image again.',
    );
  const isCt = header.modality === 'CT';
  // Values of CT are Hounsfield units whatever the photometric interpretation says of gray levels.
  const inverted = isCt || format.photometric !== 'MONOCHROME1' ? undefined : { sum: rangeSum(format) };
  return {
    stored,
    file: header.name,
    frame,
    rows: header.rows,
    columns: header.columns,
    position: framePosition(image, frame),
    orientation: place.orientation,
    spacing,
    spacingFrom: place.spacingFrom,
    thickness: place.thickness,
    sliceSpacing: header.sliceSpacing,
    slope,
    intercept,
    rescaleType: place.rescaleType,
    hounsfield: isCt && place.slope !== undefined && (place.rescaleType ?? 'HU').trim().toUpperCase() === 'HU',
    typeName,
    padding: inverted && image.padding ? mirror(image.padding, inverted.sum) : image.padding,
    lossy: image.lossy,
    localizer: header.isLocalizer,
    modality: header.modality,
    seriesInstanceUid: header.seriesInstanceUid,
    sopInstanceUid: header.sopInstanceUid,
    frameOfReferenceUid: header.frameOfReferenceUid,
    instanceNumber: header.instanceNumber,
    temporalPosition: header.temporalPosition,
    transferSyntax: header.transferSyntax,
    inverted,
    frames: header.frames,
  };
}

/** Lowest and highest value that can be stored, added. */
const rangeSum = ({ signed, float, bitsStored }: PixelFormat): number =>
  float ? 0 : signed ? -1 : 2 ** bitsStored - 1;

const mirror = ({ from, to }: { from: number; to: number }, sum: number): { from: number; to: number } => ({
  from: sum - to,
  to: sum - from,
});

/** Position of a frame; in a multi-frame file that gives one for all, only the first frame's is known. */
function framePosition({ header }: DicomImage, frame: number): Vec3 | undefined {
  if (header.perFrame) return header.perFrame[frame]?.position;
  return frame === 0 || header.frames === 1 ? header.position : undefined;
}
