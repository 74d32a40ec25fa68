/** Reading of scan files wherever they are: parts of files with node on this machine, whole ones through VS Code elsewhere. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';

export interface FileStat {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

export interface Entry {
  readonly uri: vscode.Uri;
  readonly name: string;
  readonly isFolder: boolean;
}

/** Throws what the file system says (FileSystemError or node's error) if the file is not there. */
export async function stat(uri: vscode.Uri): Promise<FileStat> {
  if (uri.scheme === 'file') {
    const { size, mtimeMs } = await fs.stat(uri.fsPath);
    return { size, mtime: mtimeMs };
  }
  return vscode.workspace.fs.stat(uri);
}

/** The first `length` bytes of a file, or all of a shorter one. */
export async function readHead(uri: vscode.Uri, length: number): Promise<Uint8Array> {
  if (uri.scheme !== 'file') return (await vscode.workspace.fs.readFile(uri)).subarray(0, length);
  const handle = await fs.open(uri.fsPath, 'r');
  try {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** Files and folders in a folder, links followed, in the order of their names. */
export async function listFolder(folder: vscode.Uri): Promise<Entry[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  return entries
    .map(([name, type]) => ({
      uri: vscode.Uri.joinPath(folder, name),
      name,
      isFolder: (type & vscode.FileType.Directory) !== 0,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Whether files beside a file can be named by their path. An address of git's names one file of one
 * revision, in its query: any path with that query gives the same bytes.
 */
export function hasNeighbours(uri: vscode.Uri): boolean {
  return uri.scheme !== 'git';
}

/** Folder of a file, without the file's query: VS Code compares a webview's roots with addresses that have none. */
export function parentOf(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, '..').with({ query: '' });
}

export function baseName(uri: vscode.Uri): string {
  return path.posix.basename(uri.path);
}
