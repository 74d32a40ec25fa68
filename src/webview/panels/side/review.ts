/** How far the reading has come. */
import { REVIEW_STATES, type ReviewState } from '../../../core/annotation/annotation';
import { element } from '../../dom';
import { t } from '../../l10n';
import { choice } from '../../ui/inputs';
import type { Viewer } from '../../viewer';
import { stateReview } from './field-edits';
import { editable, type PanelHost, statedFields, watchAnnotation } from './panel-parts';
import { type Section, section } from './section';

export function reviewPart(viewer: Viewer, host: PanelHost): Section {
  const by = element('span', { class: 'quiet' });
  const state = choice<ReviewState>(
    t('Review state'),
    REVIEW_STATES.map((one) => [one, reviewName(one)]),
    (next) => {
      const fields = statedFields(viewer.store.get());
      const made = host.commit(
        t('Review: {0}', reviewName(next)),
        [],
        [stateReview(fields, next, viewer.store.get().reader)],
      );
      if (!made) state.setValue(fields.review.state);
    },
  );
  const explained = element('p', { class: 'quiet note' });
  const part = section(viewer, 'review', t('Review'), [
    element('div', { class: 'review' }, [state.element, by]),
    explained,
  ]);
  watchAnnotation(viewer, () => {
    const { review } = statedFields(viewer.store.get());
    state.setValue(review.state);
    state.setEnabled(editable(viewer));
    by.textContent = review.by === undefined ? '' : t('by {0}', review.by);
    explained.textContent = explanation(review.state);
  });
  return part;
}

function reviewName(state: ReviewState): string {
  return { draft: t('Draft'), read: t('Read'), reviewed: t('Reviewed'), adjudicated: t('Adjudicated') }[state];
}

function explanation(state: ReviewState): string {
  return {
    draft: t('Not read yet, or as a model left it.'),
    read: t('Read once.'),
    reviewed: t('Checked by a second reader.'),
    adjudicated: t('Disagreements are settled.'),
  }[state];
}
