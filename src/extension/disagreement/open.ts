/** From the list of disagreements to the place in the scan, with what the model found as a proposal. */
import * as vscode from 'vscode';
import type { Vec3 } from '../../core/volume';
import { nameOf } from '../../node/scan-files';
import { SCAN_VIEW } from '../editor/provider';
import { whenReady } from '../editor/when-ready';
import { propose } from '../proposal/run';
import type { Services } from '../services';
import type { KnownScan } from './run';

export interface Place {
  /** Voxel (i, j, k); undefined for the scan as a whole. */
  readonly at: Vec3 | undefined;
  /** Whether the keyboard goes to the scan, or stays in the list. */
  readonly focus: boolean;
}

/** Opens a scan beside the list, or where it is open already, and goes to a place in it. */
export async function openPlace(
  { scan, result }: KnownScan,
  { at, focus }: Place,
  services: Pick<Services, 'sessions' | 'proposals'>,
): Promise<void> {
  const { sessions, proposals } = services;
  const uri = vscode.Uri.file(nameOf(scan).path);
  // What is up for decision already stays: some of it may be decided.
  if (!(await proposals.find(result.image.sha256))) await propose({ files: scan, uri }, result, services, undefined);
  const there = sessions.showing(uri)[0];
  const viewColumn = there?.panel.viewColumn ?? vscode.ViewColumn.Beside;
  await vscode.commands.executeCommand('vscode.openWith', uri, SCAN_VIEW, { viewColumn, preserveFocus: !focus });
  const session = there ?? sessions.showing(uri)[0];
  if (session && at) whenReady(session, () => session.run('showVoxel', at.join(' ')));
}
