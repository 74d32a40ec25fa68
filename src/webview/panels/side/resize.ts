import { element } from '../../dom';
import { t } from '../../l10n';
import type { Viewer } from '../../viewer';

const WIDTH_RANGE = [190, 600] as const;
/** CSS pixels by an arrow key on the handle. */
const KEY_STEP = 10;

/** The panel's edge: drags, and moves by arrow keys. */
export function resizeHandle(viewer: Viewer): HTMLElement {
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
