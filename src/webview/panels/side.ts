/** The side panel: subtypes, lesions, labels, boxes, comments and review. */
import { provenanceOf } from '../../core/annotation/provenance';
import { type ClassificationActions, classificationCard } from '../classification/card';
import { element } from '../dom';
import { t } from '../l10n';
import { proposalCard } from '../proposal/card';
import type { ProposalSession } from '../proposal/session';
import { textButton } from '../ui/button';
import type { Viewer } from '../viewer';
import { boxesPart } from './side/boxes';
import { commentsPart } from './side/comments';
import { conflictsPart } from './side/conflicts';
import { labelsPart } from './side/labels';
import { lesionsPart } from './side/lesions';
import type { PanelHost } from './side/panel-parts';
import { resizeHandle } from './side/resize';
import { reviewPart } from './side/review';
import { section } from './side/section';
import { subtypesPart } from './side/subtypes';

/** The panel; it keeps itself up to date. */
export function sidePanel(
  viewer: Viewer,
  host: PanelHost,
  classification: ClassificationActions,
  proposal: ProposalSession,
): HTMLElement {
  const { store } = viewer;
  const provenance = element('p', { class: 'quiet' });
  const locked = element('p', { class: 'read-only', role: 'note' });
  const run = textButton({
    text: t('Segment Scan'),
    secondary: true,
    click: () => host.invoke('hemorica.runSegmentation'),
  });
  const runHere = textButton({ text: t('Segment Slice'), secondary: true, click: () => proposal.segmentSlice() });
  run.title = t('Run the model on the whole scan');
  runHere.title = t('Run the model on the shown slice');
  const start = element('div', { class: 'start' }, [run, runHere]);
  const parts = [
    conflictsPart(viewer, host),
    proposalCard(proposal),
    classificationCard(viewer, classification),
    section(viewer, 'subtypes', t('Subtypes'), subtypesPart(viewer, host)),
    lesionsPart(viewer, host),
    labelsPart(viewer, host),
    boxesPart(viewer, host),
    commentsPart(viewer, host),
    reviewPart(viewer, host),
  ];
  const content = element('div', { class: 'side-content' }, [
    locked,
    start,
    ...parts.map((part) => part.element),
    provenance,
    element('p', { class: 'quiet', text: t('For research. Not a medical device.') }),
  ]);
  const panel = element('aside', { class: 'side', attributes: { 'aria-label': t('Annotation') } }, [
    resizeHandle(viewer),
    content,
  ]);
  store.watch(
    (state) => state.panelOpen,
    (open) => {
      panel.hidden = !open;
    },
  );
  store.watch(
    (state) => state.panelWidth,
    (width) => panel.style.setProperty('--side-width', `${width}px`),
  );
  const update = (): void => {
    const { annotation, fields, readOnly, stage } = store.get();
    const whole = viewer.scan?.whole === true;
    start.hidden = !whole || readOnly !== undefined;
    locked.hidden = readOnly === undefined || stage.name !== 'ready';
    locked.textContent = readOnly ?? '';
    provenance.textContent =
      annotation.state === 'shown'
        ? (fields && provenanceOf(fields)) || annotation.file
        : annotation.state === 'none'
          ? t('No annotation yet: the first edit makes one.')
          : t('The annotation is not shown.');
  };
  for (const key of ['masks', 'annotation', 'fields', 'readOnly', 'stage'] as const)
    store.watch((state) => state[key], update);
  return panel;
}
