/** A line above the picture while a merge has left something open. */
import { type ConflictGroup, groupConflicts } from '../../core/diff/conflict-groups';
import { element } from '../dom';
import { t } from '../l10n';
import { goToVoxel, highlight } from '../look';
import { icon, textButton } from '../ui/button';
import type { Viewer } from '../viewer';

/** Says how much is open, and leads to it. */
export function mergeBanner(viewer: Viewer): HTMLElement {
  const { store } = viewer;
  let groups: readonly ConflictGroup[] = [];
  let next = 0;
  const text = element('span', { class: 'banner-text' });
  const show = textButton({
    text: t('Show Next'),
    secondary: true,
    click: () => {
      const folded = new Set(store.get().foldedSections);
      folded.delete('conflicts');
      store.set({ panelOpen: true, foldedSections: folded });
      const places = groups.filter((group) => group.kind === 'place');
      const place = places[next % Math.max(1, places.length)];
      next++;
      if (!place) return;
      goToVoxel(viewer, place.at);
      highlight(viewer, place);
    },
  });
  const banner = element('div', { class: 'banner merge', role: 'status' }, [icon('git-merge'), text, show]);
  store.watch(
    (state) => state.fields?.conflicts,
    (conflicts) => {
      groups = groupConflicts(conflicts ?? [], viewer.scan?.labels.masks());
      banner.hidden = groups.length === 0;
      text.textContent =
        groups.length === 1
          ? t('A merge left 1 conflict to decide: both sides changed the same, each in another way.')
          : t('A merge left {0} conflicts to decide: both sides changed the same, each in another way.', groups.length);
    },
  );
  return banner;
}
