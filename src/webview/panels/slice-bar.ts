/** The bar under the scan: slider, number to jump to, and the strip of slices with a mask. */
import { slicesGraph } from '../classification/graph';
import { element } from '../dom';
import { t } from '../l10n';
import { numberField, slider } from '../ui/inputs';
import type { Viewer } from '../viewer';
import { slicesStrip } from './strip';

export interface SliceBar {
  readonly element: HTMLElement;
  focusField(): void;
}

export function sliceBar(viewer: Viewer, focusView: () => void): SliceBar {
  const { store } = viewer;
  const track = slider(t('Slice'), (value) => viewer.goTo(value));
  const field = numberField(t('Go to slice'), (value) => viewer.goTo(value - 1), focusView);
  const total = element('span', { class: 'total' });
  const strip = slicesStrip(viewer);
  const graph = slicesGraph(viewer);
  const bar = element('div', { class: 'slice-bar' }, [
    element('div', { class: 'track' }, [graph.element, strip.element, track.element]),
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
    graph.draw();
    strip.draw();
    show();
  };
  store.watch((state) => state.slices, show);
  store.watch((state) => state.active, update);
  store.watch((state) => state.masks, update);
  store.watch((state) => state.fields, update);
  viewer.proposal.watch((state) => state.masks, update);
  store.watch((state) => state.stage.name, update);
  store.watch((state) => state.hiddenLabels, update);
  store.watch((state) => state.settings, update);
  new ResizeObserver(update).observe(strip.element);
  return {
    element: bar,
    focusField: () => {
      field.element.focus();
      field.element.select();
    },
  };
}
