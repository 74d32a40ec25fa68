/** "Hemorica: Set Subtype Color...": from the side panel or the palette into the settings. */
import * as vscode from 'vscode';
import { SUBTYPE_NAMES, SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import { SECTION, viewSettings } from '../settings';

const KEY = 'overlay.colors';
const COLOR = /^#[0-9a-f]{6}$/i;

type Colors = Readonly<Record<string, unknown>>;

/** @param active Address of the scan in front, whose settings apply. */
export function registerSetSubtypeColor(active: () => vscode.Uri | undefined): vscode.Disposable {
  return vscode.commands.registerCommand('hemorica.setSubtypeColor', async (argument?: unknown) => {
    const scope = active();
    const chosen = typeof argument === 'string' ? parse(argument) : await ask(scope);
    if (chosen) await setColor(chosen.subtype, chosen.color, scope);
  });
}

interface Choice {
  readonly subtype: Subtype;
  /** "#RRGGBB". */
  readonly color: string;
}

/** "IPH #D55E00", as the page says it. */
function parse(text: string): Choice | undefined {
  const [name, color = ''] = text.split(' ');
  const subtype = SUBTYPES.find((one) => one === name);
  return subtype && COLOR.test(color) ? { subtype, color } : undefined;
}

async function ask(scope: vscode.Uri | undefined): Promise<Choice | undefined> {
  const { subtypeColors } = viewSettings(scope);
  const title = vscode.l10n.t('Set Subtype Color');
  const picked = await vscode.window.showQuickPick(
    SUBTYPES.map((subtype, n) => ({
      label: subtype,
      description: SUBTYPE_NAMES[subtype],
      detail: subtypeColors[n] ?? '',
      subtype,
    })),
    { title },
  );
  if (!picked) return undefined;
  const color = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Color of {0}, as #RRGGBB', picked.subtype),
    value: picked.detail,
    validateInput: (value) => (COLOR.test(value.trim()) ? undefined : vscode.l10n.t('Enter a color such as #D55E00.')),
  });
  return color === undefined ? undefined : { subtype: picked.subtype, color: color.trim() };
}

/** Writes the color where the setting is set already, else for the user; the standard one is taken out again. */
async function setColor(subtype: Subtype, color: string, scope: vscode.Uri | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION, scope);
  const known = configuration.inspect<Colors>(KEY);
  const [target, present] =
    known?.workspaceFolderValue !== undefined
      ? [vscode.ConfigurationTarget.WorkspaceFolder, known.workspaceFolderValue]
      : known?.workspaceValue !== undefined
        ? [vscode.ConfigurationTarget.Workspace, known.workspaceValue]
        : [vscode.ConfigurationTarget.Global, known?.globalValue];
  const { [subtype]: _, ...others } = present ?? {};
  const standard = known?.defaultValue?.[subtype];
  const same = typeof standard === 'string' && standard.toLowerCase() === color.toLowerCase();
  const next = same ? others : { ...others, [subtype]: color.toUpperCase() };
  await configuration.update(KEY, Object.keys(next).length > 0 ? next : undefined, target);
}
