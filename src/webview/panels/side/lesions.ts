/** The list of lesions: what is measured on each, and what can be done with it. */
import { type Label, labelOf, SUBTYPES } from '../../../core/annotation/subtype';
import type { Lesion } from '../../../core/measure/lesion';
import { element } from '../../dom';
import { t } from '../../l10n';
import { middleOf, relabeled } from '../../lesions/lesion-edits';
import { LESION_ORDERS, type LesionOrder, sorted } from '../../lesions/order';
import { goToVoxel, highlight } from '../../look';
import { icon, progressRing } from '../../ui/button';
import { choice } from '../../ui/inputs';
import { contextMenu, type MenuItem } from '../../ui/menu';
import { virtualList } from '../../ui/virtual-list';
import type { Viewer } from '../../viewer';
import { densityText, lesionSlices, lesionText, subtypeName, volumeText } from './figures';
import { editable, type PanelHost } from './panel-parts';
import { type Section, section } from './section';

/** Height of a row of two lines, CSS pixels; page.css gives the lines. */
const ROW = 40;

export function lesionsPart(viewer: Viewer, host: PanelHost): Section {
  const { store } = viewer;
  const list = virtualList<Lesion>({
    label: t('Lesions'),
    rowHeight: ROW,
    key: keyOf,
    show: (row, lesion) => showRow(viewer, row, lesion),
    take: (lesion) => goTo(viewer, lesion),
    menu: (lesion, at, closed) => lesionMenu(viewer, host, lesion, at, closed),
  });
  const busy = element('span', { class: 'busy', title: t('Measuring') }, [progressRing()]);
  const order = choice<LesionOrder>(
    t('Sort lesions'),
    LESION_ORDERS.map((one) => [one, orderName(one)]),
    (lesionOrder) => store.set({ lesionOrder }),
  );
  const empty = element('p', { class: 'quiet' });
  const note = element('p', {
    class: 'quiet note',
    text: t('ABC/2 is an estimate from three diameters; the volume counts voxels.'),
  });
  const part = section(viewer, 'lesions', t('Lesions'), [empty, list.element, note], [busy, order.element]);
  const update = (): void => {
    const { lesions, lesionOrder, measuring } = store.get();
    list.setItems(sorted(lesions, lesionOrder, (k) => viewer.scan?.nativeSlice(k) ?? k));
    order.setValue(lesionOrder);
    order.element.hidden = lesions.length < 2;
    busy.hidden = !measuring;
    list.element.hidden = lesions.length === 0;
    note.hidden = lesions.length === 0;
    empty.hidden = lesions.length > 0;
    empty.textContent = viewer.scan?.whole && !measuring ? t('No lesion in the mask.') : '';
    part.setDetail(lesions.length > 0 ? String(lesions.length) : '');
  };
  for (const key of ['lesions', 'lesionOrder', 'measuring', 'settings'] as const)
    store.watch((state) => state[key], update);
  store.watch((state) => state.stage.name, update);
  return part;
}

/** Names a lesion by its first voxel, which stays while it is edited elsewhere. */
function keyOf({ subtype, masks }: Lesion): string {
  const first = masks[0];
  return `${subtype} ${first?.slice} ${first?.runs[1]} ${first?.runs[2]}`;
}

function orderName(order: LesionOrder): string {
  return { volume: t('by volume'), slice: t('by slice'), subtype: t('by subtype'), density: t('by density') }[order];
}

function showRow(viewer: Viewer, row: HTMLElement, lesion: Lesion): void {
  const { subtype, number, volume, abcHalf } = lesion;
  const color = viewer.store.get().settings.subtypeColors[labelOf(subtype) - 1] ?? 'transparent';
  const slices = lesionSlices(viewer, lesion);
  const density = densityText(viewer, lesion);
  const estimate = t('ABC/2 ≈ {0}', volumeText(abcHalf));
  const swatch = element('span', { class: 'swatch', style: { background: color } });
  row.replaceChildren(
    element('span', { class: 'lesion-line' }, [
      swatch,
      element('span', { class: 'lesion-name', text: `${number} ${subtype}` }),
      element('span', { class: 'lesion-volume', text: volumeText(volume) }),
      element('span', { class: 'lesion-slices', text: slices }),
    ]),
    element('span', { class: 'lesion-line quiet' }, [
      element('span', { text: density, title: t('Mean and standard deviation of the values in the lesion') }),
      element('span', { class: 'lesion-estimate', text: estimate, title: t('Estimate of the volume by ABC/2') }),
    ]),
    element('span', { class: 'row-menu', title: t('Actions for this lesion'), attributes: { 'aria-hidden': 'true' } }, [
      icon('ellipsis'),
    ]),
  );
  const parts = [lesionText(lesion), subtypeName(subtype), slices, density, `${estimate} (${t('estimate')})`];
  row.setAttribute('aria-label', parts.filter(Boolean).join(', '));
}

/** Shows a lesion: its middle in all planes, and for a moment its outline. */
export function goTo(viewer: Viewer, lesion: Lesion): void {
  goToVoxel(viewer, middleOf(lesion));
  highlight(viewer, lesion);
}

/** What can be done with a lesion, in the list and in the picture. */
export function lesionMenu(
  viewer: Viewer,
  host: PanelHost,
  lesion: Lesion,
  at: readonly [number, number],
  closed: () => void,
): void {
  contextMenu(lesionText(lesion), actions(viewer, host, lesion), at, closed);
}

function actions(viewer: Viewer, host: PanelHost, lesion: Lesion): readonly MenuItem[] {
  const { lockedLabels } = viewer.store.get();
  const own = labelOf(lesion.subtype);
  const change = (label: Label, name: string): void => {
    // The list may lag behind the mask by a moment.
    if (!host.commit(name, relabeled(lesion, label))) viewer.warn(t('The lesion has changed. Try again.'));
  };
  const free = editable(viewer) && !lockedLabels.has(own);
  const others = SUBTYPES.filter((subtype) => subtype !== lesion.subtype && !lockedLabels.has(labelOf(subtype)));
  const edits: readonly MenuItem[] = [
    ...others.map((subtype, n) => ({
      separated: n === 0,
      label: t('Relabel to {0}', subtype),
      detail: subtypeName(subtype),
      choose: () => change(labelOf(subtype), t('Relabel Lesion to {0}', subtype)),
    })),
    { label: t('Delete Lesion'), separated: true, choose: () => change(0, t('Delete {0} Lesion', lesion.subtype)) },
  ];
  const [first] = lesion.masks;
  return [
    { label: t('Go to Lesion'), choose: () => goTo(viewer, lesion) },
    ...(free ? edits : []),
    {
      label: t('Show in Annotation Text'),
      separated: true,
      choose: () => host.showText(first?.slice ?? 0, first?.runs[1] ?? 0),
    },
    {
      label: t('Show Who Changed Lesion'),
      choose: () => host.invoke('hemorica.showLesionAuthor', lesion.number),
    },
  ];
}
