/** The host's commands (keys, palette, menus) on a view. */
import type { Layout, ProposalCommand, ToolCommand, ViewCommand } from '../protocol/view';
import { goToSuspected } from './classification/suspects';
import { t } from './l10n';
import { goToSlice, goToVoxel } from './look';
import { isProposalCommand, runProposalCommand } from './proposal/commands';
import type { ProposalSession } from './proposal/session';
import type { OverlayMode } from './state/view-state';
import type { ToolBox } from './tools/tool-box';
import type { Viewer } from './viewer';

const LAYOUTS: readonly Layout[] = ['axial', 'coronal', 'sagittal', 'all'];
const OVERLAYS: readonly OverlayMode[] = ['filled', 'outline', 'off'];

/** What a command needs beside the view: parts of the page that take the keyboard or open a menu. */
export interface CommandTargets {
  focusView(): void;
  focusSliceField(): void;
  openTimePoints(): void;
  /** Takes the commands that choose and run tools. */
  readonly toolBox: Pick<ToolBox, 'run' | 'toggle'>;
  /** Takes the commands that decide on a proposal; absent where nothing can be proposed. */
  readonly proposal?: ProposalSession;
}

type Handler = (viewer: Viewer, argument: number | string | undefined, targets: CommandTargets) => void;

const HANDLERS: Readonly<Record<Exclude<ViewCommand, ToolCommand | ProposalCommand>, Handler>> = {
  nextSlice: (viewer) => viewer.step(1),
  previousSlice: (viewer) => viewer.step(-1),
  nextTenSlices: (viewer) => viewer.step(10),
  previousTenSlices: (viewer) => viewer.step(-10),
  firstSlice: (viewer) => viewer.goTo(0),
  lastSlice: (viewer) => viewer.goTo(Number.MAX_SAFE_INTEGER),
  nextSliceWithBlood: (viewer) => viewer.goToBlood(1),
  previousSliceWithBlood: (viewer) => viewer.goToBlood(-1),
  nextSuspectedSlice: (viewer) => goToSuspected(viewer, 1),
  previousSuspectedSlice: (viewer) => goToSuspected(viewer, -1),
  goToSlice: (viewer, argument, targets) => {
    // The argument counts from 1, as the view does.
    if (argument === undefined) targets.focusSliceField();
    else if (Number.isFinite(Number(argument))) viewer.goTo(Math.round(Number(argument)) - 1);
  },
  showSlice: (viewer, argument) => {
    if (typeof argument === 'number' && viewer.scan?.whole) goToSlice(viewer, argument);
  },
  showVoxel: (viewer, argument) => {
    const [i = Number.NaN, j = Number.NaN, k = Number.NaN] = String(argument).split(' ').map(Number);
    if (!viewer.scan?.whole || ![i, j, k].every(Number.isFinite)) return;
    goToSlice(viewer, k);
    goToVoxel(viewer, [i, j, k]);
  },
  nextWindow: (viewer) => viewer.cycleWindow(1),
  previousWindow: (viewer) => viewer.cycleWindow(-1),
  setWindow: (viewer, argument) => {
    const presets = viewer.presets();
    const preset =
      typeof argument === 'number' ? presets[argument] : presets.find((one) => one.name === String(argument));
    if (preset) viewer.setWindow(preset);
  },
  fit: (viewer) => viewer.fit(),
  zoomIn: (viewer) => viewer.zoomIn(),
  zoomOut: (viewer) => viewer.zoomOut(),
  nextLayout: (viewer) => {
    const at = LAYOUTS.indexOf(viewer.store.get().layout);
    viewer.setLayout(LAYOUTS[(at + 1) % LAYOUTS.length] ?? 'axial');
  },
  setLayout: (viewer, argument) => {
    const layout = LAYOUTS.find((one) => one === argument);
    if (layout) viewer.setLayout(layout);
  },
  toggleCrosshair: (viewer) => viewer.toggleCrosshair(),
  toggleRuler: (_viewer, _argument, { toolBox }) => toolBox.toggle('ruler'),
  toggleInterpolation: (viewer) => viewer.store.set({ interpolation: !viewer.store.get().interpolation }),
  toggleOverlay: (viewer) => {
    const at = OVERLAYS.indexOf(viewer.store.get().overlay);
    viewer.store.set({ overlay: OVERLAYS[(at + 1) % OVERLAYS.length] ?? 'filled' });
  },
  holdOverlay: (viewer) => viewer.store.set({ overlayHeld: true }),
  focus: (_viewer, _argument, targets) => targets.focusView(),
  chooseTimePoint: (_viewer, _argument, targets) => targets.openTimePoints(),
};

/** Carries out a command. */
export function runCommand(
  viewer: Viewer,
  command: ViewCommand,
  argument: number | string | undefined,
  targets: CommandTargets,
): void {
  if (isOurs(command)) HANDLERS[command](viewer, argument, targets);
  else if (!isProposalCommand(command)) targets.toolBox.run(command, argument);
  else if (targets.proposal) runProposalCommand(targets.proposal, command);
}

function isOurs(command: ViewCommand): command is keyof typeof HANDLERS {
  return command in HANDLERS;
}

/** The name of an overlay mode. */
export function overlayName(mode: OverlayMode): string {
  return mode === 'filled' ? t('filled') : mode === 'outline' ? t('outline') : t('off');
}
