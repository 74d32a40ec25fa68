/** The scans that are meant by what was chosen in the explorer, or by the editor in front. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ScanError } from '../../core/volume';
import { findScans, type ScanFiles } from '../../node/scan-files';
import { scanOnDisk } from '../annotation/locate';
import type { ScanSession } from '../editor/session';
import type { SessionList } from '../editor/session-list';
import { baseName } from './files';

/** A scan on disk and the address that opens it. */
export interface NamedScan {
  readonly files: ScanFiles;
  readonly uri: vscode.Uri;
}

export interface NamedScans {
  readonly scans: readonly NamedScan[];
  /** What was chosen or found and cannot be read: one sentence each, led by the file's name. */
  readonly failures: readonly string[];
}

/** What a command is to work on: what is selected in the explorer, else what it was called for, else the scan in front. */
export function targetsOf(target: unknown, selection: unknown, { active }: SessionList): readonly vscode.Uri[] {
  const selected = Array.isArray(selection) ? selection.filter((one) => one instanceof vscode.Uri) : [];
  if (selected.length > 0) return selected;
  if (target instanceof vscode.Uri) return [target];
  return active ? [active.document.uri] : [];
}

/**
 * The scans of files and folders, each once, however many of its files were chosen.
 * Throws Error for what is not on this machine's disk, and the signal's reason when aborted.
 */
export async function namedScans(
  targets: readonly vscode.Uri[],
  sessions: SessionList,
  signal?: AbortSignal,
): Promise<NamedScans> {
  const scans: NamedScan[] = [];
  const failures: string[] = [];
  const known = new Set<string>();
  const add = (files: ScanFiles, uri: vscode.Uri): void => {
    const [first = ''] = files.files;
    if (!known.has(first)) scans.push({ files, uri });
    for (const file of files.files) known.add(file);
  };
  for (const uri of targets) {
    const name = baseName(uri);
    if (uri.scheme !== 'file') {
      throw new Error(vscode.l10n.t('{0}: models need the scan on disk. Copy it to a folder on this machine.', name));
    }
    if (known.has(uri.fsPath)) continue;
    const [open] = sessions.showing(uri);
    try {
      if (open) {
        add(await scanOnDisk(uri.fsPath, open.document.decoded?.seriesInstanceUid), uri);
        continue;
      }
      const found = await findScans(uri.fsPath, signal ? { signal } : {});
      failures.push(...found.failures.map(({ message }) => message));
      for (const files of found.scans) {
        const itself = found.scans.length === 1 && (files.opened === uri.fsPath || files.files.includes(uri.fsPath));
        add(files, itself ? uri : vscode.Uri.file([...files.files].sort()[0] ?? path.join(files.folder, files.name)));
      }
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      failures.push(error.message);
    }
  }
  return { scans, failures };
}

/** The same with a notification that can stop it, for what may take long. Undefined if it was stopped. */
export async function searchScans(
  targets: readonly vscode.Uri[],
  sessions: SessionList,
): Promise<NamedScans | undefined> {
  if (targets.every((uri) => sessions.showing(uri).length > 0)) return namedScans(targets, sessions);
  const title = vscode.l10n.t('Looking for scans');
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => abort.abort());
      try {
        return await namedScans(targets, sessions, abort.signal);
      } catch (error) {
        if (abort.signal.aborted) return undefined;
        throw error;
      } finally {
        subscription.dispose();
      }
    },
  );
}

/** Editors that show a scan, by whichever of its files they were opened. */
export function editorsOf({ files, uri }: NamedScan, sessions: SessionList): ScanSession[] {
  const showing = sessions.showing(uri);
  if (showing.length > 0) return showing;
  return sessions.all.filter(
    ({ document }) => document.uri.scheme === 'file' && files.files.includes(document.uri.fsPath),
  );
}
