/** The boxes of the shown slice. */

import type { Box } from '../../../core/annotation/annotation';
import { encodeRuns } from '../../../core/annotation/runs';
import { labelOf, SUBTYPES, type Subtype } from '../../../core/annotation/subtype';
import { element } from '../../dom';
import { sliceFields } from '../../edit/fields';
import { t } from '../../l10n';
import { currentSlice, goToVoxel } from '../../look';
import { iconButton } from '../../ui/button';
import type { Viewer } from '../../viewer';
import { boxesFromMask, removeBox } from './field-edits';
import { sliceNumber, subtypeName } from './figures';
import { editable, type PanelHost, statedFields, watchAnnotation } from './panel-parts';
import { type Section, section } from './section';

/** Rows that are made; a slice with more boxes than this is no reading. */
const MOST = 200;

export function boxesPart(viewer: Viewer, host: PanelHost): Section {
  const list = element('ul', { class: 'rows' });
  const empty = element('p', { class: 'quiet', text: t('No boxes on this slice.') });
  const fromMask = iconButton({
    icon: 'symbol-array',
    label: t('Boxes From Mask'),
    click: () => {
      const k = currentSlice(viewer);
      if (k === undefined) return;
      host.commit(t('Boxes From Mask'), [], boxesFromMask(statedFields(viewer.store.get()), k, runsOf(viewer, k)));
    },
  });
  const part = section(viewer, 'boxes', t('Boxes'), [empty, list], [fromMask.element]);
  let shown: unknown;
  watchAnnotation(viewer, () => {
    const k = currentSlice(viewer);
    const free = editable(viewer);
    const boxes = k === undefined ? undefined : sliceFields(viewer.store.get().fields, k).boxes;
    const all = SUBTYPES.flatMap((subtype) => (boxes?.[subtype] ?? []).map((box, n) => ({ subtype, box, n })));
    fromMask.setEnabled(free);
    part.setTitle(k === undefined ? t('Boxes') : t('Boxes of Slice {0}', sliceNumber(viewer, k)));
    part.setDetail(all.length > 0 ? String(all.length) : '');
    empty.hidden = all.length > 0;
    const state = JSON.stringify([k, free, all, viewer.store.get().settings.subtypeColors]);
    if (state === shown) return;
    shown = state;
    list.replaceChildren(
      ...all.slice(0, MOST).map(({ subtype, box, n }) => boxRow(viewer, host, k ?? 0, subtype, box, n, free)),
    );
  });
  return part;
}

function boxRow(
  viewer: Viewer,
  host: PanelHost,
  k: number,
  subtype: Subtype,
  [column, row, width, height]: Box,
  n: number,
  free: boolean,
): HTMLElement {
  const color = viewer.store.get().settings.subtypeColors[labelOf(subtype) - 1] ?? 'transparent';
  const text = `${width} × ${height}`;
  const at = t('at {0}, {1}', column, row);
  const go = element('button', { class: 'row-text', title: t('Go to the middle of this box') }, [
    element('span', { class: 'swatch hollow', style: { 'border-color': color } }),
    element('span', { class: 'lesion-name', text: subtype }),
    element('span', { text }),
    element('span', { class: 'quiet row-rest', text: at }),
  ]);
  go.type = 'button';
  const label = `${subtypeName(subtype)} ${text} ${at}`;
  go.setAttribute('aria-label', `${t('Go to box')}: ${label}`);
  go.addEventListener('click', () =>
    goToVoxel(viewer, [Math.floor(column + width / 2), Math.floor(row + height / 2), k]),
  );
  const remove = iconButton({
    icon: 'trash',
    label: `${t('Delete Box')}: ${label}`,
    click: () =>
      host.commit(t('Delete {0} Box', subtype), [], [removeBox(statedFields(viewer.store.get()), k, subtype, n)]),
  });
  remove.setEnabled(free);
  return element('li', { class: 'row' }, [go, remove.element]);
}

function runsOf(viewer: Viewer, k: number): Uint32Array {
  const { scan } = viewer;
  const labels = scan?.labels.slice(k);
  return scan && labels ? encodeRuns(labels, scan.volume.size[0], scan.volume.size[1]) : new Uint32Array(0);
}
