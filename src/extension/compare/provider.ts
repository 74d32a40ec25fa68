import * as vscode from 'vscode';
import type { Services } from '../services';
import { gitAddress, leftByLabel, leftOf } from './address';
import { gitApi } from './git-api';
import { isAncestor } from './log';
import { Pairs } from './pairs';
import { CompareSession } from './session';
import { AnnotationVersion } from './version';

/** View type of the custom editor for annotations: chosen by VS Code in diffs, on request elsewhere. */
export const ANNOTATION_VIEW = 'hemorica.annotation';

/** Comparisons that are remembered: their editors open within a moment. */
const EXPECTED = 50;

/** Shows versions of annotations, read-only, and joins the two sides of a diff. */
export class AnnotationViewProvider
  implements vscode.CustomReadonlyEditorProvider<AnnotationVersion>, vscode.Disposable
{
  readonly #sessions = new Set<CompareSession>();
  /** Comparisons that commands have opened, "left right", the last ones. */
  readonly #expected: string[] = [];
  readonly #pairs = new Pairs<CompareSession>(singleTab, (first, second) => this.#isLeft(first, second));
  readonly #subscriptions = [
    vscode.window.tabGroups.onDidChangeTabs(() => this.#match()),
    vscode.window.tabGroups.onDidChangeTabGroups(() => this.#changed.fire()),
  ];
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when an editor was opened, closed, activated or left, and when the focus has moved between the sides. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly services: Services) {}

  /** Never fails: what is wrong with a version is shown by its page. Does not wait for the file, so that the sides of a diff arrive in order. */
  openCustomDocument(uri: vscode.Uri): AnnotationVersion {
    return new AnnotationVersion(uri, this.services.log);
  }

  /** A comparison is about to be opened with these sides. */
  expect(left: vscode.Uri, right: vscode.Uri): void {
    this.#expected.push(pairKey(left, right));
    if (this.#expected.length > EXPECTED) this.#expected.shift();
  }

  resolveCustomEditor(document: AnnotationVersion, panel: vscode.WebviewPanel): void {
    const session = new CompareSession(document, panel, this.services);
    this.#sessions.add(session);
    session.onDidChange(() => {
      this.#match();
      this.#changed.fire();
    });
    session.onDidShare((view) => session.other?.show(view));
    session.onDidDispose(() => {
      session.other?.join(undefined);
      this.#pairs.remove(session);
      this.#sessions.delete(session);
      this.#changed.fire();
    });
    this.#joined(this.#pairs.add(session));
    this.#changed.fire();
  }

  get sessions(): readonly CompareSession[] {
    return [...this.#sessions];
  }

  /** The editor in front, if it is one of ours; of the two sides of a diff, the one that has the focus, or the right one. */
  get active(): CompareSession | undefined {
    const { viewColumn } = vscode.window.tabGroups.activeTabGroup;
    const shown = this.sessions.filter(({ visible, column }) => visible && column === viewColumn);
    const focused = shown.find(({ status }) => status !== undefined && status.focus !== 'none');
    return focused ?? shown.find(({ side }) => side === 'right');
  }

  #isLeft(first: CompareSession, second: CompareSession): boolean {
    const [a, b] = [first.document.uri, second.document.uri];
    const [ahead, behind] = [pairKey(a, b), pairKey(b, a)].map((key) => this.#expected.lastIndexOf(key));
    if (ahead !== behind) return (ahead ?? 0) > (behind ?? 0);
    const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === first.column);
    const names = [first, second].map(({ document }) => document.version.file) as [string, string];
    const left = leftOf(a, b) ?? leftByLabel(group?.activeTab?.label ?? '', ...names);
    return left !== 'b';
  }

  #match(): void {
    this.#joined(this.#pairs.match());
  }

  #joined(pairs: ReturnType<Pairs<CompareSession>['match']>): void {
    for (const { left, right } of pairs) {
      left.join(right, 'left');
      right.join(left, 'right');
      void this.#checkOrder(left, right);
    }
    if (pairs.length > 0) this.#changed.fire();
  }

  /** Of two commits the ancestor is the left side: addresses do not tell, git does. */
  async #checkOrder(left: CompareSession, right: CompareSession): Promise<void> {
    const [a, b] = [left, right].map(({ document }) => document.uri) as [vscode.Uri, vscode.Uri];
    const [before, after] = [gitAddress(a), gitAddress(b)];
    if (!before || !after || leftOf(a, b) !== undefined || this.#expected.includes(pairKey(a, b))) return;
    const git = await gitApi();
    if (!git || !(await isAncestor(git.git.path, after.path, after.ref, before.ref))) return;
    if (left.other !== right) return;
    left.join(right, 'right');
    right.join(left, 'left');
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const session of this.sessions) session.dispose();
    this.#changed.dispose();
  }
}

/** Address of the active tab of a column where that is one editor of ours; a diff's tab has no input that extensions know. */
function singleTab(column: number): string | undefined {
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === column);
  const input = group?.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === ANNOTATION_VIEW
    ? input.uri.toString()
    : undefined;
}

function pairKey(left: vscode.Uri, right: vscode.Uri): string {
  return `${left.toString()} ${right.toString()}`;
}
