/** The side panel: the subtypes, whether they are shown, and how much of each there is. */
import { SUBTYPE_NAMES, SUBTYPES } from '../../core/annotation/subtype';
import { element } from '../dom';
import { t } from '../l10n';
import { iconButton, textButton } from '../ui/button';
import type { Viewer } from '../viewer';

const WIDTH_RANGE = [150, 480] as const;
/** CSS pixels by an arrow key on the handle. */
const KEY_STEP = 10;

/** The panel; it keeps itself up to date. `segment` starts the segmentation where there is no annotation yet. */
export function sidePanel(viewer: Viewer, segment: () => void): HTMLElement {
  const rows = SUBTYPES.map((_, n) => subtypeRow(viewer, n));
  const provenance = element('p', { class: 'quiet' });
  const start = textButton({ text: t('Run Segmentation'), secondary: true, click: segment });
  start.classList.add('start');
  const panel = element('aside', { class: 'side', attributes: { 'aria-label': t('Subtypes') } }, [
    resizeHandle(viewer),
    element('h2', { text: t('Subtypes') }),
    element(
      'div',
      { class: 'subtypes' },
      rows.map((row) => row.element),
    ),
    provenance,
    start,
    element('p', { class: 'quiet', text: t('For research. Not a medical device.') }),
  ]);
  viewer.store.watch(
    (state) => state.panelOpen,
    (open) => {
      panel.hidden = !open;
    },
  );
  viewer.store.watch(
    (state) => state.panelWidth,
    (width) => panel.style.setProperty('--side-width', `${width}px`),
  );
  const update = (): void => {
    const { scan } = viewer;
    const { annotation } = viewer.store.get();
    const measures = scan?.whole ? scan.labels.measure(scan.volume.slices, scan.pixelArea) : [];
    for (const [n, row] of rows.entries()) row.show(measures[n]);
    start.hidden = annotation.state !== 'none' || !scan?.whole;
    provenance.textContent =
      annotation.state === 'shown'
        ? (annotation.provenance ?? annotation.file)
        : annotation.state === 'none'
          ? t('No annotation yet.')
          : t('The annotation is not shown.');
  };
  viewer.store.watch((state) => state.masks, update);
  viewer.store.watch((state) => state.annotation, update);
  return panel;
}

function subtypeRow(viewer: Viewer, n: number) {
  const subtype = SUBTYPES[n] ?? 'EPH';
  const label = n + 1;
  const swatch = element('span', { class: 'swatch', attributes: { 'aria-hidden': 'true' } });
  const figures = element('span', { class: 'figures' });
  const toggle = iconButton({
    icon: 'eye',
    label: t('Show {0}', SUBTYPE_NAMES[subtype]),
    pressed: true,
    click: () => {
      const hidden = new Set(viewer.store.get().hiddenLabels);
      if (!hidden.delete(label)) hidden.add(label);
      viewer.store.set({ hiddenLabels: hidden });
    },
  });
  viewer.store.watch(
    (state) => state.settings.subtypeColors[n],
    (color) => swatch.style.setProperty('background', color ?? 'transparent'),
  );
  viewer.store.watch(
    (state) => state.hiddenLabels,
    (hidden) => {
      toggle.setPressed(!hidden.has(label));
      toggle.setIcon(hidden.has(label) ? 'eye-closed' : 'eye');
    },
  );
  const row = element('div', { class: 'subtype', title: SUBTYPE_NAMES[subtype] }, [
    swatch,
    element('span', { class: 'subtype-name', text: subtype }),
    figures,
    toggle.element,
  ]);
  return {
    element: row,
    show(measure: { slices: number; milliliters: number } | undefined): void {
      const there = measure !== undefined && measure.slices > 0;
      row.classList.toggle('absent', !there);
      figures.textContent = there ? volumeText(measure.milliliters) : '';
      figures.title = there ? slicesText(measure.slices) : '';
      if (there) figures.append(element('span', { class: 'quiet', text: slicesText(measure.slices) }));
    },
  };
}

/** A volume as it is shown: hundredths below 1 mL, tenths above. */
function volumeText(milliliters: number): string {
  return t('{0} mL', milliliters.toFixed(milliliters < 1 ? 2 : 1));
}

function slicesText(count: number): string {
  return count === 1 ? t('1 slice') : t('{0} slices', count);
}

/** The panel's edge: drags, and moves by arrow keys. */
function resizeHandle(viewer: Viewer): HTMLElement {
  const { store } = viewer;
  const handle = element('div', {
    class: 'side-handle',
    role: 'separator',
    attributes: {
      tabindex: '0',
      'aria-orientation': 'vertical',
      'aria-label': t('Width of the side panel'),
      'aria-valuemin': String(WIDTH_RANGE[0]),
      'aria-valuemax': String(WIDTH_RANGE[1]),
    },
  });
  const set = (width: number): void => {
    store.set({ panelWidth: Math.round(Math.max(WIDTH_RANGE[0], Math.min(WIDTH_RANGE[1], width))) });
  };
  store.watch(
    (state) => state.panelWidth,
    (width) => handle.setAttribute('aria-valuenow', String(width)),
  );
  handle.addEventListener('pointerdown', (down) => {
    handle.setPointerCapture(down.pointerId);
    const start = store.get().panelWidth + down.clientX;
    const move = (event: PointerEvent): void => set(start - event.clientX);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  });
  handle.addEventListener('keydown', (event) => {
    const by = event.key === 'ArrowLeft' ? KEY_STEP : event.key === 'ArrowRight' ? -KEY_STEP : 0;
    if (by === 0) return;
    event.preventDefault();
    set(store.get().panelWidth + by);
  });
  return handle;
}
