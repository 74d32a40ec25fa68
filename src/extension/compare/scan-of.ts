/**
 * Finds the scan of an annotation: by the file or folder that it names, by its series in the
 * annotation's folder, and by name, series or size among the scans that are open or in the
 * workspace. Whether a scan is the right one (voxels' hash) only a decoder can say: these are offers.
 */
import { constants, gunzipSync } from 'node:zlib';
import * as vscode from 'vscode';
import type { ImageReference } from '../../core/annotation/image';
import { parseNiftiHeader } from '../../core/formats/nifti-header';
import { isGzip, NIFTI2_HEADER } from '../../core/formats/sniff';
import { baseName, type Entry, listFolder, parentOf, readHead, stat } from '../scan/files';
import { kindByName } from '../scan/kind';
import type { Services } from '../services';

/** Files of the workspace that are looked at, at most: a search must end in a moment. */
const NIFTI_FILES = 500;
const DICOM_FILES = 4000;

/** Scans of the same size as the image that are offered to be decoded, at most. */
const SAME_SIZE = 8;

/** Bytes of a compressed file that hold its header for sure. */
const COMPRESSED_HEAD = 16 * 1024;

type Parts = Pick<Services, 'headers' | 'sessions'>;

/**
 * Addresses that may open the scan of an image, likeliest first, none twice; for a series one of its files.
 * @param folder Folder of the annotation.
 */
export async function* scanCandidates(
  image: ImageReference,
  folder: vscode.Uri,
  parts: Parts,
): AsyncGenerator<vscode.Uri> {
  const seen = new Set<string>();
  for await (const uri of allCandidates(image, folder, parts)) {
    const key = uri.toString();
    if (seen.has(key)) continue;
    seen.add(key);
    yield uri;
  }
}

async function* allCandidates(image: ImageReference, folder: vscode.Uri, parts: Parts): AsyncGenerator<vscode.Uri> {
  const named = namedScan(image, folder);
  if (named) {
    const type = await typeOf(named);
    if (type === 'folder') yield* seriesFile(image, named, parts);
    if (type === 'file') yield named;
  }
  yield* seriesFile(image, folder, parts);
  for (const { document } of parts.sessions.all) {
    const { decoded } = document;
    if (decoded?.sha256 === image.sha256) yield document.uri;
  }
  if (image.seriesInstanceUid === undefined) yield* niftiOfWorkspace(image);
  else yield* seriesOfWorkspace(image, parts);
}

/** What the annotation names, whether it exists or not; undefined if it names a series only. */
export function namedScan({ file }: ImageReference, folder: vscode.Uri): vscode.Uri | undefined {
  return file === undefined ? undefined : vscode.Uri.joinPath(folder, file);
}

async function typeOf(uri: vscode.Uri): Promise<'file' | 'folder' | undefined> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.Directory) === 0 ? 'file' : 'folder';
  } catch {
    return undefined;
  }
}

/** A file of the image's series in a folder. */
async function* seriesFile(image: ImageReference, folder: vscode.Uri, { headers }: Parts): AsyncGenerator<vscode.Uri> {
  const { seriesInstanceUid } = image;
  if (seriesInstanceUid === undefined) return;
  const entries = await listFolder(folder).catch((): Entry[] => []);
  for (const { uri, isFolder, name } of entries) {
    if (isFolder || name.startsWith('.') || name.endsWith('.json') || kindByName(name) === 'nifti') continue;
    const file = await headers.read(uri);
    if (file?.header.isImage && file.header.seriesInstanceUid === seriesInstanceUid) {
      yield uri;
      return;
    }
  }
}

async function* seriesOfWorkspace(image: ImageReference, parts: Parts): AsyncGenerator<vscode.Uri> {
  const files = await vscode.workspace.findFiles('**/*.{dcm,DCM,dicom,ima,IMA}', undefined, DICOM_FILES);
  const folders = new Map(files.map((uri) => [parentOf(uri).toString(), parentOf(uri)]));
  for (const folder of folders.values()) yield* seriesFile(image, folder, parts);
}

async function* niftiOfWorkspace(image: ImageReference): AsyncGenerator<vscode.Uri> {
  const found = await vscode.workspace.findFiles('**/*.{nii,nii.gz,hdr,hdr.gz}', undefined, NIFTI_FILES);
  const name = image.file?.split('/').at(-1);
  const files = found.sort((a, b) => Number(baseName(b) === name) - Number(baseName(a) === name));
  let offered = 0;
  for (const uri of files) {
    if (offered >= SAME_SIZE) return;
    if (!(await hasSize(uri, image))) continue;
    offered++;
    yield uri;
  }
}

/** Whether a NIfTI file's header has the image's numbers of voxels. */
async function hasSize(uri: vscode.Uri, { size }: ImageReference): Promise<boolean> {
  try {
    const header = parseNiftiHeader(await niftiHead(uri), baseName(uri));
    return size.every((count, axis) => count === header.size[axis]);
  } catch {
    return false;
  }
}

async function niftiHead(uri: vscode.Uri): Promise<Uint8Array> {
  const head = await readHead(uri, COMPRESSED_HEAD);
  const plain = isGzip(head) ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head;
  return plain.subarray(0, NIFTI2_HEADER);
}

/** What keeps a file from being read as a scan that its decoder could not name; undefined for nothing. */
export async function obstacle(uri: vscode.Uri): Promise<string | undefined> {
  const { size } = await stat(uri);
  const head = size < 1024 ? Buffer.from(await readHead(uri, 64)).toString('latin1') : '';
  if (!head.startsWith('version https://git-lfs')) return undefined;
  return vscode.l10n.t('{0} is a Git LFS pointer. Fetch the scan with "git lfs pull".', baseName(uri));
}
