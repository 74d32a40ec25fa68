/** Questions one after the other in VS Code's quick input, with Back to the one before and Escape out of all. */
import * as vscode from 'vscode';

/** Thrown when the user has left. */
export class LeftSteps extends Error {
  override readonly name = 'LeftSteps';
}

const BACK = Symbol('back');

/** Where a question stands among the others. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

type Step = (ask: Asker) => Promise<void>;

/**
 * Asks the questions of `steps` in order; those before may change which there are, so they are asked
 * for anew after each answer. Throws LeftSteps when the user leaves.
 */
export async function askSteps(title: string, steps: () => readonly Step[]): Promise<void> {
  for (let at = 0; ; ) {
    const all = steps();
    const step = all[at];
    if (!step) return;
    try {
      await step(new Asker({ title, step: at + 1, totalSteps: all.length }, at > 0));
      at++;
    } catch (error) {
      if (error !== BACK) throw error;
      at--;
    }
  }
}

export class Asker {
  constructor(
    private readonly place: StepPlace,
    private readonly canGoBack: boolean,
  ) {}

  /** One of several values; `chosen` is the one that is marked first. */
  async choose<T>(placeholder: string, choices: readonly Choice<T>[], chosen = 0): Promise<T> {
    const pick = vscode.window.createQuickPick<Choice<T>>();
    pick.items = choices;
    const first = choices[chosen];
    if (first) pick.activeItems = [first];
    pick.placeholder = placeholder;
    pick.matchOnDescription = true;
    return this.#show(pick, () => pick.activeItems[0]?.value);
  }

  /** A text; `problem` says why one cannot be taken. */
  async write(prompt: string, value: string, problem: (text: string) => string | undefined): Promise<string> {
    const box = vscode.window.createInputBox();
    box.value = value;
    box.prompt = prompt;
    box.onDidChangeValue((text) => {
      box.validationMessage = problem(text);
    });
    return this.#show(box, () => {
      box.validationMessage = problem(box.value);
      return box.validationMessage === undefined ? box.value : undefined;
    });
  }

  async #show<T>(input: vscode.QuickPick<Choice<T>> | vscode.InputBox, answer: () => T | undefined): Promise<T> {
    Object.assign(input, this.place);
    input.ignoreFocusOut = true;
    if (this.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
    try {
      return await new Promise<T>((resolve, reject) => {
        input.onDidTriggerButton((button) => {
          if (button === vscode.QuickInputButtons.Back) reject(BACK);
        });
        input.onDidAccept(() => {
          const value = answer();
          if (value !== undefined) resolve(value);
        });
        input.onDidHide(() => reject(new LeftSteps()));
        input.show();
      });
    } finally {
      input.dispose();
    }
  }
}
