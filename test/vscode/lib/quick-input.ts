/** Answering VS Code's quick input in the tests of the extension host: what is shown is VS Code's own, and is accepted in it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { waitFor } from '../../e2e/lib/wait';

type Input = vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox;

/** One quick pick or input box that is shown. */
export class Shown {
  #hidden = false;
  constructor(readonly input: Input) {
    input.onDidHide(() => {
      this.#hidden = true;
    });
  }

  /** "Add Model 2/7: What are its values?" */
  get text(): string {
    const { title = '', step, totalSteps } = this.input;
    const question = 'items' in this.input ? this.input.placeholder : this.input.prompt;
    return `${title}${step === undefined ? '' : ` ${step}/${totalSteps}`}: ${question ?? ''}`;
  }

  /** The lines of a quick pick, with description and detail. */
  get lines(): string[] {
    if (!('items' in this.input)) return [];
    return this.input.items.map(({ label, description, detail }) =>
      [label, description, detail].filter(Boolean).join(' | '),
    );
  }

  /** Accepts what is marked or written; first marks the item whose line has the text, or writes it. */
  async accept(text?: string): Promise<void> {
    if (text !== undefined) {
      if ('items' in this.input) {
        const n = this.lines.findIndex((line) => line.includes(text));
        const item = this.input.items[n];
        assert.ok(item, `${text} in ${this.lines.join('\n')}`);
        this.input.activeItems = [item];
      } else this.input.value = text;
      // The workbench is told of it a moment later.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this.#until('workbench.action.acceptSelectedQuickOpenItem');
  }

  back(): Promise<void> {
    return this.#until('workbench.action.quickInputBack');
  }

  escape(): Promise<void> {
    return this.#until('workbench.action.closeQuickOpen');
  }

  async #until(command: string): Promise<void> {
    for (let n = 0; !this.#hidden && n < 50; n++) {
      await vscode.commands.executeCommand(command);
      // The answer comes back from the workbench after the command has ended.
      await waitFor('the end of the input', () => this.#hidden, 1000).catch(() => undefined);
    }
    assert.ok(this.#hidden, this.text);
  }
}

/** Hands out what is shown, one after the other, while something goes on. */
export async function answeringInputs(during: (next: () => Promise<Shown>) => Promise<void>): Promise<void> {
  const window = vscode.window as unknown as Record<'createQuickPick' | 'createInputBox', () => Input>;
  const { createQuickPick, createInputBox } = window;
  const shown: Shown[] = [];
  const watched = (create: () => Input) => (): Input => {
    const input = create.call(window);
    const show = input.show.bind(input);
    input.show = () => {
      shown.push(new Shown(input));
      show();
    };
    return input;
  };
  window.createQuickPick = watched(createQuickPick);
  window.createInputBox = watched(createInputBox);
  try {
    await during(async () => {
      const next = await waitFor('a question', () => shown.shift());
      await waitFor('its items', () => !('items' in next.input) || (next.input.items.length > 0 && !next.input.busy));
      return next;
    });
  } finally {
    Object.assign(window, { createQuickPick, createInputBox });
  }
}
