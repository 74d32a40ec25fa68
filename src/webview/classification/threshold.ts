/** The slider for the probability from which findings are called. */
import { percentText } from '../../core/model/percent';
import type { ClassificationView } from '../../protocol/classification';
import { element } from '../dom';
import { t } from '../l10n';
import { iconButton } from '../ui/button';
import type { Viewer } from '../viewer';

/**
 * A slider from 1 to 99 % and a button that goes back to the model's own thresholds. What is drawn
 * follows the slider at once; `choose` is told where it comes to rest.
 * @param choose Undefined for the model's own.
 */
export function thresholdField(
  viewer: Viewer,
  choose: (threshold: number | undefined) => void,
): { readonly element: HTMLElement; show(view: ClassificationView): void } {
  const label = t('Threshold: the probability from which a finding is called');
  const input = element('input', { class: 'slider', title: label, attributes: { 'aria-label': label } });
  input.type = 'range';
  input.min = '1';
  input.max = '99';
  input.step = '1';
  const figure = element('span', { class: 'probability' });
  const set = (threshold: number | undefined): void => {
    const { shown } = viewer.classification.get();
    if (!shown) return;
    const { result } = shown;
    viewer.classification.set({ shown: threshold === undefined ? { result } : { result, threshold } });
  };
  input.addEventListener('input', () => set(Number(input.value) / 100));
  input.addEventListener('change', () => choose(Number(input.value) / 100));
  const own = iconButton({
    icon: 'discard',
    label: t("The model's own threshold"),
    click: () => {
      set(undefined);
      choose(undefined);
    },
  });
  return {
    element: element('div', { class: 'threshold' }, [
      element('span', { text: t('Threshold') }),
      input,
      figure,
      own.element,
    ]),
    show({ result, threshold }): void {
      const value = threshold ?? result.model.threshold;
      input.value = String(Math.round(value * 100));
      figure.textContent = percentText(value);
      input.setAttribute('aria-valuetext', percentText(value));
      own.setEnabled(threshold !== undefined);
    },
  };
}
