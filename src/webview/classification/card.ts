/** The card of the side panel with a classifier's result: of the patient and of the shown slice, and what to do with it. */

import { labelOf, SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import { type FindingClass, isCalled, type Probabilities } from '../../core/model/classify';
import type { LabelMode } from '../../core/model/classify-labels';
import { percentText } from '../../core/model/percent';
import type { ClassificationView, SetLabelsParams } from '../../protocol/classification';
import { element } from '../dom';
import { t } from '../l10n';
import { subtypeName } from '../panels/side/figures';
import { editable } from '../panels/side/panel-parts';
import { type Section, section } from '../panels/side/section';
import { iconButton, textButton } from '../ui/button';
import { segments } from '../ui/fields';
import { choice } from '../ui/inputs';
import type { Viewer } from '../viewer';
import { aggregationText, fullName, shortName } from './figures';
import { slicesOfPlane, suspected, thresholdsOfView } from './state';
import { goToSuspected } from './suspects';
import { thresholdField } from './threshold';

/** What of a result only the host can do. */
export interface ClassificationActions {
  /** Undefined for the model's own. */
  choose(threshold: number | undefined): void;
  dismiss(): void;
  /** Answers whether anything changed. Rejects with the reason if it was refused. */
  setLabels(params: SetLabelsParams): Promise<boolean>;
}

/** The card; hidden while there is no result. */
export function classificationCard(viewer: Viewer, actions: ClassificationActions): Section {
  const model = element('p', { class: 'quiet model' });
  const sliceHead = element('th', { attributes: { scope: 'col' } });
  const body = element('tbody');
  const table = element('table', { class: 'findings' }, [
    element('thead', {}, [
      element('tr', {}, [
        element('td'),
        element('th', { text: t('Patient'), attributes: { scope: 'col' } }),
        sliceHead,
      ]),
    ]),
    body,
  ]);
  const aggregation = element('p', { class: 'quiet note' });
  const threshold = thresholdField(viewer, (value) => actions.choose(value));
  const count = element('span', { class: 'suspected-count' });
  const previous = iconButton({
    icon: 'arrow-left',
    label: t('Previous slice that the model suspects'),
    key: 'Shift+P',
    click: () => goToSuspected(viewer, -1),
  });
  const next = iconButton({
    icon: 'arrow-right',
    label: t('Next slice that the model suspects'),
    key: 'P',
    click: () => goToSuspected(viewer, 1),
  });
  const accept = acceptance(viewer, actions);
  const close = iconButton({ icon: 'close', label: t('Dismiss the classification'), click: () => actions.dismiss() });
  const part = section(
    viewer,
    'classification',
    t('Classification'),
    [
      model,
      table,
      aggregation,
      threshold.element,
      element('div', { class: 'suspected' }, [count, previous.element, next.element]),
      accept.element,
      element('p', { class: 'quiet note', text: t('For research. Not a medical device.') }),
    ],
    [close.element],
  );
  part.element.classList.add('classification');

  let rows: readonly Row[] = [];
  const build = (shown: ClassificationView): void => {
    rows = shown.result.classes.map((name) => findingRow(viewer, name));
    body.replaceChildren(...rows.map((row) => row.element));
    const { name, version, provider } = shown.result.model;
    model.textContent = `${name} ${version} (${provider.toUpperCase()})`;
    aggregation.textContent = aggregationText(shown.result.aggregation);
    accept.adopt(shown);
  };
  let built: ClassificationView['result'] | undefined;
  const update = (): void => {
    const { shown } = viewer.classification.get();
    const onPlane = slicesOfPlane(viewer);
    part.element.hidden = shown === undefined;
    if (!shown) {
      built = undefined;
      return;
    }
    if (built !== shown.result) build(shown);
    built = shown.result;
    const thresholds = thresholdsOfView(shown);
    const at = onPlane && viewer.store.get().slices[onPlane.plane];
    const slice = at === undefined ? undefined : onPlane?.slices[at];
    sliceHead.textContent = at === undefined ? t('Slice') : t('Slice {0}', at + 1);
    for (const row of rows) row.show(shown.result.patient, slice, thresholds);
    threshold.show(shown);
    const found = onPlane ? suspected(onPlane) : [];
    count.textContent =
      onPlane === undefined ? '' : t('{0} of {1} slices suspected', found.length, onPlane.slices.length);
    for (const button of [previous, next]) button.setEnabled(found.length > 0);
    accept.update();
  };
  viewer.classification.watch((state) => state.shown, update);
  for (const key of ['slices', 'stage', 'readOnly', 'settings'] as const)
    viewer.store.watch((state) => state[key], update);
  return part;
}

interface Row {
  readonly element: HTMLElement;
  show(patient: Probabilities, slice: Probabilities | undefined, thresholds: Probabilities): void;
}

/** A finding: a bar for the patient, a figure for the slice. What the pointer is on is drawn as a line in the graph. */
function findingRow(viewer: Viewer, name: FindingClass): Row {
  const fill = element('span', { class: 'bar-fill' });
  const tick = element('span', { class: 'bar-tick' });
  const bar = element('span', { class: 'bar', attributes: { 'aria-hidden': 'true' } }, [fill, tick]);
  const figure = element('span', { class: 'probability' });
  const patientCell = element('td', {}, [element('div', { class: 'bar-cell' }, [bar, figure])]);
  const sliceCell = element('td', { class: 'probability' });
  const row = element('tr', { attributes: { 'data-finding': name } }, [
    element('th', { text: shortName(name), title: fullName(name), attributes: { scope: 'row' } }),
    patientCell,
    sliceCell,
  ]);
  row.addEventListener('pointerenter', () => viewer.classification.set({ pointedAt: name }));
  row.addEventListener('pointerleave', () => viewer.classification.set({ pointedAt: undefined }));
  return {
    element: row,
    show(patient, slice, thresholds): void {
      const color = name === 'any' ? undefined : viewer.store.get().settings.subtypeColors[labelOf(name) - 1];
      fill.style.setProperty('background', color ?? 'currentColor');
      const probability = patient[name] ?? 0;
      fill.style.setProperty('width', `${probability * 100}%`);
      tick.style.setProperty('left', `${(thresholds[name] ?? 0) * 100}%`);
      figure.textContent = percentText(probability);
      sliceCell.textContent = slice ? percentText(slice[name] ?? 0) : '';
      patientCell.classList.toggle('called', isCalled(patient, thresholds, name));
      sliceCell.classList.toggle('called', slice !== undefined && isCalled(slice, thresholds, name));
    },
  };
}

/** Taking the result over as labels: whether those that are there stay, and what blood is called where the model does not say. */
function acceptance(viewer: Viewer, actions: ClassificationActions) {
  let mode: LabelMode = 'merge';
  let subtype: Subtype | undefined;
  const modes = segments<LabelMode>(
    t('Labels that are there already'),
    [
      { value: 'merge', text: t('Add'), title: t('Add to the labels that are stated; those stay as they are') },
      {
        value: 'replace',
        text: t('Replace'),
        title: t('Replace all labels of slices and patient by those of the result'),
      },
    ],
    (value) => {
      mode = value;
      modes.setValue(value);
    },
  );
  modes.setValue(mode);
  const names = choice<Subtype | ''>(
    t('What blood is called: this model tells no subtypes apart'),
    [['', t('Subtype...')], ...SUBTYPES.map((one) => [one, `${one}: ${subtypeName(one)}`] as const)],
    (value) => {
      subtype = value === '' ? undefined : value;
      refresh();
    },
  );
  const button = textButton({
    text: t('Set Labels'),
    secondary: true,
    click: () => {
      const { shown } = viewer.classification.get();
      if (!shown || !allowed(shown)) return;
      const { threshold } = shown;
      const params = {
        mode,
        ...(threshold === undefined ? {} : { threshold }),
        ...(namesSubtypes(shown) || subtype === undefined ? {} : { subtype }),
      };
      actions.setLabels(params).then(
        (changed) => viewer.warn(changed ? undefined : t('The labels say so already: nothing was changed.')),
        (error: unknown) => viewer.warn(error instanceof Error ? error.message : String(error)),
      );
    },
  });
  button.title = t('Set the labels of slices and patient from this result, as one step that can be undone');
  const patientOnly = element('p', {
    class: 'quiet note',
    text: t('This scan is not stored in axial slices: only labels of the patient are set.'),
  });
  const allowed = (shown: ClassificationView): boolean =>
    editable(viewer) && (namesSubtypes(shown) || subtype !== undefined);
  const refresh = (): void => {
    const { shown } = viewer.classification.get();
    button.toggleAttribute('disabled', !shown || !allowed(shown));
  };
  return {
    element: element('div', { class: 'accept' }, [
      names.element,
      element('div', { class: 'accept-row' }, [modes.element, button]),
      patientOnly,
    ]),
    adopt(shown: ClassificationView): void {
      names.element.hidden = namesSubtypes(shown);
      patientOnly.hidden = shown.result.axis === 2;
    },
    update: refresh,
  };
}

function namesSubtypes({ result }: ClassificationView): boolean {
  return result.classes.some((name) => name !== 'any');
}
