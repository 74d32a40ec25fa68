import type { DicomHeader } from './header';

/** Files of one series, in the order given. */
export interface DicomSeriesFiles {
  readonly seriesInstanceUid: string | undefined;
  readonly modality: string | undefined;
  readonly seriesNumber: number | undefined;
  readonly files: readonly DicomHeader[];
  /** Images in all files, localizers not counted. */
  readonly slices: number;
}

/**
 * Groups the images among some files by SeriesInstanceUID; a file without one is a series of its own.
 * @returns the series with most slices first
 */
export function groupBySeries(headers: readonly DicomHeader[]): DicomSeriesFiles[] {
  const groups = new Map<string, DicomHeader[]>();
  for (const header of headers) {
    if (!header.isImage) continue;
    const key = header.seriesInstanceUid ?? `file ${header.name}`;
    const group = groups.get(key);
    if (group) group.push(header);
    else groups.set(key, [header]);
  }
  return [...groups.values()]
    .map((files) => ({
      seriesInstanceUid: files[0]?.seriesInstanceUid,
      modality: files[0]?.modality,
      seriesNumber: files[0]?.seriesNumber,
      files,
      slices: files.reduce((sum, { frames, isLocalizer }) => sum + (isLocalizer ? 0 : frames), 0),
    }))
    .sort((a, b) => b.slices - a.slices);
}
