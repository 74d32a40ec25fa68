/** Which scans a path names, and which files each of them consists of. Reads names and headers, never voxels. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type DicomHeader, looksLikeDicom, readDicomDir, readDicomHeader } from '../core/formats/dicom';
import { looksLikeNifti, pairedNames } from '../core/formats/sniff';
import { ScanError } from '../core/volume';
import { mapLimited } from './parallel';

/** One scan: a NIfTI file (or pair) or a DICOM series. Paths are absolute. */
export interface ScanFiles {
  readonly kind: 'nifti' | 'dicom';
  /** For messages: the file's name, or the folder's for a series of several files. */
  readonly name: string;
  /** NIfTI: the header or the one file first. DICOM: all files of the series, not sorted. */
  readonly files: readonly string[];
  readonly folder: string;
  /** The file that the user named, if it was one. */
  readonly opened?: string;
  readonly seriesInstanceUid?: string;
  readonly seriesNumber?: number;
  readonly modality?: string;
  /** Pictures in all files, DICOM only. */
  readonly slices?: number;
  /** Image series of the folder with more than one file, this one among them if it has: decides the annotation's name. */
  readonly largeSeries: readonly SeriesName[];
}

/** How another process finds the same scan: by one path, or with all files of a series that lies in several folders. */
export function nameOf(scan: ScanFiles): { readonly path: string; readonly files?: readonly string[] } {
  const [first = scan.folder] = [...scan.files].sort();
  const spread = scan.files.some((file) => path.dirname(file) !== scan.folder);
  return spread && scan.kind === 'dicom' ? { path: scan.folder, files: scan.files } : { path: scan.opened ?? first };
}

export interface SeriesName {
  readonly seriesInstanceUid: string;
  readonly seriesNumber?: number;
}

export interface FoundScans {
  readonly scans: readonly ScanFiles[];
  /** Files that say by their name that they are scans and whose headers cannot be read. */
  readonly failures: readonly ScanError[];
}

export interface FindOptions {
  readonly signal?: AbortSignal;
}

/** Header reads at once: enough to hide a disk's latency. */
const AT_ONCE = 16;
/** Enough for the header of nearly every DICOM file. */
const FIRST_READ = 64 * 1024;
/** Folders below the named one that are searched. */
const DEPTH = 8;

const NIFTI_FILE = /\.(nii|nii\.gz|hdr|hdr\.gz)$/i;
const NIFTI_IMAGE = /\.img(\.gz)?$/i;
const DICOM_FILE = /\.(dcm|dicom|ima)$/i;
/** Label maps that `hemorica segment --nifti` writes beside a scan. */
const LABEL_MAP = /\.ich\.nii(\.gz)?$/i;
/** Names that no DICOM file has; reading their heads would only take time. */
const OTHER_FILE =
  /\.(json|zip|tar|gz|png|jpe?g|gif|svg|pdf|txt|md|csv|tsv|xml|html?|m?js|cjs|ts|py|exe|dll|so|ini|log|tmp|onnx)$/i;

/**
 * The scans that a path names: a NIfTI file (either half of a pair); a DICOM file, which stands for
 * its whole series in its folder; a DICOMDIR; a folder with everything in and below it.
 * Throws ScanError where there is no scan, and the signal's reason when aborted.
 */
export async function findScans(named: string, options: FindOptions = {}): Promise<FoundScans> {
  const target = path.resolve(named);
  const stat = await fs.stat(target).catch((error: unknown) => {
    throw new ScanError(named, `it cannot be opened (${reason(error)}).`, 'Check the path.');
  });
  if (stat.isDirectory()) {
    const found = await scansOfFolder(target, options, DEPTH);
    if (found.scans.length > 0) return found;
    const [failure] = found.failures;
    throw (
      failure ??
      new ScanError(named, 'the folder holds no NIfTI file and no DICOM image.', 'Name a folder with a scan.')
    );
  }
  if (!stat.isFile()) throw new ScanError(named, 'it is neither a file nor a folder.', 'Name a scan file or a folder.');
  if (NIFTI_FILE.test(target) || NIFTI_IMAGE.test(target)) return only([await niftiFiles(target)]);
  if (DICOM_FILE.test(target) || looksLikeDicom(await readHead(target, FIRST_READ)))
    return scansOfDicom(target, options);
  return only([await niftiFiles(await asNifti(target))]);
}

const only = (scans: readonly ScanFiles[]): FoundScans => ({ scans, failures: [] });

/** Whether a file begins like NIfTI (header size 348 or 540 in either byte order) or gzip. Throws ScanError otherwise. */
async function asNifti(file: string): Promise<string> {
  const head = await readHead(file, 4);
  if (looksLikeNifti(head)) return file;
  throw new ScanError(
    path.basename(file),
    head.length === 0 ? 'the file is empty.' : 'it is neither a NIfTI nor a DICOM file.',
    'Name a NIfTI file (.nii, .nii.gz, .hdr with .img) or a DICOM file.',
  );
}

async function niftiFiles(file: string): Promise<ScanFiles> {
  const other = await otherHalf(file);
  const files = other === undefined ? [file] : NIFTI_IMAGE.test(file) ? [other, file] : [file, other];
  return { kind: 'nifti', name: path.basename(file), files, folder: path.dirname(file), opened: file, largeSeries: [] };
}

/** The existing other half of a pair, compressed or not; undefined for names that are no half of one. */
async function otherHalf(file: string): Promise<string | undefined> {
  for (const candidate of pairedNames(file)) {
    const isFile = await fs.stat(candidate).then(
      (stat) => stat.isFile(),
      () => false,
    );
    if (isFile) return candidate;
  }
  return undefined;
}

/** A DICOM file and the header that was read of it. */
interface DicomFile {
  readonly file: string;
  readonly header: DicomHeader;
}

async function scansOfDicom(file: string, options: FindOptions): Promise<FoundScans> {
  const header = await readHeader(file);
  if (header.isDicomDir) return scansOfDirectory(file, options);
  const folder = path.dirname(file);
  const uid = header.seriesInstanceUid;
  const { images } = uid === undefined ? { images: [] } : await dicomImages(folder, await listFiles(folder), options);
  const others = images.filter((image) => image.header.seriesInstanceUid === uid && image.file !== file);
  const scan = seriesScan(folder, [{ file, header }, ...others], largeSeries(images));
  return only([{ ...scan, opened: file }]);
}

async function scansOfFolder(folder: string, options: FindOptions, depth: number): Promise<FoundScans> {
  const names = await fs.readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new ScanError(folder, `the folder cannot be read (${reason(error)}).`, 'Check its permissions.');
  });
  const visible = names.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = visible.filter((entry) => !entry.isDirectory()).map(({ name }) => path.join(folder, name));
  const scans: ScanFiles[] = [];
  for (const file of files.filter((name) => NIFTI_FILE.test(name) && !LABEL_MAP.test(name))) {
    const { opened: _, ...scan } = await niftiFiles(file);
    scans.push(scan);
  }
  const { images, failures } = await dicomImages(folder, files, options);
  const large = largeSeries(images);
  for (const series of groupFiles(images)) scans.push(seriesScan(folder, series, large));
  const all = [...failures];
  for (const { name } of depth > 0 ? visible.filter((entry) => entry.isDirectory()) : []) {
    const below = await scansOfFolder(path.join(folder, name), options, depth - 1);
    scans.push(...below.scans);
    all.push(...below.failures);
  }
  return { scans, failures: all };
}

/** The series that a DICOMDIR lists and whose files are there. */
async function scansOfDirectory(file: string, options: FindOptions): Promise<FoundScans> {
  const root = path.dirname(file);
  const listed = readDicomDir(await fs.readFile(file), path.basename(file));
  const scans: ScanFiles[] = [];
  const failures: ScanError[] = [];
  for (const series of listed) {
    // A DICOMDIR may not lead out of its folder.
    const inside = series.files.filter((parts) =>
      parts.every((part) => part !== '' && part !== '..' && !/[\\/]/.test(part)),
    );
    const read = await readHeaders(
      inside.map((parts) => path.join(root, ...parts)),
      options,
    );
    failures.push(...read.failures);
    const images = read.files.filter(({ header }) => header.isImage);
    const folders = new Set(images.map((image) => path.dirname(image.file)));
    const [folder = root] = folders;
    const siblings = folders.size === 1 ? (await dicomImages(folder, await listFiles(folder), options)).images : images;
    if (images.length > 0) scans.push(seriesScan(folders.size === 1 ? folder : root, images, largeSeries(siblings)));
  }
  if (scans.length > 0) return { scans, failures };
  throw (
    failures[0] ??
    new ScanError(
      path.basename(file),
      'it lists no image that is there.',
      'Copy the whole disc or folder that the DICOMDIR belongs to.',
    )
  );
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => path.join(folder, name));
}

/** The DICOM images among files of a folder. */
async function dicomImages(
  folder: string,
  files: readonly string[],
  options: FindOptions,
): Promise<{ images: DicomFile[]; failures: ScanError[] }> {
  const candidates = files.filter((file) => {
    const name = path.relative(folder, file);
    return !OTHER_FILE.test(name) && !NIFTI_FILE.test(name) && !NIFTI_IMAGE.test(name);
  });
  const read = await readHeaders(candidates, options);
  return { images: read.files.filter(({ header }) => header.isImage), failures: read.failures };
}

async function readHeaders(
  files: readonly string[],
  { signal }: FindOptions,
): Promise<{ files: DicomFile[]; failures: ScanError[] }> {
  const failures: ScanError[] = [];
  const read = await mapLimited(files, AT_ONCE, async (file) => {
    signal?.throwIfAborted();
    try {
      return { file, header: await readHeader(file) };
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      // A file of any other name need not be a scan at all.
      if (DICOM_FILE.test(file)) failures.push(error);
      return undefined;
    }
  });
  return { files: read.filter((file) => file !== undefined), failures };
}

/** The header of a DICOM file. Throws ScanError if it is none. */
async function readHeader(file: string): Promise<DicomHeader> {
  const name = path.basename(file);
  try {
    const handle = await fs.open(file, 'r');
    try {
      const { size } = await handle.stat();
      for (let length = Math.min(FIRST_READ, size); ; ) {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, 0);
        const result = readDicomHeader(bytes.subarray(0, bytesRead), name, size);
        if ('header' in result) return result.header;
        if (length >= size) throw new ScanError(name, 'its header is cut short.', 'Get a complete copy of the file.');
        length = Math.min(Math.max(result.more, 2 * length), size);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ScanError) throw error;
    throw new ScanError(name, `it cannot be read (${reason(error)}).`, 'Check the file and its permissions.');
  }
}

function seriesScan(folder: string, files: readonly DicomFile[], large: readonly SeriesName[]): ScanFiles {
  const header = files[0]?.header;
  const [first] = files;
  return {
    kind: 'dicom',
    name: path.basename(files.length === 1 && first ? first.file : folder),
    files: files.map(({ file }) => file),
    folder,
    ...(header?.seriesInstanceUid !== undefined && { seriesInstanceUid: header.seriesInstanceUid }),
    ...(header?.seriesNumber !== undefined && { seriesNumber: header.seriesNumber }),
    ...(header?.modality !== undefined && { modality: header.modality }),
    slices: files.reduce((sum, file) => sum + Math.max(1, file.header.frames), 0),
    largeSeries: large,
  };
}

/** Files of one SeriesInstanceUID together, those without one alone; in the order in which they were found. */
function groupFiles(images: readonly DicomFile[]): readonly (readonly DicomFile[])[] {
  const groups = new Map<string, DicomFile[]>();
  for (const image of images) {
    const key = image.header.seriesInstanceUid ?? image.file;
    const group = groups.get(key);
    if (group) group.push(image);
    else groups.set(key, [image]);
  }
  return [...groups.values()];
}

function largeSeries(images: readonly DicomFile[]): readonly SeriesName[] {
  return groupFiles(images).flatMap((group) => {
    const header = group[0]?.header;
    if (group.length < 2 || header?.seriesInstanceUid === undefined) return [];
    const { seriesInstanceUid, seriesNumber } = header;
    return [{ seriesInstanceUid, ...(seriesNumber !== undefined && { seriesNumber }) }];
  });
}

async function readHead(file: string, length: number): Promise<Uint8Array> {
  try {
    const handle = await fs.open(file, 'r');
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new ScanError(
      path.basename(file),
      `it cannot be read (${reason(error)}).`,
      'Check the file and its permissions.',
    );
  }
}

const reason = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
};
