import { element } from '../dom';

export interface Slider {
  readonly element: HTMLInputElement;
  /** Range 0 to count - 1. */
  setRange(count: number): void;
  setValue(value: number, text: string): void;
}

/** A slider over whole numbers from 0; `text` of `setValue` is what a screen reader says. */
export function slider(label: string, change: (value: number) => void): Slider {
  const input = element('input', { class: 'slider', attributes: { 'aria-label': label } });
  input.type = 'range';
  input.min = '0';
  input.step = '1';
  input.addEventListener('input', () => change(Number(input.value)));
  return {
    element: input,
    setRange: (count) => {
      input.max = String(Math.max(0, count - 1));
      input.disabled = count < 2;
    },
    setValue: (value, text) => {
      input.value = String(value);
      input.setAttribute('aria-valuetext', text);
    },
  };
}

export interface PercentSlider {
  readonly element: HTMLInputElement;
  /** Shows the value beside the slider. */
  readonly figure: HTMLElement;
  /** 0 to 1. */
  setValue(value: number): void;
}

/** A slider over 0 to 100 %. */
export function percentSlider(label: string, change: (value: number) => void): PercentSlider {
  const input = element('input', { class: 'slider', title: label, attributes: { 'aria-label': label } });
  input.type = 'range';
  input.max = '100';
  input.step = '5';
  input.addEventListener('input', () => change(Number(input.value) / 100));
  const figure = element('span', { class: 'percent' });
  return {
    element: input,
    figure,
    setValue: (value) => {
      const percent = String(Math.round(value * 100));
      input.value = percent;
      input.setAttribute('aria-valuetext', `${percent} %`);
      figure.textContent = `${percent} %`;
    },
  };
}

export interface Choice<T extends string> {
  readonly element: HTMLSelectElement;
  setValue(value: T): void;
  setEnabled(enabled: boolean): void;
}

/** A list to choose one of, as names. */
export function choice<T extends string>(
  label: string,
  names: readonly (readonly [T, string])[],
  change: (value: T) => void,
): Choice<T> {
  const select = element(
    'select',
    { class: 'choice', title: label, attributes: { 'aria-label': label } },
    names.map(([value, text]) => element('option', { text, attributes: { value } })),
  );
  select.addEventListener('change', () => {
    const [value] = names.find(([one]) => one === select.value) ?? [];
    if (value !== undefined) change(value);
  });
  return {
    element: select,
    setValue: (value) => {
      select.value = value;
    },
    setEnabled: (enabled) => {
      select.disabled = !enabled;
    },
  };
}

export interface NumberField {
  readonly element: HTMLInputElement;
  setRange(count: number): void;
  setValue(value: number): void;
}

/** A field for a whole number from 1 to a count; Enter or leaving the field takes it, Escape puts the old one back. */
export function numberField(label: string, change: (value: number) => void, left: () => void): NumberField {
  const input = element('input', { class: 'number', title: label, attributes: { 'aria-label': label } });
  input.type = 'number';
  input.min = '1';
  let shown = '';
  const take = (): void => {
    const value = Math.round(Number(input.value));
    if (input.value !== '' && Number.isFinite(value) && input.value !== shown) {
      change(Math.min(Math.max(1, value), Number(input.max)));
    }
    input.value = shown;
  };
  input.addEventListener('change', take);
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    if (event.key === 'Escape') input.value = shown;
    else take();
    event.preventDefault();
    left();
  });
  return {
    element: input,
    setRange: (count) => {
      input.max = String(count);
    },
    setValue: (value) => {
      shown = String(value);
      input.value = shown;
    },
  };
}
