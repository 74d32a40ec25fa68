/** DICOM: headers, series, directories and decoding. Pure TypeScript: bytes come in, a Volume goes out. */
export type { LoadCodec } from '../codecs/codec';
export { looksLikeDicom } from './dicom/dataset';
export { DecodeCancelled, DicomDecoder, type DicomDecoderOptions, decodeDicom } from './dicom/decoder';
export { type DicomDirSeries, readDicomDir } from './dicom/dicomdir';
export { type DicomHeader, type FrameHeader, readDicomHeader } from './dicom/header';
export { type DicomSeriesFiles, groupBySeries } from './dicom/series';
