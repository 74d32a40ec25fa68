/** DICOM transfer syntaxes (PS3.5 annex A, PS3.6 table A-1): how a data set and its pixels are encoded. */
export const implicitLittle = '1.2.840.10008.1.2';
export const explicitLittle = '1.2.840.10008.1.2.1';
export const explicitBig = '1.2.840.10008.1.2.2';
export const deflated = '1.2.840.10008.1.2.1.99';
export const encapsulatedUncompressed = '1.2.840.10008.1.2.1.98';

/** How the pixels are compressed: which decoder reads them. */
export type Compression =
  | 'none'
  | 'rle'
  | 'jpeg-8'
  | 'jpeg-dct'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k'
  | 'jpeg-xl';

export interface TransferSyntax {
  readonly name: string;
  readonly compression: Compression;
  /** True if decoded values may differ from those that the scanner stored. */
  readonly lossy?: true;
}

const syntaxes: Readonly<Record<string, TransferSyntax>> = {
  [implicitLittle]: { name: 'Implicit VR Little Endian', compression: 'none' },
  [explicitLittle]: { name: 'Explicit VR Little Endian', compression: 'none' },
  [explicitBig]: { name: 'Explicit VR Big Endian', compression: 'none' },
  [deflated]: { name: 'Deflated Explicit VR Little Endian', compression: 'none' },
  [encapsulatedUncompressed]: { name: 'Encapsulated Uncompressed Explicit VR Little Endian', compression: 'none' },
  '1.2.840.10008.1.2.5': { name: 'RLE Lossless', compression: 'rle' },
  '1.2.840.10008.1.2.4.50': { name: 'JPEG Baseline (process 1)', compression: 'jpeg-8', lossy: true },
  '1.2.840.10008.1.2.4.51': { name: 'JPEG Extended (processes 2 and 4)', compression: 'jpeg-dct', lossy: true },
  '1.2.840.10008.1.2.4.53': {
    name: 'JPEG Spectral Selection (processes 6 and 8)',
    compression: 'jpeg-dct',
    lossy: true,
  },
  '1.2.840.10008.1.2.4.55': {
    name: 'JPEG Full Progression (processes 10 and 12)',
    compression: 'jpeg-dct',
    lossy: true,
  },
  '1.2.840.10008.1.2.4.57': { name: 'JPEG Lossless (process 14)', compression: 'jpeg-lossless' },
  '1.2.840.10008.1.2.4.70': { name: 'JPEG Lossless (process 14, selection value 1)', compression: 'jpeg-lossless' },
  '1.2.840.10008.1.2.4.80': { name: 'JPEG-LS Lossless', compression: 'jpeg-ls' },
  '1.2.840.10008.1.2.4.81': { name: 'JPEG-LS Near-Lossless', compression: 'jpeg-ls', lossy: true },
  '1.2.840.10008.1.2.4.90': { name: 'JPEG 2000 Lossless', compression: 'jpeg-2000' },
  '1.2.840.10008.1.2.4.91': { name: 'JPEG 2000', compression: 'jpeg-2000', lossy: true },
  '1.2.840.10008.1.2.4.201': { name: 'High-Throughput JPEG 2000 Lossless', compression: 'htj2k' },
  '1.2.840.10008.1.2.4.202': { name: 'High-Throughput JPEG 2000 Lossless RPCL', compression: 'htj2k' },
  '1.2.840.10008.1.2.4.203': { name: 'High-Throughput JPEG 2000', compression: 'htj2k', lossy: true },
  '1.2.840.10008.1.2.4.110': { name: 'JPEG XL Lossless', compression: 'jpeg-xl' },
  '1.2.840.10008.1.2.4.111': { name: 'JPEG XL JPEG Recompression', compression: 'jpeg-xl', lossy: true },
  '1.2.840.10008.1.2.4.112': { name: 'JPEG XL', compression: 'jpeg-xl', lossy: true },
};

/** The transfer syntax of a UID; undefined for one that Hemorica cannot decode (video, JPIP, retired ones). */
export const transferSyntax = (uid: string): TransferSyntax | undefined =>
  Object.hasOwn(syntaxes, uid) ? syntaxes[uid] : undefined;
