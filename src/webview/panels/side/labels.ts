/** What is stated of the subtypes, of the shown slice and of the patient, beside what the mask itself says. */
import type { Presence } from '../../../core/annotation/annotation';
import { labelOf, SUBTYPES, type Subtype } from '../../../core/annotation/subtype';
import { element } from '../../dom';
import { sliceFields } from '../../edit/fields';
import { t } from '../../l10n';
import { currentSlice } from '../../look';
import { icon } from '../../ui/button';
import type { Viewer } from '../../viewer';
import { nextPresence, statePresence } from './field-edits';
import { sliceNumber, subtypeName } from './figures';
import { editable, type PanelHost, statedFields, watchAnnotation } from './panel-parts';
import { type Section, section } from './section';

type Of = 'slice' | 'patient';

/** A table of buttons with three states: stated present, stated absent, not stated. */
export function labelsPart(viewer: Viewer, host: PanelHost): Section {
  const sliceHead = element('th', { attributes: { scope: 'col' } });
  const rows = SUBTYPES.map((subtype) => {
    const cells = {
      slice: stateButton(viewer, host, subtype, 'slice'),
      patient: stateButton(viewer, host, subtype, 'patient'),
    };
    const row = element('tr', {}, [
      element('th', { text: subtype, title: subtypeName(subtype), attributes: { scope: 'row' } }),
      element('td', {}, [cells.slice.element]),
      element('td', {}, [cells.patient.element]),
    ]);
    return { row, cells };
  });
  const table = element('table', { class: 'labels' }, [
    element('thead', {}, [
      element('tr', {}, [
        element('td'),
        sliceHead,
        element('th', { text: t('Patient'), attributes: { scope: 'col' } }),
      ]),
    ]),
    element(
      'tbody',
      {},
      rows.map(({ row }) => row),
    ),
  ]);
  const legend = element('p', { class: 'quiet note', text: t('The dot is what the mask says.') });
  const part = section(viewer, 'labels', t('Labels'), [table, legend]);
  watchAnnotation(viewer, () => {
    const k = currentSlice(viewer);
    sliceHead.textContent = k === undefined ? t('Slice') : t('Slice {0}', sliceNumber(viewer, k));
    for (const { cells } of rows) {
      cells.slice.update();
      cells.patient.update();
    }
  });
  return part;
}

function stateButton(viewer: Viewer, host: PanelHost, subtype: Subtype, of: Of) {
  const sign = icon('dash');
  const dot = element('span', { class: 'mask-dot', attributes: { 'aria-hidden': 'true' } });
  const button = element('button', { class: 'state' }, [sign, dot]);
  button.type = 'button';
  button.dataset.label = `${subtype} ${of}`;
  const place = (): string => {
    const k = currentSlice(viewer);
    return of === 'patient' || k === undefined ? t('the patient') : t('slice {0}', sliceNumber(viewer, k));
  };
  const presence = (): Presence => {
    const fields = statedFields(viewer.store.get());
    if (of === 'patient') return fields.patient[subtype];
    const k = currentSlice(viewer);
    return k === undefined ? null : sliceFields(fields, k).present[subtype];
  };
  button.addEventListener('click', () => {
    const k = currentSlice(viewer);
    if (k === undefined || !editable(viewer)) return;
    const next = nextPresence(presence());
    const change = statePresence(statedFields(viewer.store.get()), subtype, of === 'slice' ? k : undefined, next);
    host.commit(`${t('Label {0} of {1}', subtype, place())}: ${presenceName(next)}`, [], [change]);
  });
  return {
    element: button,
    update(): void {
      const stated = presence();
      const inMask = maskHas(viewer, subtype, of);
      const against = stated !== null && stated !== inMask;
      sign.className = `codicon codicon-${stated === null ? 'dash' : stated ? 'check' : 'close'}`;
      button.dataset.state = String(stated);
      button.classList.toggle('against', against);
      dot.style.background = viewer.store.get().settings.subtypeColors[labelOf(subtype) - 1] ?? '';
      dot.hidden = !inMask;
      button.disabled = !editable(viewer);
      const mask = inMask ? t('The mask has it.') : t('The mask does not have it.');
      const label = `${t('{0} of {1}', subtypeName(subtype), place())}: ${presenceName(stated)}. ${mask}`;
      button.title = label;
      button.setAttribute('aria-label', label);
    },
  };
}

function presenceName(presence: Presence): string {
  return presence === null ? t('not stated') : presence ? t('stated present') : t('stated absent');
}

/** Whether the mask has a subtype on the shown slice, or anywhere. */
function maskHas(viewer: Viewer, subtype: Subtype, of: Of): boolean {
  const label = labelOf(subtype);
  const marked = viewer.labelsBySlice;
  if (of === 'patient') return [...marked.values()].some((labels) => labels.has(label));
  const k = currentSlice(viewer);
  return k !== undefined && (marked.get(viewer.scan?.nativeSlice(k) ?? k)?.has(label) ?? false);
}
