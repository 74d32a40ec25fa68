import * as vscode from 'vscode';
import type { Annotation } from '../../core/annotation/annotation';
import type { ReadText } from '../../core/annotation/parse-again';
import { changedLines } from '../../core/document/lines';
import { tabUris } from './tabs';

/** Typing is read once it has paused this long, ms: short enough that a mask follows within 200 ms. */
const PAUSE = 30;

/** Attempts to write into a text that the user is typing in, before it is left to the next edit. */
const ATTEMPTS = 5;

/** A text on which both sides agree. */
export interface Agreed {
  /** As `plain` gives it. */
  readonly text: string;
  /** What it says or, where it is no annotation, what it said last. */
  readonly annotation: Annotation | undefined;
  /** The last text that was read or written, with exactly the annotation that it is. */
  readonly read?: ReadText | undefined;
}

interface Wanted {
  readonly annotation: Annotation;
  /** Made only when it is written: several edits may have come by then. */
  readonly text: () => string;
}

/** What happens in the text; each is told once, in order. */
export interface TextListener {
  /** The text has come into view. Returns what both sides agree on: the file as it was read last. */
  opened(): Agreed | undefined;
  /**
   * The user has changed the text, by typing, undoing or reverting.
   * @param before What the text was.
   * @param saved It is what is on disk.
   * @returns what it says now; undefined if that is no annotation
   */
  typed(text: string, before: Agreed, saved: boolean): Annotation | undefined;
  /** The text editor is about to write this text. */
  saving(text: string): void;
  /** The text editor has saved the text. */
  saved(uri: vscode.Uri, text: string): void;
  /** The text is no longer open: what was in it and not on disk is gone. */
  closed(): void;
}

/**
 * The annotation as an open text document, kept in step with the model both ways. What we write into
 * it is told from what the user types by its content.
 */
export class AnnotationText implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[];
  #agreed: Agreed | undefined;
  /** The user's text is no annotation: it is left alone until it is one again. */
  #invalid = false;
  /** What the text is to become. */
  #wanted: Wanted | undefined;
  #bringing: Promise<void> | undefined;
  #typed: NodeJS.Timeout | undefined;

  /** @param uri Address of the annotation; undefined while unknown. */
  constructor(
    private readonly uri: () => vscode.Uri | undefined,
    private readonly listener: TextListener,
    private readonly log: Pick<vscode.LogOutputChannel, 'warn'>,
  ) {
    const { workspace, window } = vscode;
    this.#subscriptions = [
      workspace.onDidChangeTextDocument(({ document }) => {
        if (this.#isOurs(document)) this.#changed(document);
      }),
      workspace.onWillSaveTextDocument(({ document }) => {
        if (!this.#isOurs(document)) return;
        this.flush();
        this.listener.saving(document.getText());
      }),
      workspace.onDidSaveTextDocument((document) => {
        if (this.#isOurs(document)) this.listener.saved(document.uri, document.getText());
      }),
      workspace.onDidCloseTextDocument((document) => {
        if (document.uri.toString() === this.uri()?.toString()) this.look();
      }),
      window.tabGroups.onDidChangeTabs(() => this.look()),
      workspace.onDidOpenTextDocument(() => this.look()),
    ];
  }

  /** The text document, if it is open in a tab; others are nobody's work and follow the disk by themselves. */
  get document(): vscode.TextDocument | undefined {
    const uri = this.uri()?.toString();
    if (uri === undefined || !tabUris().has(uri)) return undefined;
    return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri && !document.isClosed);
  }

  #isOurs({ uri }: vscode.TextDocument): boolean {
    return uri.toString() === this.uri()?.toString() && this.document !== undefined;
  }

  /** Looks whether the text is open; to be called when the model has become known. */
  look(): void {
    const { document } = this;
    if (!document) {
      this.#forget();
      return;
    }
    if (this.#agreed !== undefined) return;
    this.#agreed = this.listener.opened();
    if (this.#agreed) this.#changed(document);
  }

  #forget(): void {
    clearTimeout(this.#typed);
    this.#typed = undefined;
    this.#wanted = undefined;
    this.#invalid = false;
    if (!this.#agreed) return;
    this.#agreed = undefined;
    this.listener.closed();
  }

  #changed(document: vscode.TextDocument): void {
    clearTimeout(this.#typed);
    this.#typed = undefined;
    if (plain(document.getText()) === this.#agreed?.text) return;
    this.#typed = setTimeout(() => this.flush(), PAUSE);
  }

  /** Reads what the user has typed so far, at once. */
  flush(): void {
    if (this.#typed === undefined) return;
    clearTimeout(this.#typed);
    this.#typed = undefined;
    const { document } = this;
    if (!document) return;
    const text = plain(document.getText());
    if (!this.#agreed || text === this.#agreed.text) return;
    const before = this.#agreed;
    this.#agreed = { ...before, text };
    const annotation = this.listener.typed(text, before, !document.isDirty);
    this.#invalid = annotation === undefined;
    if (annotation && this.#agreed.text === text) this.#agreed = agreedOn({ text, annotation });
  }

  /** Makes the open text say what the annotation says, by changing the lines that differ. `text` is asked for only where it is needed. */
  show(annotation: Annotation, text: () => string): void {
    if (!this.document || this.#invalid) return;
    this.#wanted = { annotation, text };
    this.#bringing ??= this.#bring().finally(() => {
      this.#bringing = undefined;
    });
  }

  async #bring(): Promise<void> {
    for (let attempt = 0; this.#wanted !== undefined && attempt < ATTEMPTS; attempt++) {
      // What the user typed meanwhile is taken over first; the model may then want another text.
      this.flush();
      const { document } = this;
      const wanted = this.#wanted;
      if (!document || wanted === undefined || this.#invalid) break;
      const text = wanted.text();
      const next = agreedOn({ text, annotation: wanted.annotation });
      const present = plain(document.getText());
      if (present !== text) {
        const before = this.#agreed;
        this.#agreed = next;
        if (!(await vscode.workspace.applyEdit(editOf(document, present, text)))) {
          this.#agreed = before;
          this.#changed(document);
          continue;
        }
        attempt = -1;
      }
      if (this.#wanted === wanted) {
        this.#agreed = next;
        this.#wanted = undefined;
      }
    }
    if (this.#wanted !== undefined && this.document && !this.#invalid) {
      this.log.warn(`${this.uri()?.toString(true)}: the open text could not be brought in step.`);
    }
  }

  /** Saves the open text, if it is in step and unsaved. */
  async save(): Promise<void> {
    await this.#bringing;
    const { document } = this;
    if (document?.isDirty && plain(document.getText()) === this.#agreed?.text) await document.save();
  }

  dispose(): void {
    clearTimeout(this.#typed);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** A text without what the encoding of a file adds: byte order mark and CR before LF. */
export function plain(text: string): string {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return body.includes('\r') ? body.replaceAll('\r\n', '\n') : body;
}

/** Both sides agree on a text that is exactly this annotation. */
export function agreedOn(read: ReadText): Agreed {
  return { ...read, read };
}

/** @param present The document's text as `plain` gives it. */
function editOf(document: vscode.TextDocument, present: string, wanted: string): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const edits = changedLines(present, wanted).map(({ first, end, lines, lastLength }) => {
    if (end > first && lines.length > 0) {
      // The line end behind the last line stays.
      return vscode.TextEdit.replace(new vscode.Range(first, 0, end - 1, lastLength), lines.join('\n'));
    }
    // Lines only added or only taken away come with their line ends.
    return vscode.TextEdit.replace(new vscode.Range(first, 0, end, 0), lines.map((line) => `${line}\n`).join(''));
  });
  // An annotation has LF on every machine.
  if (document.eol !== vscode.EndOfLine.LF) edits.push(vscode.TextEdit.setEndOfLine(vscode.EndOfLine.LF));
  edit.set(document.uri, edits);
  return edit;
}
