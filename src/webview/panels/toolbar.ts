/** The one row of tools above the scan. */
import type { Layout } from '../../protocol/view';
import { element, svg } from '../dom';
import { t } from '../l10n';
import { showsCrosshair } from '../state/view-state';
import { toolIcon } from '../tools/icons';
import type { ToolBox } from '../tools/tool-box';
import { type IconButton, iconButton } from '../ui/button';
import { type MenuButton, menuButton } from '../ui/menu';
import { sameWindow, type Viewer } from '../viewer';
import { maskButton } from './mask-button';
import { noticesButton } from './notices';
import { editButtons, toolName } from './tool-buttons';

export interface Toolbar {
  readonly element: HTMLElement;
  openTimePoints(): void;
}

export interface ToolbarActions {
  /** Gives the keyboard back to the picture. */
  focusView(): void;
  chooseTimePoint(index: number): void;
}

export function toolbar(viewer: Viewer, box: ToolBox, actions: ToolbarActions): Toolbar {
  const windows = windowMenu(viewer, actions);
  const times = timeMenu(viewer, actions);
  const bar = element('div', { class: 'toolbar', role: 'toolbar', attributes: { 'aria-label': t('Scan tools') } }, [
    layoutButtons(viewer),
    element('span', { class: 'separator' }),
    windows.element,
    times.element,
    element('span', { class: 'separator' }),
    toolButtons(viewer),
    element('span', { class: 'separator' }),
    editButtons(box, actions.focusView),
    element('span', { class: 'separator' }),
    maskButtons(viewer),
    element('span', { class: 'grow' }),
    noticesButton(viewer, actions.focusView),
    panelButton(viewer),
  ]);
  // A click leaves the keyboard with the picture; who came by keyboard stays in the toolbar.
  bar.addEventListener('click', (event) => {
    if (event.detail > 0 && !bar.querySelector('.menu')) actions.focusView();
  });
  return { element: bar, openTimePoints: () => times.element.querySelector('button')?.click() };
}

/** A small drawing of a layout: one pane, or a large and two small ones. */
function layoutIcon(letter: string): SVGSVGElement {
  const frame = { fill: 'none', stroke: 'currentColor' };
  const parts =
    letter === ''
      ? [
          svg('rect', { x: 1.5, y: 2.5, width: 8, height: 11, ...frame }),
          svg('rect', { x: 9.5, y: 2.5, width: 5, height: 5.5, ...frame }),
          svg('rect', { x: 9.5, y: 8, width: 5, height: 5.5, ...frame }),
        ]
      : [svg('rect', { x: 1.5, y: 2.5, width: 13, height: 11, rx: 1, ...frame })];
  const icon = svg('svg', { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, parts);
  if (letter !== '') {
    const text = svg('text', { x: 8, y: 11, 'text-anchor': 'middle', class: 'icon-letter' });
    text.textContent = letter;
    icon.append(text);
  }
  return icon;
}

function group(label: string, buttons: readonly IconButton[]): HTMLElement {
  return element(
    'div',
    { class: 'group', role: 'group', attributes: { 'aria-label': label } },
    buttons.map((button) => button.element),
  );
}

function layoutButtons(viewer: Viewer): HTMLElement {
  const layouts: readonly [Layout, string, string][] = [
    ['axial', 'A', t('Axial')],
    ['coronal', 'C', t('Coronal')],
    ['sagittal', 'S', t('Sagittal')],
    ['all', '', t('All three planes')],
  ];
  const buttons = layouts.map(([layout, letter, label]) => {
    const button = iconButton({
      icon: layoutIcon(letter),
      label,
      key: 'T',
      pressed: false,
      click: () => viewer.setLayout(layout),
    });
    viewer.store.watch(
      (state) => state.layout,
      (shown) => button.setPressed(shown === layout),
    );
    viewer.store.watch(
      (state) => state.stage.name,
      (stage) => button.setEnabled(stage === 'ready'),
    );
    return button;
  });
  return group(t('Layout'), buttons);
}

function windowMenu(viewer: Viewer, actions: ToolbarActions): MenuButton {
  const menu = menuButton({
    label: t('Window'),
    key: 'W',
    items: () =>
      viewer.presets().map((preset) => ({
        label: preset.name,
        detail: `${preset.center}/${preset.width}`,
        checked: sameWindow(preset, viewer.store.get().window),
        choose: () => viewer.setWindow(preset),
      })),
    closed: actions.focusView,
  });
  viewer.store.watch(
    (state) => state.window,
    () => menu.setText(viewer.windowText()),
  );
  return menu;
}

function timeMenu(viewer: Viewer, actions: ToolbarActions): MenuButton {
  const count = (): number => viewer.scan?.volume.timePoint?.count ?? 1;
  const menu = menuButton({
    label: t('Volume of the series'),
    items: () =>
      Array.from({ length: count() }, (_, n) => ({
        label: t('Volume {0}', n + 1),
        checked: n === viewer.store.get().timePoint,
        choose: () => actions.chooseTimePoint(n),
      })),
    closed: actions.focusView,
  });
  viewer.store.watch(
    (state) => state.stage,
    () => {
      menu.setVisible(count() > 1);
      menu.setText(t('Volume {0}/{1}', viewer.store.get().timePoint + 1, count()));
    },
  );
  return menu;
}

function toolButtons(viewer: Viewer): HTMLElement {
  const { store } = viewer;
  const navigate = iconButton({
    icon: toolIcon('navigate'),
    label: toolName('navigate'),
    pressed: true,
    click: () => store.set({ tool: 'navigate' }),
  });
  const ruler = iconButton({
    icon: rulerIcon(),
    label: t('Ruler'),
    key: 'M',
    pressed: false,
    click: () => store.set({ tool: store.get().tool === 'ruler' ? 'navigate' : 'ruler' }),
  });
  const crosshair = iconButton({
    icon: 'add',
    label: t('Crosshair'),
    key: 'C',
    pressed: true,
    click: () => viewer.toggleCrosshair(),
  });
  const interpolation = iconButton({
    icon: pixelsIcon(),
    label: t('Smooth pixels'),
    pressed: true,
    click: () => store.set({ interpolation: !store.get().interpolation }),
  });
  const fit = iconButton({ icon: 'screen-full', label: t('Fit'), key: '0', click: () => viewer.fit() });
  store.watch(
    (state) => state.tool,
    (tool) => {
      navigate.setPressed(tool === 'navigate');
      ruler.setPressed(tool === 'ruler');
    },
  );
  // A narrow editor has them in its menu of tools.
  for (const button of [navigate, ruler]) button.element.classList.add('when-wide');
  store.watch(showsCrosshair, crosshair.setPressed);
  store.watch((state) => state.interpolation, interpolation.setPressed);
  return group(t('Tools'), [navigate, ruler, crosshair, interpolation, fit]);
}

function rulerIcon(): SVGSVGElement {
  const line = { stroke: 'currentColor', fill: 'none' };
  return svg('svg', { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, [
    svg('rect', { x: 1.5, y: 5.5, width: 13, height: 5, ...line }),
    svg('path', { d: 'M4.5 5.5v2 M7 5.5v3 M9.5 5.5v2 M12 5.5v3', ...line }),
  ]);
}

/** Coarse pixels beside smooth ones. */
function pixelsIcon(): SVGSVGElement {
  const square = (x: number, y: number, opacity: number): SVGElement =>
    svg('rect', { x, y, width: 4, height: 4, fill: 'currentColor', 'fill-opacity': opacity });
  return svg('svg', { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, [
    square(2, 2, 0.2),
    square(6, 2, 0.5),
    square(10, 2, 0.9),
    square(2, 6, 0.5),
    square(6, 6, 0.9),
    square(10, 6, 0.5),
    square(2, 10, 0.9),
    square(6, 10, 0.5),
    square(10, 10, 0.2),
  ]);
}

function maskButtons(viewer: Viewer): HTMLElement {
  return group(t('Mask'), [maskButton(viewer)]);
}

function panelButton(viewer: Viewer): HTMLElement {
  const { store } = viewer;
  const button = iconButton({
    icon: 'layout-sidebar-right',
    label: t('Side panel'),
    pressed: true,
    click: () => store.set({ panelOpen: !store.get().panelOpen }),
  });
  store.watch(
    (state) => state.panelOpen,
    (open) => {
      button.setPressed(open);
      button.setIcon(open ? 'layout-sidebar-right' : 'layout-sidebar-right-off');
    },
  );
  return button.element;
}
