/** Commands of the viewer: each goes to the page of the scan editor in front. */
import * as vscode from 'vscode';
import { SUBTYPE_NAMES, SUBTYPES } from '../../core/annotation/subtype';
import type { Layout, ViewCommand } from '../../protocol/view';
import type { ScanSession } from '../editor/session';
import type { Services } from '../services';
import { viewSettings } from '../settings';
import { sliceNumberOf } from './slice-number';

/** Commands that need nothing from the user; each is `hemorica.<name>` in the manifest. */
export const PLAIN_COMMANDS = [
  'nextSlice',
  'previousSlice',
  'nextTenSlices',
  'previousTenSlices',
  'firstSlice',
  'lastSlice',
  'nextSliceWithBlood',
  'previousSliceWithBlood',
  'nextSuspectedSlice',
  'previousSuspectedSlice',
  'nextWindow',
  'previousWindow',
  'fit',
  'zoomIn',
  'zoomOut',
  'nextLayout',
  'toggleCrosshair',
  'toggleRuler',
  'toggleInterpolation',
  'toggleOverlay',
  'holdOverlay',
  'focus',
  'chooseTimePoint',
  'useBrush',
  'useEraser',
  'useLasso',
  'usePolygon',
  'useRegionGrow',
  'useBox',
  'useRelabel',
  'largerBrush',
  'smallerBrush',
  'toggleBrushShape',
  'toggleHuLimits',
  'fillHoles',
  'removeIslands',
  'smoothMask',
  'growMask',
  'shrinkMask',
  'interpolateSlices',
  'copyToNextSlice',
  'copyToPreviousSlice',
  'clearSubtypeOnSlice',
  'clearSlice',
  'clearSubtype',
  'boxesFromMask',
  'acceptProposal',
  'rejectProposal',
  'acceptProposalOnSlice',
  'rejectProposalOnSlice',
  'acceptProposedLesion',
  'rejectProposedLesion',
  'nextProposedLesion',
  'previousProposedLesion',
] as const satisfies readonly ViewCommand[];

/** An editor that takes commands of the viewer. */
export type ViewEditor = Pick<ScanSession, 'run' | 'status'> & { readonly document: { readonly uri: vscode.Uri } };

type Ask = (session: ViewEditor) => Promise<number | string | undefined>;

/** Commands with an argument, asked for where they are run without one (from the palette). */
const ASKING_COMMANDS: Readonly<Partial<Record<ViewCommand, Ask>>> = {
  goToSlice: askSlice,
  setWindow: askWindow,
  setLayout: askLayout,
  chooseSubtype: askSubtype,
};

/** @param other The editor in front where that is no scan editor. */
export function registerViewCommands({ sessions }: Services, other: () => ViewEditor | undefined): vscode.Disposable[] {
  const register = (command: ViewCommand, ask?: Ask): vscode.Disposable =>
    vscode.commands.registerCommand(`hemorica.${command}`, async (argument?: unknown) => {
      const session = sessions.active ?? other();
      if (!session) return;
      const given = typeof argument === 'number' || typeof argument === 'string' ? argument : await ask?.(session);
      if (ask && given === undefined) return;
      session.run(command, given);
    });
  return [
    ...PLAIN_COMMANDS.map((command) => register(command)),
    ...Object.entries(ASKING_COMMANDS).map(([command, ask]) => register(command as ViewCommand, ask)),
  ];
}

async function askSlice({ status }: ViewEditor): Promise<number | undefined> {
  const slices = status?.slices ?? 0;
  if (!status || slices === 0) return undefined;
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Go to Slice'),
    prompt: vscode.l10n.t('Slice, 1 to {0}', slices),
    value: String(status.slice + 1),
    validateInput: (value) =>
      sliceNumberOf(value, slices) === undefined
        ? vscode.l10n.t('Enter a whole number from 1 to {0}.', slices)
        : undefined,
  });
  return answer === undefined ? undefined : sliceNumberOf(answer, slices);
}

async function askWindow({ document, status }: ViewEditor): Promise<string | undefined> {
  const picked = await vscode.window.showQuickPick(
    viewSettings(document.uri).presets.map(({ name, center, width }) => ({
      label: name,
      description: `${center} / ${width} HU`,
      picked: status?.window.center === center && status.window.width === width,
    })),
    { title: vscode.l10n.t('Set Window'), placeHolder: vscode.l10n.t('Center / width') },
  );
  return picked?.label;
}

async function askLayout(): Promise<Layout | undefined> {
  const layouts: { label: string; layout: Layout }[] = [
    { label: vscode.l10n.t('Axial'), layout: 'axial' },
    { label: vscode.l10n.t('Coronal'), layout: 'coronal' },
    { label: vscode.l10n.t('Sagittal'), layout: 'sagittal' },
    { label: vscode.l10n.t('All three planes'), layout: 'all' },
  ];
  return (await vscode.window.showQuickPick(layouts, { title: vscode.l10n.t('Set Layout') }))?.layout;
}

async function askSubtype(): Promise<number | undefined> {
  const items = SUBTYPES.map((subtype, n) => ({ label: subtype, description: SUBTYPE_NAMES[subtype], value: n + 1 }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Choose Subtype') }))?.value;
}
