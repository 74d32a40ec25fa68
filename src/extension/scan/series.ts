/** Which files make up a DICOM series: by the folder of an opened file, or by a folder tree. */
import type * as vscode from 'vscode';
import { mapLimited } from '../../node/parallel';
import { type Entry, listFolder, parentOf } from './files';
import type { DicomFile, HeaderReader } from './headers';

/** Files that are read at once: enough to hide a disk's latency, few enough to leave file handles to others. */
const AT_ONCE = 16;

/** Folders below the chosen one that are searched: patient, study, series, and those of a disc around them. */
const DEPTH = 8;

/** Names that no DICOM file has; reading their heads would only take time. */
const OTHER_NAMES =
  /\.(json|nii|gz|zip|tar|png|jpe?g|gif|svg|pdf|txt|md|csv|tsv|xml|html?|m?js|cjs|ts|py|exe|dll|so|ini|log|tmp|onnx)$/i;

export interface Series {
  readonly seriesInstanceUid: string | undefined;
  readonly modality: string | undefined;
  readonly seriesNumber: number | undefined;
  /** Folder of the files, or of the DICOMDIR that lists them. */
  readonly folder: vscode.Uri;
  readonly files: readonly DicomFile[];
  /** Images in all files. */
  readonly slices: number;
}

/** Whether the user has cancelled: header reads then stop, and what has been read is returned. */
export type Cancelled = () => boolean;

/**
 * The files of the opened file's folder that belong to its series (the opened one first).
 * Without a SeriesInstanceUID it is alone. Undefined if the opened file is no DICOM.
 */
export async function seriesOf(
  opened: vscode.Uri,
  headers: HeaderReader,
  cancelled: Cancelled,
): Promise<Series | undefined> {
  const first = await headers.read(opened);
  if (!first) return undefined;
  const folder = parentOf(opened);
  const uid = first.header.seriesInstanceUid;
  if (uid === undefined) return toSeries(folder, [first]);
  const others = (await readHeaders((await listFolder(folder)).filter(isCandidate), headers, cancelled)).filter(
    ({ uri, header }) => header.isImage && header.seriesInstanceUid === uid && uri.toString() !== opened.toString(),
  );
  return toSeries(folder, [first, ...others]);
}

/** Every series of images in a folder and the folders below it, the largest first. */
export async function seriesIn(folder: vscode.Uri, headers: HeaderReader, cancelled: Cancelled): Promise<Series[]> {
  return largestFirst(await seriesBelow(folder, headers, cancelled, DEPTH));
}

async function seriesBelow(
  folder: vscode.Uri,
  headers: HeaderReader,
  cancelled: Cancelled,
  depth: number,
): Promise<Series[]> {
  const entries = await listFolder(folder);
  const files = await readHeaders(entries.filter(isCandidate), headers, cancelled);
  const series = bySeries(files).map((group) => toSeries(folder, group));
  for (const { uri, isFolder, name } of entries) {
    if (depth > 0 && isFolder && !name.startsWith('.') && !cancelled()) {
      series.push(...(await seriesBelow(uri, headers, cancelled, depth - 1)));
    }
  }
  return series;
}

/** Images of one SeriesInstanceUID together, those without one alone. */
function bySeries(files: readonly DicomFile[]): DicomFile[][] {
  const groups = new Map<string, DicomFile[]>();
  for (const file of files.filter(({ header }) => header.isImage)) {
    const key = file.header.seriesInstanceUid ?? file.uri.toString();
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return [...groups.values()];
}

const isCandidate = ({ name, isFolder }: Entry): boolean =>
  !isFolder && !name.startsWith('.') && !OTHER_NAMES.test(name);

/** Headers of those files that are DICOM. */
export async function readHeaders(
  files: readonly { readonly uri: vscode.Uri }[],
  headers: HeaderReader,
  cancelled: Cancelled,
): Promise<DicomFile[]> {
  const read = await mapLimited(files, AT_ONCE, async ({ uri }) => (cancelled() ? undefined : headers.read(uri)));
  return read.filter((file) => file !== undefined);
}

export function toSeries(folder: vscode.Uri, files: readonly DicomFile[]): Series {
  const header = files[0]?.header;
  return {
    seriesInstanceUid: header?.seriesInstanceUid,
    modality: header?.modality,
    seriesNumber: header?.seriesNumber,
    folder,
    files,
    slices: files.reduce((sum, file) => sum + Math.max(1, file.header.frames), 0),
  };
}

export function largestFirst(series: readonly Series[]): Series[] {
  return [...series].sort((a, b) => b.slices - a.slices);
}

/** The file to open a series by: the middle one from foot to head, where a head shows brain; by instance number where no positions are known. */
export function middleFile(files: readonly DicomFile[]): DicomFile | undefined {
  const height = ({ header }: DicomFile): number => header.position?.[2] ?? header.instanceNumber ?? 0;
  const slices = files.filter(({ header }) => !header.isLocalizer);
  const sorted = [...(slices.length > 0 ? slices : files)].sort((a, b) => height(a) - height(b));
  return sorted[sorted.length >> 1];
}
