/** The page: toolbar, banner, panes with their cover, slice bar and side panel. */

import type { ClassificationActions } from '../classification/card';
import type { CommandTargets } from '../commands';
import { element } from '../dom';
import type { EditSession } from '../edit/session';
import { t } from '../l10n';
import { LesionHover, type LineOfRow, type WhoChangedLesion } from '../lesions/hover';
import { LesionWatch } from '../lesions/lesion-watch';
import { proposalBanner } from '../proposal/banner';
import { ProposalHover } from '../proposal/hover';
import type { ProposalSession } from '../proposal/session';
import { connectTools, toolKey } from '../tools/connect';
import { ToolBox } from '../tools/tool-box';
import type { Viewer } from '../viewer';
import { paneGrid } from '../viewports/grid';
import type { MakeViewport } from '../viewports/pane';
import { mergeBanner } from './merge-banner';
import { sidePanel } from './side';
import { lesionMenu } from './side/lesions';
import type { PanelHost } from './side/panel-parts';
import { sliceBar } from './slice-bar';
import { annotationBanner, type StageActions, stageCover } from './stage';
import { toolStrip } from './tool-strip';
import { toolbar } from './toolbar';

export interface PageActions extends StageActions {
  painted(): void;
  chooseTimePoint(index: number): void;
  readonly lineOf: LineOfRow;
  readonly whoChanged: WhoChangedLesion;
  readonly classification: ClassificationActions;
  readonly proposal: ProposalSession;
  /** Opens the annotation's text at a row of a slice (k). */
  showText(slice: number, row: number): void;
}

export interface Page extends CommandTargets {
  readonly element: HTMLElement;
}

/** Below this width of the editor (CSS pixels) the side panel is a drawer over the picture, closed at first. */
const NARROW = 500;

export function sideAndToolbar(
  viewer: Viewer,
  makeViewport: MakeViewport,
  edits: EditSession,
  actions: PageActions,
): Page {
  const { store } = viewer;
  const focusView = (): void => viewer.panes.get(store.get().active)?.element.focus({ preventScroll: true });

  const grid = paneGrid(viewer, makeViewport, actions.painted);
  const toolBox = new ToolBox(viewer, edits);
  const lesionHover = new LesionHover(viewer, new LesionWatch(viewer), actions.lineOf, actions.whoChanged);
  const proposalHover = new ProposalHover(viewer, actions.proposal.lesions);
  const bar = toolbar(viewer, toolBox, { focusView, chooseTimePoint: actions.chooseTimePoint });
  const slices = sliceBar(viewer, focusView);
  const panelHost: PanelHost = {
    commit: (label, mask, fields) => edits.commit(label, mask, fields),
    showText: actions.showText,
    invoke: actions.invoke,
  };
  connectTools(
    viewer,
    toolBox,
    (pane, pointer) => {
      lesionHover.show(pane, pointer);
      proposalHover.show(pane, pointer);
    },
    (pointer) => {
      const lesion = lesionHover.under(pointer);
      const { clientX, clientY } = pointer.event;
      if (lesion) lesionMenu(viewer, panelHost, lesion, [clientX, clientY], focusView);
    },
  );
  const side = sidePanel(viewer, panelHost, actions.classification, actions.proposal);
  const windowText = element('div', { class: 'window-text', attributes: { 'aria-hidden': 'true' } });
  store.watch(
    (state) => state.window,
    () => {
      windowText.textContent = viewer.windowText();
    },
  );
  const stage = element('div', { class: 'stage' }, [grid, stageCover(viewer, actions), windowText]);
  const page = element('main', { class: 'page', attributes: { 'aria-label': t('Scan viewer') } }, [
    bar.element,
    toolStrip(toolBox, focusView),
    annotationBanner(viewer, actions),
    mergeBanner(viewer),
    proposalBanner(actions.proposal),
    element('div', { class: 'middle' }, [element('div', { class: 'center' }, [stage, slices.element]), side]),
  ]);
  foldWhenNarrow(page, viewer);
  document.addEventListener('keydown', (event) => {
    const { selectedRuler } = store.get();
    const typing = event.target instanceof Element && event.target.matches('input, textarea');
    if (!typing && !onControl(event) && toolKey(toolBox, event)) {
      event.preventDefault();
      return;
    }
    // While something is proposed, Delete is a command, which looks for a ruler first.
    const ours = viewer.proposal.get().shown === undefined;
    if (event.key === 'Delete' && selectedRuler !== undefined && !typing && ours) viewer.removeRuler(selectedRuler);
    if (event.key === 'Escape' && page.classList.contains('narrow')) store.set({ panelOpen: false });
    if (event.key === 'Escape' && store.get().tool !== 'navigate') store.set({ tool: 'navigate' });
    const onPane = event.target instanceof Element && event.target.classList.contains('pane');
    if (event.key === 'Enter' && onPane && store.get().tool === 'ruler') viewer.addRuler();
  });
  // The mask is hidden by VS Code's key while it is held; only the page hears it let go.
  const release = (): void => {
    if (store.get().overlayHeld) store.set({ overlayHeld: false });
  };
  document.addEventListener('keyup', (event) => {
    if (event.key.toLowerCase() === 'h') release();
  });
  window.addEventListener('blur', release);
  return {
    element: page,
    focusView,
    focusSliceField: slices.focusField,
    openTimePoints: bar.openTimePoints,
    toolBox,
    proposal: actions.proposal,
  };
}

/** True for Enter on a button or the like, which it presses. */
function onControl({ key, target }: KeyboardEvent): boolean {
  return (
    key === 'Enter' &&
    target instanceof Element &&
    target.closest('button, vscode-button, select, [role]:not(.pane, main)') !== null
  );
}

function foldWhenNarrow(page: HTMLElement, viewer: Viewer): void {
  let narrow: boolean | undefined;
  let openWhenWide = viewer.store.get().panelOpen;
  new ResizeObserver(() => {
    const now = page.clientWidth < NARROW;
    if (page.clientWidth === 0 || now === narrow) return;
    if (now) openWhenWide = viewer.store.get().panelOpen;
    narrow = now;
    page.classList.toggle('narrow', now);
    viewer.store.set({ panelOpen: now ? false : openWhenWide });
  }).observe(page);
}
