/** The list of proposed lesions, each with its two buttons. */
import { labelOf } from '../../core/annotation/subtype';
import type { Lesion } from '../../core/measure/lesion';
import { element } from '../dom';
import { t } from '../l10n';
import { densityText, lesionSlices, lesionText, sliceNumbers, volumeText } from '../panels/side/figures';
import { editable } from '../panels/side/panel-parts';
import { iconButton } from '../ui/button';
import type { ProposalSession } from './session';

/** Rows that are made: below the largest ones, a threshold decides better than a list. */
const MOST = 60;

/** The list; it keeps itself up to date. */
export function proposedLesions(session: ProposalSession): HTMLElement {
  const { viewer } = session;
  const { proposal, store } = viewer;
  const list = element('ul', { class: 'rows proposed-lesions', attributes: { 'aria-label': t('Proposed lesions') } });
  const more = element('p', { class: 'quiet note' });
  const pointAt = (lesion: Lesion | undefined): void => store.set({ highlighted: lesion });
  const row = (lesion: Lesion, free: boolean): HTMLElement => {
    const color = store.get().settings.subtypeColors[labelOf(lesion.subtype) - 1] ?? 'transparent';
    const name = lesionText(lesion);
    const where = lesionSlices(viewer, lesion);
    const text = element('button', { class: 'row-text', title: `${name}, ${where}, ${densityText(viewer, lesion)}` }, [
      element('span', { class: 'swatch hatched', style: { '--color': color } }),
      element('span', { class: 'lesion-name', text: `${lesion.number} ${lesion.subtype}` }),
      element('span', { class: 'lesion-volume', text: volumeText(lesion.volume) }),
      element('span', { class: 'lesion-slices', text: sliceNumbers(viewer, lesion) }),
    ]);
    text.type = 'button';
    text.addEventListener('click', () => session.goTo(lesion));
    text.addEventListener('focus', () => pointAt(lesion));
    text.addEventListener('blur', () => pointAt(undefined));
    const decide = (decision: 'accept' | 'reject') => () => {
      pointAt(undefined);
      void session.decideLesion(decision, lesion);
    };
    const accept = iconButton({ icon: 'check', label: t('Accept {0}', name), click: decide('accept') });
    accept.setEnabled(free && !store.get().lockedLabels.has(labelOf(lesion.subtype)));
    const reject = iconButton({ icon: 'close', label: t('Reject {0}', name), click: decide('reject') });
    const item = element('li', { class: 'row' }, [text, accept.element, reject.element]);
    item.addEventListener('pointerenter', () => pointAt(lesion));
    item.addEventListener('pointerleave', () => pointAt(undefined));
    return item;
  };
  const update = (): void => {
    const { lesions, chosen } = proposal.get();
    const free = editable(viewer);
    const at = [...list.children].findIndex((one) => one.contains(document.activeElement));
    const control = [...(list.children[at]?.children ?? [])].findIndex((one) => one.contains(document.activeElement));
    list.replaceChildren(...lesions.slice(0, MOST).map((lesion) => row(lesion, free)));
    lesions.slice(0, MOST).forEach((lesion, n) => {
      list.children[n]?.classList.toggle('chosen', lesion === chosen);
    });
    // What was decided is gone: the next one takes its place under the keyboard.
    const next = list.children[Math.min(at, list.children.length - 1)]?.children[control];
    if (at >= 0 && next instanceof HTMLElement) next.focus();
    more.hidden = lesions.length <= MOST;
    more.textContent = t('and {0} smaller ones', lesions.length - MOST);
  };
  proposal.watch((state) => state.lesions, update);
  proposal.watch((state) => state.chosen, update);
  for (const key of ['readOnly', 'lockedLabels', 'settings'] as const) store.watch((state) => state[key], update);
  return element('div', {}, [list, more]);
}
