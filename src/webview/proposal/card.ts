/** The card of the side panel with what a model proposes: how much, at which threshold, and what becomes of it. */
import { SUBTYPES } from '../../core/annotation/subtype';
import type { MergeMode } from '../../core/proposal/proposal';
import { element } from '../dom';
import { t } from '../l10n';
import { currentSlice } from '../look';
import { sliceNumber, subtypeName, volumeText } from '../panels/side/figures';
import { editable } from '../panels/side/panel-parts';
import { type Section, section } from '../panels/side/section';
import { textButton } from '../ui/button';
import { choice } from '../ui/inputs';
import { proposedLesions } from './lesions';
import type { ProposalSession } from './session';
import { thresholdSlider } from './threshold';

/** The card; hidden while nothing is proposed. */
export function proposalCard(session: ProposalSession): Section {
  const { viewer } = session;
  const model = element('p', { class: 'quiet model' });
  const volumes = element('ul', { class: 'proposal-volumes', attributes: { 'aria-label': t('Proposed volumes') } });
  const empty = element('p', { class: 'quiet', role: 'status' });
  const threshold = thresholdSlider(session);
  const modes: readonly (readonly [MergeMode, string])[] = [
    ['add', t('Add to the annotation')],
    ['empty', t('Only where it is empty')],
    ['replace', t('Replace the annotation')],
  ];
  const mode = choice<MergeMode>(t('How accepted parts go together with the annotation'), modes, (value) =>
    session.set({ mode: value }),
  );
  const lesions = proposedLesions(session);
  const all = decisionRow(session, 'all');
  const slice = decisionRow(session, 'slice');
  const part = section(viewer, 'proposal', t('Proposal'), [
    model,
    volumes,
    empty,
    threshold.element,
    element('label', { class: 'proposal-mode' }, [element('span', { text: t('Merge') }), mode.element]),
    all.element,
    slice.element,
    lesions,
    element('p', { class: 'quiet note', text: t('Nothing is saved before you accept it.') }),
    element('p', { class: 'quiet note', text: t('For research. Not a medical device.') }),
  ]);
  part.element.classList.add('proposal-card');

  const update = (): void => {
    const { shown, volumes: amounts, masks } = viewer.proposal.get();
    part.element.hidden = !shown || !viewer.scan?.whole;
    if (!shown) return;
    const { name, version, provider } = shown.proposal.model;
    model.textContent = `${name} ${version} (${provider.toUpperCase()})`;
    const { seen } = shown.proposal;
    if (seen) {
      const numbers = seen.map((k) => sliceNumber(viewer, k)).sort((a, b) => a - b);
      model.append(
        `, ${numbers.length === 1 ? t('slice {0} only', numbers[0] ?? 0) : t('{0} slices only', numbers.length)}`,
      );
    }
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    part.setDetail(masks === 0 ? '' : volumeText(total));
    volumes.replaceChildren(...volumeItems(viewer.store.get().settings.subtypeColors, amounts));
    volumes.hidden = total === 0;
    empty.hidden = total > 0 || masks === 0;
    empty.textContent = t('No blood at this threshold.');
    threshold.show(shown, total);
    mode.setValue(shown.mode);
    const free = editable(viewer);
    mode.setEnabled(free);
    const replaces = shown.mode === 'replace';
    all.show(t('All'), free && (total > 0 || replaces), true);
    const k = currentSlice(viewer);
    const here = k !== undefined && viewer.scan?.proposed.bySlice().has(k) === true;
    const number = k === undefined ? 0 : sliceNumber(viewer, k);
    slice.show(t('Slice {0}', number), free && (here || replaces), here);
  };
  viewer.proposal.watch((state) => state.shown, update);
  viewer.proposal.watch((state) => state.masks, update);
  for (const key of ['slices', 'readOnly', 'stage', 'settings'] as const)
    viewer.store.watch((state) => state[key], update);
  return part;
}

/** "IPH 12.4 mL" with its color, for each subtype that is proposed. */
function volumeItems(colors: readonly string[], volumes: readonly number[]): HTMLElement[] {
  return SUBTYPES.flatMap((subtype, n) => {
    const volume = volumes[n] ?? 0;
    if (volume === 0) return [];
    const swatch = element('span', { class: 'swatch hatched', style: { '--color': colors[n] ?? 'transparent' } });
    const text = element('span', { text: `${subtype} ${volumeText(volume)}`, title: subtypeName(subtype) });
    return [element('li', {}, [swatch, text])];
  });
}

/** Two buttons that decide on everything or on the shown slice. */
function decisionRow(
  session: ProposalSession,
  scope: 'all' | 'slice',
): { readonly element: HTMLElement; show(name: string, accept: boolean, reject: boolean): void } {
  const decide = (decision: 'accept' | 'reject'): void =>
    void (scope === 'all' ? session.decide(decision, { kind: 'all' }) : session.decideSlice(decision));
  const name = element('span', { class: 'row-text' });
  const accept = textButton({ text: t('Accept'), secondary: scope === 'slice', click: () => decide('accept') });
  const reject = textButton({ text: t('Reject'), secondary: true, click: () => decide('reject') });
  const keys = scope === 'all' ? ['Ctrl+Enter', 'Ctrl+Backspace'] : ['Shift+A', 'Shift+Delete'];
  return {
    element: element('div', { class: 'proposal-row' }, [
      name,
      element('span', { class: 'side-choices' }, [accept, reject]),
    ]),
    show(text, canAccept, canReject): void {
      name.textContent = text;
      for (const [button, word, key, free] of [
        [accept, t('Accept'), keys[0], canAccept],
        [reject, t('Reject'), keys[1], canReject],
      ] as const) {
        button.title = `${word}: ${text} (${key})`;
        button.setAttribute('aria-label', `${word}: ${text}`);
        button.toggleAttribute('disabled', !free);
      }
    },
  };
}
