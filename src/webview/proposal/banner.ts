/** A line above the picture while something is proposed and the side panel with its card is closed. */
import { element } from '../dom';
import { t } from '../l10n';
import { volumeText } from '../panels/side/figures';
import { editable } from '../panels/side/panel-parts';
import { icon, textButton } from '../ui/button';
import type { ProposalSession } from './session';

export function proposalBanner(session: ProposalSession): HTMLElement {
  const { viewer } = session;
  const { proposal, store } = viewer;
  const text = element('span', { class: 'banner-text' });
  const accept = textButton({
    text: t('Accept All'),
    click: () => void session.decide('accept', { kind: 'all' }),
  });
  const reject = textButton({
    text: t('Reject All'),
    secondary: true,
    click: () => void session.decide('reject', { kind: 'all' }),
  });
  const details = textButton({
    text: t('Details'),
    secondary: true,
    click: () => {
      const folded = new Set(store.get().foldedSections);
      folded.delete('proposal');
      store.set({ panelOpen: true, foldedSections: folded });
    },
  });
  const banner = element('div', { class: 'banner proposal-banner', role: 'status' }, [
    icon('lightbulb'),
    text,
    element('span', { class: 'side-choices' }, [accept, reject, details]),
  ]);
  const update = (): void => {
    const { shown, volumes, masks } = proposal.get();
    const total = volumes.reduce((sum, volume) => sum + volume, 0);
    banner.hidden = !shown || store.get().panelOpen || masks === 0 || !viewer.scan?.whole;
    if (!shown) return;
    text.textContent = t(
      '{0} proposes {1}. For research, no medical device.',
      shown.proposal.model.name,
      total === 0 ? t('no blood') : volumeText(total),
    );
    accept.toggleAttribute('disabled', !editable(viewer) || (total === 0 && shown.mode !== 'replace'));
  };
  proposal.watch((state) => state.shown, update);
  proposal.watch((state) => state.masks, update);
  for (const key of ['panelOpen', 'readOnly', 'stage'] as const) store.watch((state) => state[key], update);
  return banner;
}
