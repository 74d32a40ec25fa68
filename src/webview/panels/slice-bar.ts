/** The bar under the scan: slider, number to jump to, and the strip of slices with a mask. */
import { SUBTYPES } from '../../core/annotation/subtype';
import { element } from '../dom';
import { t } from '../l10n';
import { numberField, slider } from '../ui/inputs';
import type { Viewer } from '../viewer';

/** Half the width of the slider's thumb, CSS pixels: its middle never reaches the ends of the track. */
const THUMB = 5;

export interface SliceBar {
  readonly element: HTMLElement;
  focusField(): void;
}

export function sliceBar(viewer: Viewer, focusView: () => void): SliceBar {
  const { store } = viewer;
  const track = slider(t('Slice'), (value) => viewer.goTo(value));
  const field = numberField(t('Go to slice'), (value) => viewer.goTo(value - 1), focusView);
  const total = element('span', { class: 'total' });
  const strip = element('canvas', { class: 'strip', attributes: { 'aria-hidden': 'true' } });
  const bar = element('div', { class: 'slice-bar' }, [
    element('div', { class: 'track' }, [strip, track.element]),
    element('label', { class: 'jump' }, [field.element, total]),
  ]);

  const show = (): void => {
    const { active, slices } = store.get();
    const count = viewer.scan?.whole ? viewer.count(active) : 0;
    track.setRange(count);
    field.setRange(count);
    track.setValue(slices[active], viewer.sliceText(active));
    field.setValue(count === 0 ? 0 : slices[active] + 1);
    field.element.disabled = count < 2;
    field.element.hidden = count === 0;
    total.textContent = count === 0 ? '' : `/ ${count}`;
  };
  const update = (): void => {
    const { active } = store.get();
    const count = active === viewer.scan?.native ? viewer.count(active) : 0;
    drawStrip(strip, viewer, count);
    show();
  };
  store.watch((state) => state.slices, show);
  store.watch((state) => state.active, update);
  store.watch((state) => state.masks, update);
  store.watch((state) => state.stage.name, update);
  store.watch((state) => state.hiddenLabels, update);
  store.watch((state) => state.settings, update);
  new ResizeObserver(update).observe(strip);
  return {
    element: bar,
    focusField: () => {
      field.element.focus();
      field.element.select();
    },
  };
}

/** One column a slice, one row a subtype, in the subtype's color, aligned with the slider's thumb. */
function drawStrip(canvas: HTMLCanvasElement, viewer: Viewer, count: number): void {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context || count === 0) return;
  context.scale(ratio, ratio);
  const pitch = count > 1 ? (width - 2 * THUMB) / (count - 1) : 0;
  const row = height / SUBTYPES.length;
  const colors = viewer.labelColors();
  for (const [slice, labels] of viewer.labelsBySlice) {
    const x = THUMB + slice * pitch;
    const w = Math.max(1.5, pitch - (pitch > 4 ? 1 : 0));
    for (const label of labels) {
      const color = colors[label - 1];
      if (!color) continue;
      context.fillStyle = color;
      context.fillRect(x - w / 2, (label - 1) * row, w, Math.max(1, row - 0.5));
    }
  }
}
