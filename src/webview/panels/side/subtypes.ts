/** The subtypes: color, how much there is of each, which is painted with, locked, shown, and how opaque. */
import { SUBTYPES } from '../../../core/annotation/subtype';
import { element } from '../../dom';
import type { LabelMeasure } from '../../edit/page-mask';
import { t } from '../../l10n';
import type { PaintLabel } from '../../state/view-state';
import { iconButton } from '../../ui/button';
import { percentSlider } from '../../ui/inputs';
import type { Viewer } from '../../viewer';
import { slicesText, subtypeName, volumeText } from './figures';
import type { PanelHost } from './panel-parts';

/** The rows with two sliders below them; they keep themselves up to date. */
export function subtypesPart(viewer: Viewer, host: Pick<PanelHost, 'invoke'>): readonly HTMLElement[] {
  const { store } = viewer;
  const rows = SUBTYPES.map((_, n) => subtypeRow(viewer, host, n));
  const list = element(
    'div',
    { class: 'subtypes', role: 'radiogroup', attributes: { 'aria-label': t('Active subtype') } },
    rows.map((row) => row.element),
  );
  list.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined || !(event.target instanceof Element) || !event.target.closest('[role="radio"]')) return;
    event.preventDefault();
    event.stopPropagation();
    const next = ((store.get().activeLabel - 1 + by + SUBTYPES.length) % SUBTYPES.length) + 1;
    store.set({ activeLabel: next as PaintLabel });
    rows[next - 1]?.focus();
  });
  const update = (): void => {
    const { scan } = viewer;
    const measures = scan?.whole ? scan.labels.measure(scan.volume.slices, scan.pixelArea) : [];
    for (const [n, row] of rows.entries()) row.show(measures[n]);
  };
  store.watch((state) => state.masks, update);
  return [list, opacitySliders(viewer)];
}

function subtypeRow(viewer: Viewer, host: Pick<PanelHost, 'invoke'>, n: number) {
  const { store } = viewer;
  const subtype = SUBTYPES[n] ?? 'EPH';
  const label = (n + 1) as PaintLabel;
  const name = subtypeName(subtype);
  const swatch = element('input', {
    class: 'swatch color',
    title: t('Color of {0}: click to change', name),
    attributes: { type: 'color', 'aria-label': t('Color of {0}', name) },
  });
  swatch.addEventListener('change', () => host.invoke('hemorica.setSubtypeColor', `${subtype} ${swatch.value}`));
  const figures = element('span', { class: 'amounts' });
  const radio = element('button', { class: 'subtype-radio', role: 'radio', title: `${name} (${label})` }, [
    element('span', { class: 'subtype-name', text: subtype }),
    figures,
  ]);
  radio.type = 'button';
  radio.addEventListener('click', () => store.set({ activeLabel: label }));
  store.watch(
    (state) => state.activeLabel,
    (active) => {
      radio.setAttribute('aria-checked', String(active === label));
      radio.tabIndex = active === label ? 0 : -1;
    },
  );
  store.watch(
    (state) => state.settings.subtypeColors[n],
    (color) => {
      swatch.value = color?.toLowerCase() ?? '#000000';
    },
  );
  const lock = toggle(viewer, 'lockedLabels', label, ['unlock', 'lock'], [t('Lock {0}', name), t('Unlock {0}', name)]);
  const eye = toggle(viewer, 'hiddenLabels', label, ['eye', 'eye-closed'], [t('Hide {0}', name), t('Show {0}', name)]);
  const row = element('div', { class: 'subtype' }, [swatch, radio, lock, eye]);
  return {
    element: row,
    focus: () => radio.focus(),
    show(measure: LabelMeasure | undefined): void {
      const there = measure !== undefined && measure.slices > 0;
      row.classList.toggle('absent', !there);
      const texts = there ? [volumeText(measure.milliliters), slicesText(measure.slices)] : [];
      figures.replaceChildren(...texts.map((text, at) => element('span', { class: at > 0 ? 'quiet' : '', text })));
      radio.setAttribute('aria-label', [name, ...(there ? texts : [t('not in the mask')])].join(', '));
    },
  };
}

/** A button that puts a label into a set of the state or takes it out. */
function toggle(
  viewer: Viewer,
  set: 'lockedLabels' | 'hiddenLabels',
  label: number,
  icons: readonly [string, string],
  labels: readonly [string, string],
): HTMLElement {
  const button = iconButton({
    icon: icons[0],
    label: labels[0],
    click: () => {
      const next = new Set(viewer.store.get()[set]);
      if (!next.delete(label)) next.add(label);
      viewer.store.set(set === 'hiddenLabels' ? { hiddenLabels: next } : { lockedLabels: next });
    },
  });
  viewer.store.watch(
    (state) => state[set].has(label),
    (on) => {
      button.setIcon(icons[on ? 1 : 0]);
      button.setLabel(labels[on ? 1 : 0]);
      button.element.classList.toggle('on', on);
    },
  );
  return button.element;
}

/** Opacity of the whole mask, and of the active subtype within it. */
function opacitySliders(viewer: Viewer): HTMLElement {
  const { store } = viewer;
  const all = percentSlider(t('Opacity of the mask'), (opacity) => store.set({ opacity }));
  const one = percentSlider(t('Opacity of the active subtype'), (share) => {
    const { activeLabel, labelOpacities } = store.get();
    store.set({ labelOpacities: labelOpacities.map((old, n) => (n === activeLabel - 1 ? share : old)) });
  });
  const name = element('span');
  store.watch(
    (state) => state.opacity ?? state.settings.overlayOpacity,
    (opacity) => all.setValue(opacity),
  );
  const showOne = (): void => {
    const { activeLabel, labelOpacities } = store.get();
    const subtype = SUBTYPES[activeLabel - 1] ?? 'EPH';
    name.textContent = subtype;
    one.element.setAttribute('aria-label', t('Opacity of {0}', subtypeName(subtype)));
    one.setValue(labelOpacities[activeLabel - 1] ?? 1);
  };
  store.watch((state) => state.activeLabel, showOne);
  store.watch((state) => state.labelOpacities, showOne);
  const sliders = element('div', { class: 'opacity' }, [
    element('span', { text: t('Opacity') }),
    all.element,
    all.figure,
    name,
    one.element,
    one.figure,
  ]);
  return sliders;
}
