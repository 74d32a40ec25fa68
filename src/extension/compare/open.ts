/** Opens comparisons: as the masks, or as the text. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { baseName } from '../scan/files';
import { ANNOTATION_VIEW, type AnnotationViewProvider } from './provider';
import { AnnotationVersion } from './version';

export type Manner = 'visual' | 'text';

/** Opens two versions side by side in the active group. `title` is that of the tab. */
export async function openComparison(
  left: vscode.Uri,
  right: vscode.Uri,
  { provider, log }: { readonly provider: AnnotationViewProvider; readonly log: vscode.LogOutputChannel },
  manner: Manner = 'visual',
  title: string = titleOf(left, right, log),
): Promise<void> {
  if (manner === 'visual') provider.expect(left, right);
  const override = manner === 'text' ? 'default' : ANNOTATION_VIEW;
  try {
    // The public vscode.diff opens what the user's associations say, and cannot be told otherwise.
    await vscode.commands.executeCommand('_workbench.diff', left, right, title, [
      vscode.ViewColumn.Active,
      { override },
    ]);
  } catch (error) {
    log.warn(`vscode.diff is used instead of _workbench.diff: ${String(error)}`);
    await vscode.commands.executeCommand('vscode.diff', left, right, title);
  }
}

/** "head.ich.json (HEAD ↔ Working Tree)"; of two files their names. */
function titleOf(left: vscode.Uri, right: vscode.Uri, log: vscode.LogOutputChannel): string {
  const [before, after] = [left, right].map((uri) => {
    const version = new AnnotationVersion(uri, log);
    version.dispose();
    return { place: version.place, title: version.title, isGit: uri.scheme === 'git' };
  });
  if (!before || !after) return baseName(right);
  const name = (one: typeof before): string =>
    one.isGit ? `${baseName(one.place)} (${one.title})` : baseName(one.place);
  if (before.place.toString() === after.place.toString()) {
    return `${baseName(after.place)} (${before.title} ↔ ${after.title})`;
  }
  if (baseName(before.place) === baseName(after.place) && !before.isGit && !after.isGit) {
    const folder = ({ place }: typeof before): string => path.posix.basename(path.posix.dirname(place.path));
    return `${folder(before)}/${baseName(before.place)} ↔ ${folder(after)}/${baseName(after.place)}`;
  }
  return `${name(before)} ↔ ${name(after)}`;
}
