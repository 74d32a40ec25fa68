/** What a merge left open: each lesion and statement with the two sides, and what was there before, to choose from. */
import type { Conflict, Presence, Review, StatementConflict } from '../../../core/annotation/annotation';
import type { Subtype } from '../../../core/annotation/subtype';
import { type ConflictGroup, type ConflictPlace, groupConflicts } from '../../../core/diff/conflict-groups';
import { type Side, takeSide } from '../../../core/document/resolve';
import { element } from '../../dom';
import { t } from '../../l10n';
import { currentSlice, goToSlice, goToVoxel, highlight } from '../../look';
import { textButton } from '../../ui/button';
import type { Viewer } from '../../viewer';
import { lesionSlices, sliceNumber } from './figures';
import { editable, type PanelHost, statedFields, watchAnnotation } from './panel-parts';
import { type Section, section } from './section';

/** Rows that are made; more are decided by slice or all at once. */
const MOST = 100;

/** The section is there only while something is open. */
export function conflictsPart(viewer: Viewer, host: PanelHost): Section {
  const { store } = viewer;
  const all = element('li', { class: 'row' });
  const here = element('li', { class: 'row' });
  const summary = element('ul', { class: 'rows' }, [all, here]);
  const list = element('ul', { class: 'rows conflicts' });
  const note = element('p', {
    class: 'quiet note',
    text: t(
      'The mask shows ours until you decide. Painting over a place decides it as well. Save when nothing is left.',
    ),
  });
  const compare = textButton({
    text: t('Show Base, Ours and Theirs'),
    secondary: true,
    click: () => host.invoke('hemorica.showMergeSides'),
  });
  const part = section(viewer, 'conflicts', t('Merge conflicts'), [
    note,
    summary,
    list,
    element('div', { class: 'form-buttons' }, [compare]),
  ]);

  const take = (chosen: readonly Conflict[], side: Side): void => {
    const labelAt = (k: number, row: number, column: number): number => viewer.scan?.labels.at(column, row, k) ?? 0;
    const { mask, fields } = takeSide(statedFields(store.get()), labelAt, chosen, side);
    host.commit({ base: t('Take Base'), ours: t('Take Ours'), theirs: t('Take Theirs') }[side], mask, fields);
  };
  const choices = (name: string, chosen: readonly Conflict[], free: boolean): HTMLElement => {
    const button = (side: Side, text: string): HTMLElement => {
      const one = textButton({ text, secondary: true, click: () => take(chosen, side) });
      one.title = {
        ours: t('What we have'),
        theirs: t('What the other side has'),
        base: t('What was there before both'),
      }[side];
      one.setAttribute('aria-label', `${text}: ${name}`);
      one.toggleAttribute('disabled', !free);
      return one;
    };
    return element('span', { class: 'side-choices' }, [
      button('ours', t('Ours')),
      button('theirs', t('Theirs')),
      button('base', t('Base')),
    ]);
  };
  const row = (group: ConflictGroup, free: boolean): HTMLElement => {
    const name = group.kind === 'place' ? placeText(viewer, group) : statementText(viewer, group);
    const text = element('button', { class: 'row-text', title: name }, [
      element('span', { class: 'row-rest', text: name }),
    ]);
    text.type = 'button';
    text.addEventListener('click', () => {
      if (group.kind === 'place') {
        goToVoxel(viewer, group.at);
        highlight(viewer, group);
      } else if ('slice' in group) goToSlice(viewer, group.slice);
    });
    const chosen = group.kind === 'place' ? group.conflicts : [group];
    return element('li', { class: 'row' }, [text, choices(name, chosen, free)]);
  };

  let known: readonly Conflict[] | undefined;
  let groups: readonly ConflictGroup[] = [];
  watchAnnotation(viewer, () => {
    const { conflicts } = statedFields(store.get());
    part.element.hidden = conflicts === undefined || !viewer.scan?.whole;
    if (conflicts === undefined) {
      known = undefined;
      return;
    }
    const free = editable(viewer);
    if (conflicts !== known) {
      known = conflicts;
      groups = groupConflicts(conflicts, viewer.scan?.labels.masks());
      const focused = [...list.children].findIndex((one) => one.contains(document.activeElement));
      list.replaceChildren(...groups.slice(0, MOST).map((group) => row(group, free)));
      // What was decided is gone: the next one takes its place under the keyboard.
      if (focused >= 0) list.children[Math.min(focused, list.children.length - 1)]?.querySelector('button')?.focus();
    }
    part.setDetail(String(groups.length));
    const everything = t('Everything');
    all.replaceChildren(element('span', { class: 'row-text', text: everything }), choices(everything, conflicts, free));
    const k = currentSlice(viewer);
    const onSlice = conflicts.filter((conflict) => 'slice' in conflict && conflict.slice === k);
    here.hidden = onSlice.length === 0 || k === undefined;
    if (k === undefined) return;
    const slice = t('This slice ({0})', sliceNumber(viewer, k));
    here.replaceChildren(element('span', { class: 'row-text', text: slice }), choices(slice, onSlice, free));
  });
  return part;
}

/** "SDH or none, slices 14-16, 120 voxels". */
function placeText(viewer: Viewer, place: ConflictPlace): string {
  const names = (labels: readonly (Subtype | null)[]): string => labels.map((one) => one ?? t('none')).join('+');
  const sides = t('{0} or {1}', names(place.ours), names(place.theirs));
  const voxels = place.voxels === 1 ? t('1 voxel') : t('{0} voxels', place.voxels);
  return `${sides}, ${lesionSlices(viewer, place)}, ${voxels}`;
}

function statementText(viewer: Viewer, conflict: StatementConflict): string {
  switch (conflict.what) {
    case 'review':
      return t('Review: {0} or {1}', reviewText(conflict.ours), reviewText(conflict.theirs));
    case 'file':
      return t('Scan: {0} or {1}', conflict.ours ?? t('none'), conflict.theirs ?? t('none'));
    case 'patient': {
      const sides = t('{0} or {1}', presenceText(conflict.ours), presenceText(conflict.theirs));
      return t('Patient, {0}: {1}', conflict.subtype, sides);
    }
    case 'slice': {
      const sides = t('{0} or {1}', presenceText(conflict.ours), presenceText(conflict.theirs));
      return t('Slice {0}, {1}: {2}', sliceNumber(viewer, conflict.slice), conflict.subtype, sides);
    }
  }
}

function presenceText(presence: Presence): string {
  if (presence === null) return t('not stated');
  return presence ? t('present') : t('absent');
}

function reviewText({ state, by }: Review): string {
  const name = { draft: t('Draft'), read: t('Read'), reviewed: t('Reviewed'), adjudicated: t('Adjudicated') }[state];
  return by === undefined ? name : `${name} (${by})`;
}
