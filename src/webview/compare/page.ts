/** The page of one side of a comparison: a bar with what it is, the picture, the strips and, on the left, the figures. */
import type { CommandTargets } from '../commands';
import { element } from '../dom';
import { t } from '../l10n';
import { maskButton } from '../panels/mask-button';
import { sliceBar } from '../panels/slice-bar';
import { showsCrosshair } from '../state/view-state';
import { icon, iconButton, progressRing } from '../ui/button';
import { menuButton } from '../ui/menu';
import { sameWindow } from '../viewer';
import { paneGrid } from '../viewports/grid';
import type { MakeViewport } from '../viewports/pane';
import { type CompareState, obstacleOf, versionName, versionsOf } from './model';
import { connectPanes } from './panes';
import { changesStrip } from './strip';
import { legend, summaryPanel } from './summary';
import type { CompareView } from './view';

const LAYOUTS = ['axial', 'coronal', 'sagittal', 'all'] as const;

export interface ComparePage extends Pick<CommandTargets, 'focusView' | 'focusSliceField'> {
  readonly element: HTMLElement;
}

export function comparePage(view: CompareView, makeViewport: MakeViewport): ComparePage {
  const { viewer } = view;
  const focusView = (): void => viewer.panes.get(viewer.store.get().active)?.element.focus({ preventScroll: true });
  const grid = paneGrid(viewer, makeViewport, () => undefined);
  const slices = sliceBar(viewer, focusView);
  slices.element.querySelector('.track')?.prepend(changesStrip(view));
  const windowText = element('div', { class: 'window-text', attributes: { 'aria-hidden': 'true' } });
  viewer.store.watch(
    (state) => state.window,
    () => {
      windowText.textContent = viewer.windowText();
    },
  );
  const key = legend();
  const stage = element('div', { class: 'stage' }, [
    grid,
    element('div', { class: 'stage-notes' }, [windowText, key, ground(view)]),
    message(view),
  ]);
  const picture = element('div', { class: 'center' }, [stage, slices.element]);
  const summary = summaryPanel(view);
  const page = element('main', { class: 'page compare', attributes: { 'aria-label': t('Annotation comparison') } }, [
    toolbar(view, focusView),
    element('div', { class: 'middle' }, [picture, summary]),
  ]);
  view.store.watch(
    (state) => state,
    (state) => {
      const isLeft = state.other?.side === 'left';
      const combined = state.combined && state.other !== undefined;
      picture.hidden = combined && isLeft;
      summary.hidden = !(combined && isLeft);
      key.hidden = !view.showsChanges;
      page.classList.toggle('combined', combined);
      page.dataset.side = state.other?.side ?? 'alone';
    },
  );
  connectPanes(view);
  return { element: page, focusView, focusSliceField: slices.focusField };
}

/** What is said over the picture where there is none to see. */
function message(view: CompareView): HTMLElement {
  const box = element('div', { class: 'compare-message', role: 'status' });
  view.store.watch(
    (state) => state,
    (state) => {
      const { content, title } = state.version;
      const versions = versionsOf(state);
      const obstacle = state.combined && versions ? obstacleOf(versions) : undefined;
      const text =
        obstacle ??
        (state.combined && versions
          ? undefined
          : content.state === 'absent'
            ? t('{0} has no such file.', title)
            : content.state === 'broken'
              ? content.problem
              : undefined);
      box.hidden = text === undefined;
      box.textContent = text ?? '';
    },
  );
  return box;
}

/** Whether the ground under the masks is the scan, and if not, why. */
function ground(view: CompareView): HTMLElement {
  const box = element('div', { class: 'ground', role: 'status' });
  view.store.watch(
    (state) => state.ground,
    (shown) => {
      box.hidden = shown.state === 'scan' || view.viewer.scan === undefined;
      if (shown.state === 'searching') {
        box.replaceChildren(progressRing(), element('span', { text: t('Loading the scan') }));
      } else if (shown.state === 'empty') {
        box.replaceChildren(
          icon('warning'),
          element('span', { text: t('The masks are drawn on an empty ground. {0}', shown.reason) }),
        );
      }
    },
  );
  return box;
}

/** The bar. Of a diff, the left side has the means to look, the right side those to compare; so each is there once. */
function toolbar(view: CompareView, focusView: () => void): HTMLElement {
  const { viewer } = view;
  const look = lookButtons(view, focusView);
  const compare = compareButtons(view);
  const name = element('span', { class: 'version-name' });
  const bar = element('div', { class: 'toolbar', role: 'toolbar', attributes: { 'aria-label': t('Comparison') } }, [
    element('span', { class: 'version', title: t('Read-only: this view shows a version and does not change it.') }, [
      icon('lock'),
      name,
    ]),
    element('span', { class: 'grow' }),
    look,
    compare,
  ]);
  view.store.watch(
    (state) => state,
    (state) => {
      const { version, other } = state;
      name.textContent = barTitle(state);
      name.title = [version.file, version.content.state === 'shown' ? version.content.provenance : '']
        .filter((part) => part !== '')
        .join('\n');
      look.hidden = other?.side === 'right';
      compare.hidden = other === undefined || other.side === 'left';
    },
  );
  bar.addEventListener('click', (event) => {
    if (event.detail > 0 && !bar.querySelector('.menu') && viewer.scan) focusView();
  });
  return bar;
}

/** What a side shows: its version; in the view of all changes, the left has the figures and the right the picture. */
function barTitle(state: CompareState): string {
  const versions = versionsOf(state);
  if (!state.combined || !versions) return versionName(state.version, state.other?.version);
  const { before, after } = versions;
  if (state.other?.side === 'left') return t('Changes');
  return `${versionName(before, after)} → ${versionName(after, before)}`;
}

function lookButtons(view: CompareView, focusView: () => void): HTMLElement {
  const { viewer } = view;
  const { store } = viewer;
  const layouts = menuButton({
    label: t('Layout'),
    key: 'T',
    items: () =>
      LAYOUTS.map((layout) => ({
        label: layout === 'all' ? t('All three planes') : viewer.planeName(layout),
        checked: store.get().layout === layout,
        choose: () => viewer.setLayout(layout),
      })),
    closed: focusView,
  });
  store.watch(
    (state) => state.layout,
    (layout) => layouts.setText(layout === 'all' ? t('All') : viewer.planeName(layout)),
  );
  const windows = menuButton({
    label: t('Window'),
    key: 'W',
    items: () =>
      viewer.presets().map((preset) => ({
        label: preset.name,
        detail: `${preset.center}/${preset.width}`,
        checked: sameWindow(preset, store.get().window),
        choose: () => viewer.setWindow(preset),
      })),
    closed: focusView,
  });
  store.watch(
    (state) => state.window,
    ({ name }) => windows.setText(name),
  );
  const crosshair = iconButton({
    icon: 'add',
    label: t('Crosshair'),
    key: 'C',
    pressed: false,
    click: () => viewer.toggleCrosshair(),
  });
  store.watch(showsCrosshair, crosshair.setPressed);
  const overlay = maskButton(viewer);
  const fit = iconButton({ icon: 'screen-full', label: t('Fit'), key: '0', click: () => viewer.fit() });
  return element('div', { class: 'group look' }, [
    layouts.element,
    windows.element,
    crosshair.element,
    overlay.element,
    fit.element,
  ]);
}

function compareButtons(view: CompareView): HTMLElement {
  const previous = iconButton({
    icon: 'arrow-up',
    label: t('Previous changed slice'),
    key: 'Shift+N',
    click: () => view.goToChange(-1),
  });
  const next = iconButton({
    icon: 'arrow-down',
    label: t('Next changed slice'),
    key: 'N',
    click: () => view.goToChange(1),
  });
  const count = element('span', { class: 'changes-count' });
  const combined = iconButton({
    icon: 'diff',
    label: t('All changes in one view'),
    pressed: false,
    click: () => view.setCombined(!view.store.get().combined),
  });
  const show = (): void => {
    const { scan, store } = view.viewer;
    const slices = view.changedSlices();
    const at = scan ? slices.indexOf(store.get().slices[scan.native]) : -1;
    previous.setEnabled(slices.length > 0);
    next.setEnabled(slices.length > 0);
    combined.setPressed(view.store.get().combined);
    count.textContent =
      slices.length === 0 ? t('no changes') : at < 0 ? String(slices.length) : `${at + 1}/${slices.length}`;
    count.title = t('Slices with changes');
  };
  view.store.watch((state) => state, show);
  view.viewer.store.watch((state) => state.slices, show);
  return element('div', { class: 'group' }, [count, previous.element, next.element, combined.element]);
}
