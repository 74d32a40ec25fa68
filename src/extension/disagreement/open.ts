/** From the list of disagreements to the place in the scan. */
import * as vscode from 'vscode';
import type { Vec3 } from '../../core/volume';
import { nameOf } from '../../node/scan-files';
import { SCAN_VIEW } from '../editor/provider';
import { whenReady } from '../editor/when-ready';
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
  { scan }: KnownScan,
  { at, focus }: Place,
  { sessions }: Pick<Services, 'sessions'>,
): Promise<void> {
  const uri = vscode.Uri.file(nameOf(scan).path);
  const there = sessions.showing(uri)[0];
  const viewColumn = there?.panel.viewColumn ?? vscode.ViewColumn.Beside;
  await vscode.commands.executeCommand('vscode.openWith', uri, SCAN_VIEW, { viewColumn, preserveFocus: !focus });
  const session = there ?? sessions.showing(uri)[0];
  if (session && at) whenReady(session, () => session.run('showVoxel', at.join(' ')));
}
