import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { emptyAnnotation } from '../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { imageReference } from '../../src/core/annotation/image';
import { waitFor } from '../e2e/lib/wait';
import { answering, closeAll, decoded, extension, SCAN_VIEW } from './lib/editor';
import { newUid, SLICES, useFolder, writeDicom, writeNifti } from './lib/scans';

const SCHEME = 'hemorica-memory';

/** A file system in memory, as extensions bring them: one folder deep, and nothing of it is on disk. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly #files = new Map<string, Uint8Array>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  put(path: string, bytes: Uint8Array): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    this.writeFile(uri, bytes);
    return uri;
  }
  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }
  stat(uri: vscode.Uri): vscode.FileStat {
    const bytes = this.#files.get(uri.path);
    if (bytes) return { type: vscode.FileType.File, ctime: 0, mtime: 1, size: bytes.length };
    if ([...this.#files.keys()].some((path) => path.startsWith(`${uri.path}/`))) {
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 1, size: 0 };
    }
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    const prefix = `${uri.path}/`;
    return [...this.#files.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => [path.slice(prefix.length), vscode.FileType.File]);
  }
  readFile(uri: vscode.Uri): Uint8Array {
    const bytes = this.#files.get(uri.path);
    if (!bytes) throw vscode.FileSystemError.FileNotFound(uri);
    return bytes;
  }
  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    const type = this.#files.has(uri.path) ? vscode.FileChangeType.Changed : vscode.FileChangeType.Created;
    this.#files.set(uri.path, content);
    this.#changed.fire([{ type, uri }]);
  }
  createDirectory(): void {}
  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}

describe('scans that are not on disk', () => {
  const at = useFolder();
  const files = new MemoryFiles();
  let registration: vscode.Disposable;
  before(() => {
    registration = vscode.workspace.registerFileSystemProvider(SCHEME, files);
  });
  after(() => registration.dispose());
  afterEach(closeAll);

  const open = async (uri: vscode.Uri) => {
    const { sessions } = await extension();
    await vscode.commands.executeCommand('vscode.openWith', uri, SCAN_VIEW);
    return waitFor('the scan editor', () =>
      sessions.active?.document.uri.toString() === uri.toString() ? sessions.active : undefined,
    );
  };

  it('are shown with their annotation', async () => {
    const uri = files.put('/scans/head.nii', readFileSync(writeNifti(at('head.nii'))));
    const session = await decoded(await open(uri));
    const scan = session.document.decoded;
    assert.ok(scan);
    assert.deepEqual(session.document.annotation, { state: 'none' });
    const annotation = emptyAnnotation(imageReference(scan, scan.sha256, 'head.nii'));
    files.put('/scans/head.ich.json', Buffer.from(encodeAnnotation(annotation)));
    await session.document.annotated.file.load();
    assert.equal(session.document.annotation.state, 'shown');
  });

  it('are found as a series', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++) {
      const bytes = readFileSync(writeDicom(at(`${slice}.dcm`), { series, slice }));
      files.put(`/series/${slice}.dcm`, bytes);
    }
    files.put('/series/other.dcm', readFileSync(writeDicom(at('other.dcm'), { series: newUid(), slice: 0 })));
    const session = await decoded(await open(vscode.Uri.from({ scheme: SCHEME, path: '/series/1.dcm' })));
    assert.equal(session.document.decoded?.size[2], SLICES);
  });

  it('are refused by models with a word on what to do', async () => {
    const uri = files.put('/scans/other.nii', readFileSync(writeNifti(at('other.nii'))));
    const said = await answering('showErrorMessage', undefined, () =>
      vscode.commands.executeCommand('hemorica.runSegmentation', uri),
    );
    assert.deepEqual(said, ['other.nii: models need the scan on disk. Copy it to a folder on this machine.']);
  });
});
