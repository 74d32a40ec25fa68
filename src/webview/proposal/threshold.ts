/** The slider for the threshold: the mask follows it at once, without the model running again. */
import type { ProposalView } from '../../protocol/proposal';
import { element } from '../dom';
import { t } from '../l10n';
import { volumeText } from '../panels/side/figures';
import { iconButton } from '../ui/button';
import type { ProposalSession } from './session';

/** Percent: what lies below is not kept of a model's answer. */
const LEAST = 5;
const MOST = 95;

/** A slider with the model's own threshold marked on it, and a button that goes back there. */
export function thresholdSlider(session: ProposalSession): {
  readonly element: HTMLElement;
  /** @param total mL that are proposed. */
  show(view: ProposalView, total: number): void;
} {
  const label = t('Threshold: the probability from which a voxel is proposed as blood');
  const input = element('input', { class: 'slider', title: label, attributes: { 'aria-label': label } });
  input.type = 'range';
  input.min = String(LEAST);
  input.max = String(MOST);
  input.step = '1';
  input.addEventListener('input', () => session.set({ threshold: Number(input.value) / 100 }));
  const mark = element('span', { class: 'slider-mark', attributes: { 'aria-hidden': 'true' } });
  const figure = element('span', { class: 'percent' });
  const own = iconButton({
    icon: 'discard',
    label: t("The model's own threshold"),
    click: () => {
      const { shown } = session.viewer.proposal.get();
      if (shown) session.set({ threshold: shown.proposal.defaultThreshold });
    },
  });
  return {
    element: element('div', { class: 'threshold' }, [
      element('span', { text: t('Threshold') }),
      element('span', { class: 'slider-holder' }, [input, mark]),
      figure,
      own.element,
    ]),
    show({ threshold, proposal }, total): void {
      const percent = `${Math.round(threshold * 100)} %`;
      input.value = String(Math.round(threshold * 100));
      input.setAttribute('aria-valuetext', `${percent}, ${volumeText(total)}`);
      figure.textContent = percent;
      const { defaultThreshold } = proposal;
      const share = Math.max(0, Math.min(1, (defaultThreshold * 100 - LEAST) / (MOST - LEAST)));
      mark.style.setProperty('--share', String(share));
      mark.title = t('{0} %, as the model says', Math.round(defaultThreshold * 100));
      own.setEnabled(Math.abs(threshold - defaultThreshold) > 1e-9);
    },
  };
}
