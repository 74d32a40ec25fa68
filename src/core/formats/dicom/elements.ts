/**
 * The elements that Hemorica reads from a DICOM file, in dicom-parser's notation ("xggggeeee").
 *
 * Nothing outside this list is kept, so no patient name, birth date or identifier ever leaves a file.
 */
export const tags = {
  transferSyntax: 'x00020010',
  directoryRecords: 'x00041220',
  imageType: 'x00080008',
  sopClass: 'x00080016',
  sopInstance: 'x00080018',
  modality: 'x00080060',
  sliceThickness: 'x00180050',
  spacingBetweenSlices: 'x00180088',
  imagerPixelSpacing: 'x00181164',
  nominalScannedPixelSpacing: 'x00182010',
  studyInstance: 'x0020000d',
  seriesInstance: 'x0020000e',
  seriesNumber: 'x00200011',
  instanceNumber: 'x00200013',
  imagePosition: 'x00200032',
  imageOrientation: 'x00200037',
  frameOfReference: 'x00200052',
  temporalPosition: 'x00200100',
  acquisitionNumber: 'x00200012',
  samplesPerPixel: 'x00280002',
  photometric: 'x00280004',
  frames: 'x00280008',
  rows: 'x00280010',
  columns: 'x00280011',
  pixelSpacing: 'x00280030',
  bitsAllocated: 'x00280100',
  bitsStored: 'x00280101',
  highBit: 'x00280102',
  pixelRepresentation: 'x00280103',
  pixelPadding: 'x00280120',
  pixelPaddingLimit: 'x00280121',
  rescaleIntercept: 'x00281052',
  rescaleSlope: 'x00281053',
  rescaleType: 'x00281054',
  lossyCompression: 'x00282110',
  modalityLut: 'x00283000',
  sharedGroups: 'x52009229',
  frameGroups: 'x52009230',
  extendedOffsets: 'x7fe00001',
  extendedLengths: 'x7fe00002',
  floatPixels: 'x7fe00008',
  doublePixels: 'x7fe00009',
  pixels: 'x7fe00010',
} as const;

const kept: ReadonlySet<string> = new Set(Object.values(tags));

/** True for an element that Hemorica reads; all others are skipped unread. */
export const isKept = (tag: string): boolean => kept.has(tag);

/** Sequences whose items are parsed; other sequences are only stepped over. */
const keptSequences: ReadonlySet<string> = new Set([tags.directoryRecords, tags.sharedGroups, tags.frameGroups]);
export const isKeptSequence = (tag: string): boolean => keptSequences.has(tag);

/** "x00280010" as the standard writes it: "(0028,0010)". */
export const showTag = (tag: string): string => `(${tag.slice(1, 5)},${tag.slice(5)})`.toUpperCase();
