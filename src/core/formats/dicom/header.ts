/**
 * What a DICOM file says about its image: format, geometry and meaning of its frames.
 * Attributes: PS3.3 C.7.6.2 (image plane), C.7.6.3 (image pixel), C.7.6.16 (functional groups),
 * C.8.2.1 and C.11.1 (rescale). Positions in LPS mm.
 */
import type { DataSet, Element } from 'dicom-parser';
import { ScanError, type Vec3 } from '../../volume';
import { type More, type ParsedFile, parseFile } from './dataset';
import { showTag, tags } from './elements';

/** How one pixel is stored. */
export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly photometric: string;
  /** 8, 16, 32; 64 for doubles. */
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Float (7FE0,0008) or Double Float (7FE0,0009) Pixel Data. */
  readonly float: boolean;
}

/** Place and meaning of one frame; undefined where the file does not say. */
export interface FrameHeader {
  /** LPS mm of the centre of the first pixel. */
  readonly position?: Vec3;
  /** Unit LPS directions of increasing column (i) and row (j). */
  readonly orientation?: readonly [Vec3, Vec3];
  /** mm between pixel centres along i and j. */
  readonly spacing?: readonly [number, number];
  /** Element that `spacing` comes from. */
  readonly spacingFrom?: string;
  /** mm. */
  readonly thickness?: number;
  readonly slope?: number;
  readonly intercept?: number;
  /** Rescale Type (0028,1054): "HU" for Hounsfield units. */
  readonly rescaleType?: string;
}

/** What a file says of itself, without pixels and without anything about the patient. */
export interface DicomHeader extends FrameHeader {
  /** File name as given. */
  readonly name: string;
  readonly transferSyntax: string;
  /** True if the file does not state its transfer syntax and it was told from the data. */
  readonly guessedSyntax: boolean;
  readonly sopClassUid?: string;
  readonly sopInstanceUid?: string;
  readonly studyInstanceUid?: string;
  readonly seriesInstanceUid?: string;
  readonly frameOfReferenceUid?: string;
  readonly modality?: string;
  readonly seriesNumber?: number;
  readonly instanceNumber?: number;
  readonly temporalPosition?: number;
  readonly isDicomDir: boolean;
  /** True if the file has pixel data and says its size. */
  readonly isImage: boolean;
  readonly isLocalizer: boolean;
  /** 0 where the file has no image. */
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  /** Spacing Between Slices (0018,0088), mm. */
  readonly sliceSpacing?: number;
  /** Multi-frame files: place and meaning of each frame. */
  readonly perFrame?: readonly FrameHeader[];
}

const directorySopClass = '1.2.840.10008.1.3.10';

/**
 * Reads the header of a DICOM file from its first part.
 * @param bytes the file from its start; 64 KiB hold nearly every header
 * @param name file name for errors
 * @param total size of the whole file in bytes; leave out if `bytes` is the whole file
 * @returns the header, or how many bytes from the start of the file are needed
 * @throws ScanError if this is not a DICOM file
 */
export function readDicomHeader(bytes: Uint8Array, name: string, total = bytes.length): { header: DicomHeader } | More {
  const parsed = parseFile(bytes, name, total);
  // Where the file's own size is enough there is nothing more to ask for.
  if ('more' in parsed) return { more: Math.min(parsed.more, total) };
  return { header: headerOf(parsed, name) };
}

export function headerOf(parsed: ParsedFile, name: string): DicomHeader {
  const { elements, transferSyntax, guessed, pixels } = parsed;
  const text = (tag: string): string | undefined => elements.string(tag) || undefined;
  const rows = elements.uint16(tags.rows) ?? 0;
  const columns = elements.uint16(tags.columns) ?? 0;
  const frames = Math.max(1, integer(elements, tags.frames) ?? 1);
  const own = readFrame(elements);
  const perFrame =
    frames > 1 || elements.elements[tags.sharedGroups] ? readFunctionalGroups(elements, own, frames) : [];
  const sopClassUid = text(tags.sopClass);
  return {
    ...(perFrame[0] ?? own),
    name,
    transferSyntax,
    guessedSyntax: guessed,
    ...defined({
      sopClassUid,
      sopInstanceUid: text(tags.sopInstance),
      studyInstanceUid: text(tags.studyInstance),
      seriesInstanceUid: text(tags.seriesInstance),
      frameOfReferenceUid: text(tags.frameOfReference),
      modality: text(tags.modality),
      seriesNumber: integer(elements, tags.seriesNumber),
      instanceNumber: integer(elements, tags.instanceNumber),
      temporalPosition: integer(elements, tags.temporalPosition) ?? integer(elements, tags.acquisitionNumber),
      sliceSpacing: numbers(elements, tags.spacingBetweenSlices)[0],
    }),
    isDicomDir: sopClassUid === directorySopClass || elements.elements[tags.directoryRecords] !== undefined,
    isImage: pixels !== undefined && rows > 0 && columns > 0,
    isLocalizer: /\\\s*LOCALIZER\s*(\\|$)/i.test(text(tags.imageType) ?? ''),
    rows,
    columns,
    frames,
    ...(perFrame.length > 0 ? { perFrame } : {}),
  };
}

/**
 * The pixel format of an image.
 * @throws ScanError if the file has no image or one that Hemorica cannot show
 */
export function pixelFormatOf({ elements, pixels, brokenAt }: ParsedFile, name: string): PixelFormat {
  const rows = elements.uint16(tags.rows) ?? 0;
  const columns = elements.uint16(tags.columns) ?? 0;
  if (pixels === undefined) {
    if (brokenAt)
      throw new ScanError(
        name,
        `It ends or is damaged in the middle of element ${brokenAt}, before its pixel data.`,
        'Copy the file again from where it came.',
      );
    const modality = elements.string(tags.modality);
    throw new ScanError(
      name,
      `It holds no image${modality ? ` (modality ${modality.slice(0, 16)})` : ''}: there is no pixel data.`,
      'Open a file of an image series, such as CT.',
    );
  }
  if (rows === 0 || columns === 0)
    throw new ScanError(name, 'It does not say its number of rows and columns.', 'Export the image again.');
  const samples = elements.uint16(tags.samplesPerPixel) ?? 1;
  const photometric = (elements.string(tags.photometric) ?? 'MONOCHROME2').toUpperCase();
  if (samples !== 1 || !photometric.startsWith('MONOCHROME'))
    throw new ScanError(
      name,
      `It is a color image (${photometric.slice(0, 20)}, ${samples} samples per pixel), which has no Hounsfield units.`,
      'Open the original CT series instead of a screenshot or a report.',
    );
  const float = pixels.tag !== tags.pixels;
  const bitsAllocated = float
    ? pixels.tag === tags.floatPixels
      ? 32
      : 64
    : (elements.uint16(tags.bitsAllocated) ?? 16);
  if (!float && ![8, 16, 32].includes(bitsAllocated))
    throw new ScanError(
      name,
      `It stores ${bitsAllocated} bits per pixel; 8, 16 and 32 can be read.`,
      'Export the image again with 16 bits allocated.',
    );
  const bitsStored = float ? bitsAllocated : (elements.uint16(tags.bitsStored) ?? bitsAllocated);
  if (bitsStored < 1 || bitsStored > bitsAllocated)
    throw new ScanError(
      name,
      `It says that ${bitsStored} of ${bitsAllocated} bits are used.`,
      'Export the image again.',
    );
  const highBit = elements.uint16(tags.highBit) ?? bitsStored - 1;
  return {
    rows,
    columns,
    samples,
    photometric,
    bitsAllocated,
    bitsStored,
    // A high bit that leaves no room for the stored bits is a known slip of writers; the bits then start at 0.
    highBit: highBit + 1 >= bitsStored && highBit < bitsAllocated ? highBit : bitsStored - 1,
    signed: elements.uint16(tags.pixelRepresentation) === 1,
    float,
  };
}

/** Pixel Padding Value and Range Limit: raw values that stand for no data. */
export function paddingOf(elements: DataSet, format: PixelFormat): { from: number; to: number } | undefined {
  if (format.float || format.bitsAllocated > 16) return undefined;
  const read = (tag: string): number | undefined =>
    (elements.elements[tag]?.length ?? 0) >= 2
      ? format.signed
        ? elements.int16(tag)
        : elements.uint16(tag)
      : undefined;
  const value = read(tags.pixelPadding);
  if (value === undefined) return undefined;
  const limit = read(tags.pixelPaddingLimit) ?? value;
  return { from: Math.min(value, limit), to: Math.max(value, limit) };
}

/** Place and meaning from the attributes of the data set itself or of one functional group. */
function readFrame(elements: DataSet): FrameHeader {
  const position = numbers(elements, tags.imagePosition);
  const cosines = numbers(elements, tags.imageOrientation);
  const spacing = [tags.pixelSpacing, tags.imagerPixelSpacing, tags.nominalScannedPixelSpacing]
    .map((tag) => ({ tag, values: numbers(elements, tag) }))
    .find(({ values }) => values.length >= 2);
  const [rowSpacing, columnSpacing] = spacing?.values ?? [];
  return defined({
    position: vec3(position, 0),
    orientation: orientationOf(cosines),
    // Pixel Spacing is (between rows, between columns), that is (j, i).
    spacing:
      rowSpacing !== undefined && columnSpacing !== undefined ? ([columnSpacing, rowSpacing] as const) : undefined,
    spacingFrom: spacing ? showTag(spacing.tag) : undefined,
    thickness: positive(numbers(elements, tags.sliceThickness)[0]),
    slope: numbers(elements, tags.rescaleSlope)[0],
    intercept: numbers(elements, tags.rescaleIntercept)[0],
    rescaleType: elements.string(tags.rescaleType) || undefined,
  });
}

/** Frames of an enhanced image: shared groups, over which each frame's own groups go. */
function readFunctionalGroups(elements: DataSet, own: FrameHeader, frames: number): FrameHeader[] {
  const shared = itemsOf(elements, tags.sharedGroups)[0];
  const base = { ...own, ...(shared ? readGroups(shared) : {}) };
  const perFrame = itemsOf(elements, tags.frameGroups);
  if (perFrame.length === 0) return shared ? [base] : [];
  return perFrame.slice(0, frames).map((groups) => ({ ...base, ...readGroups(groups) }));
}

/** Reads every functional group macro's only item: their attributes do not clash. */
function readGroups(groups: DataSet): FrameHeader {
  const items = Object.values(groups.elements).map((element) => element.items?.[0]?.dataSet);
  return Object.assign({}, ...items.map((item) => (item ? readFrame(item) : {})));
}

export const itemsOf = (elements: DataSet, tag: string): DataSet[] =>
  (elements.elements[tag]?.items ?? []).flatMap((item: Element) => (item.dataSet ? [item.dataSet] : []));

/** Decimal strings (DS) of an element; NaN for one that is no number. */
function numbers(elements: DataSet, tag: string): number[] {
  const text = elements.string(tag);
  // Some writers use a decimal comma.
  return text === undefined || text === ''
    ? []
    : text.split('\\').map((part) => Number(part.replace(',', '.').trim() || 'x'));
}

function integer(elements: DataSet, tag: string): number | undefined {
  const value = elements.intString(tag);
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined;

function vec3(values: readonly number[], start: number): Vec3 | undefined {
  const [x, y, z] = values.slice(start, start + 3);
  return x !== undefined && y !== undefined && z !== undefined && [x, y, z].every(Number.isFinite)
    ? [x, y, z]
    : undefined;
}

/** Row and column cosines; undefined unless they are two directions at (nearly) right angles. */
function orientationOf(cosines: readonly number[]): readonly [Vec3, Vec3] | undefined {
  const row = vec3(cosines, 0);
  const column = vec3(cosines, 3);
  if (!row || !column) return undefined;
  const lengths = [Math.hypot(...row), Math.hypot(...column)];
  if (lengths.some((length) => Math.abs(length - 1) > 0.05)) return undefined;
  const [a = 1, b = 1] = lengths;
  const product = (row[0] * column[0] + row[1] * column[1] + row[2] * column[2]) / (a * b);
  if (Math.abs(product) > 0.05) return undefined;
  return [
    [row[0] / a, row[1] / a, row[2] / a],
    [column[0] / b, column[1] / b, column[2] / b],
  ];
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without the properties that are undefined. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}
