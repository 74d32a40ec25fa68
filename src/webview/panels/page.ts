/** The page: toolbar, banner, panes with their cover, slice bar and side panel. */

import type { CommandTargets } from '../commands';
import { element } from '../dom';
import { t } from '../l10n';
import type { ToolName } from '../state/view-state';
import { dispatchPointers, type Tools, watchDragKeys } from '../tools/dispatch';
import { NavigateTool } from '../tools/navigate';
import { PanTool } from '../tools/pan';
import { RulerTool } from '../tools/ruler';
import type { PanePointer, Tool } from '../tools/tool';
import { WindowTool } from '../tools/window';
import type { Viewer } from '../viewer';
import { paneGrid } from '../viewports/grid';
import type { MakeViewport } from '../viewports/pane';
import { sidePanel } from './side';
import { sliceBar } from './slice-bar';
import { annotationBanner, type StageActions, stageCover } from './stage';
import { toolbar } from './toolbar';

export interface PageActions extends StageActions {
  painted(): void;
  chooseTimePoint(index: number): void;
}

export interface Page extends CommandTargets {
  readonly element: HTMLElement;
}

/** Below this width of the editor (CSS pixels) the side panel is a drawer over the picture, closed at first. */
const NARROW = 500;

export function sideAndToolbar(viewer: Viewer, makeViewport: MakeViewport, actions: PageActions): Page {
  const { store } = viewer;
  const focusView = (): void => viewer.panes.get(store.get().active)?.element.focus({ preventScroll: true });

  const grid = paneGrid(viewer, makeViewport, actions.painted);
  connectTools(viewer);
  const bar = toolbar(viewer, { focusView, chooseTimePoint: actions.chooseTimePoint });
  const slices = sliceBar(viewer, focusView);
  const side = sidePanel(viewer, () => actions.invoke('hemorica.runSegmentation'));
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
    annotationBanner(viewer, actions),
    element('div', { class: 'middle' }, [element('div', { class: 'center' }, [stage, slices.element]), side]),
  ]);
  foldWhenNarrow(page, viewer);
  document.addEventListener('keydown', (event) => {
    const { selectedRuler } = store.get();
    const typing = event.target instanceof Element && event.target.matches('input');
    if (event.key === 'Delete' && selectedRuler !== undefined && !typing) viewer.removeRuler(selectedRuler);
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
  };
}

function connectTools(viewer: Viewer): void {
  const tools: Tools = {
    main: new Map<ToolName, Tool>([
      ['navigate', new NavigateTool(viewer)],
      ['ruler', new RulerTool(viewer)],
    ]),
    pan: new PanTool(viewer),
    window: new WindowTool(viewer),
  };
  watchDragKeys();
  for (const pane of viewer.panes.values()) {
    let under: PanePointer | undefined;
    const show = (): void => pane.showUnderPointer(probeText(viewer, under));
    const hover = (pointer: PanePointer | undefined): void => {
      under = pointer;
      show();
    };
    dispatchPointers(pane, viewer, tools, { hover });
    // The wheel changes what lies under a pointer that rests.
    viewer.store.watch((state) => state.slices[pane.plane], show);
  }
  viewer.store.watch(
    (state) => state.tool,
    (tool) => {
      for (const pane of viewer.panes.values())
        pane.element.style.setProperty('--cursor', tools.main.get(tool)?.cursor ?? 'crosshair');
    },
  );
}

const ENDS = ['LR', 'PA', 'SI'] as const;

/** "HU 63  (211, 167, 14)", "R 12.3 P 4.5 S 41.1 mm": value, voxel index, place in the patient. */
function probeText(viewer: Viewer, pointer: PanePointer | undefined): string {
  const { scan, store } = viewer;
  if (!pointer || !scan) return '';
  const slice = store.get().slices[pointer.plane];
  const world = scan.planes[pointer.plane].toWorld({ slice, point: pointer.point });
  const probe = scan.probe(world);
  if (!probe) return '';
  const value = Number.isInteger(probe.value) ? String(probe.value) : probe.value.toPrecision(5);
  const place = world.map((mm, axis) => `${ENDS[axis]?.[mm < 0 ? 1 : 0]} ${Math.abs(mm).toFixed(1)}`).join(' ');
  // The number of a first slice is not known before its series.
  const index = scan.whole ? `  (${probe.index.join(', ')})` : '';
  return `${scan.unit || t('value')} ${value}${index}\n${t('{0} mm', place)}`;
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
