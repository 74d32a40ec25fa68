/** From the address that the user opened to the files that the page fetches. */
import * as vscode from 'vscode';
import { looksLikeDicom } from '../../core/formats/dicom/dataset';
import { looksLikeNifti, pairedNames } from '../../core/formats/sniff';
import { ScanError } from '../../core/volume';
import { seriesOfDirectory } from './dicomdir';
import { baseName, hasNeighbours, parentOf, readHead, stat } from './files';
import type { HeaderReader } from './headers';
import { HEAD_BYTES, kindByName } from './kind';
import { middleFile, type Series, seriesOf } from './series';

/** A file of a scan. */
export interface ScanFile {
  readonly uri: vscode.Uri;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

export type ScanFiles = NiftiFiles | DicomFiles;

export interface NiftiFiles {
  readonly kind: 'nifti';
  readonly file: ScanFile;
  readonly pair?: ScanFile;
}

export interface DicomFiles {
  readonly kind: 'dicom';
  readonly opened: ScanFile;
  /** Reads the headers of the folder; those of files that have not changed since the last call are remembered. */
  readonly series: (cancelled: () => boolean) => Promise<readonly ScanFile[]>;
}

/** Asks the user which of several series to open; undefined if they choose none. */
export type ChooseSeries = (series: readonly Series[]) => Promise<Series | undefined>;

/**
 * Finds the files of a scan. Looks at one file only (and the other half of a pair),
 * except for a DICOMDIR, whose series have to be known first. Throws ScanError.
 */
export async function findScan(uri: vscode.Uri, headers: HeaderReader, choose: ChooseSeries): Promise<ScanFiles> {
  const name = baseName(uri);
  const size = await sizeOf(uri);
  const head = await readHead(uri, HEAD_BYTES);
  const kind = kindByName(name) ?? (looksLikeDicom(head) ? 'dicom' : looksLikeNifti(head) ? 'nifti' : undefined);
  const file: ScanFile = { uri, name, size };
  if (kind === 'nifti') return withPair(file);
  if (kind === undefined) {
    throw new ScanError(
      name,
      'It is neither NIfTI nor DICOM.',
      'Open it with another editor ("Reopen Editor With...").',
    );
  }
  if (/^dicomdir$/i.test(name) || (await headers.read(uri))?.header.isDicomDir) {
    return fromDirectory(file, headers, choose);
  }
  return {
    kind: 'dicom',
    opened: file,
    series: async (cancelled) => {
      if (!hasNeighbours(uri)) return [file];
      const series = await seriesOf(uri, headers, cancelled);
      return series ? toScanFiles(series) : [file];
    },
  };
}

/** The other half of a `.hdr`/`.img` pair is handed to the page with the first; a single-file NIfTI needs none. */
async function withPair(file: ScanFile): Promise<NiftiFiles> {
  for (const name of hasNeighbours(file.uri) ? pairedNames(file.name) : []) {
    const uri = vscode.Uri.joinPath(parentOf(file.uri), name);
    const found = await stat(uri).catch(() => undefined);
    if (found) return { kind: 'nifti', file, pair: { uri, name, size: found.size } };
  }
  return { kind: 'nifti', file };
}

async function fromDirectory(file: ScanFile, headers: HeaderReader, choose: ChooseSeries): Promise<ScanFiles> {
  const all = await seriesOfDirectory(file.uri, headers, () => false);
  const series = all.length > 1 ? await choose(all) : all[0];
  const first = series && middleFile(series.files);
  if (!first) throw new ScanError(file.name, 'No series was chosen.', 'Open the file again and choose one.');
  const files = toScanFiles(series);
  const opened = files[series.files.indexOf(first)] ?? file;
  return { kind: 'dicom', opened, series: async () => files };
}

/** Names are relative to the series' folder, so that files of equal names in folders of a DICOMDIR stay apart. */
function toScanFiles({ folder, files }: Series): ScanFile[] {
  const prefix = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  return files.map(({ uri, size }) => ({
    uri,
    size,
    name: uri.path.startsWith(prefix) ? uri.path.slice(prefix.length) : baseName(uri),
  }));
}

async function sizeOf(uri: vscode.Uri): Promise<number> {
  const { size } = await stat(uri);
  if (size === 0) {
    throw new ScanError(baseName(uri), 'The file is empty.', 'Copy it again from where it came from.');
  }
  return size;
}
