/** Small controls for options: figures with a unit, and one of a few choices. */
import { element } from '../dom';

export interface FigureField {
  readonly element: HTMLElement;
  setValue(value: number): void;
}

/** A field for a figure with its unit. Enter or leaving the field takes it, Escape puts the old one back; the arrow keys step. */
export function figureField(options: {
  readonly label: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly change: (value: number) => void;
  /** Called when the keyboard is not needed any more. */
  readonly left: () => void;
}): FigureField {
  const { label, unit, min, max, step } = options;
  const input = element('input', { class: 'figure', title: label, attributes: { 'aria-label': `${label}, ${unit}` } });
  input.type = 'number';
  input.min = String(min);
  input.max = String(max);
  // Steps count from the minimum, and any figure may be typed.
  input.step = 'any';
  let shown = min;
  const show = (value: number): void => {
    shown = value;
    input.value = String(Number(value.toFixed(3)));
  };
  const take = (value: number): void => {
    if (!Number.isFinite(value) || input.value === '') show(shown);
    else options.change(Math.max(min, Math.min(max, value)));
    show(shown);
  };
  input.addEventListener('change', () => take(Number(input.value)));
  input.addEventListener('keydown', (event) => {
    const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (by !== 0) take(Number((shown + by * step).toFixed(6)));
    else if (event.key === 'Enter' || event.key === 'Escape') {
      if (event.key === 'Enter') take(Number(input.value));
      else show(shown);
      options.left();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    element: element('label', { class: 'figure-field' }, [input, element('span', { class: 'unit', text: unit })]),
    setValue: show,
  };
}

export interface Segments<T> {
  readonly element: HTMLElement;
  setValue(value: T): void;
}

/** One of a few choices, side by side. Arrow keys move between them. */
export function segments<T extends string | number>(
  label: string,
  choices: readonly { readonly value: T; readonly text: string; readonly title?: string; readonly icon?: Element }[],
  choose: (value: T) => void,
): Segments<T> {
  const buttons = choices.map(({ value, text, title, icon }) => {
    const button = element('button', {
      class: 'segment',
      role: 'radio',
      title: title ?? text,
      attributes: { 'aria-label': title ?? text },
    });
    button.type = 'button';
    if (icon) button.append(icon);
    if (text !== '') button.append(text);
    button.addEventListener('click', () => choose(value));
    return button;
  });
  const group = element('div', { class: 'segments', role: 'radiogroup', attributes: { 'aria-label': label } }, buttons);
  group.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = by === undefined || at < 0 ? undefined : (at + by + buttons.length) % buttons.length;
    const choice = next === undefined ? undefined : choices[next];
    if (next === undefined || !choice) return;
    event.preventDefault();
    event.stopPropagation();
    choose(choice.value);
    buttons[next]?.focus();
  });
  return {
    element: group,
    setValue: (value) => {
      for (const [n, button] of buttons.entries()) {
        const chosen = choices[n]?.value === value;
        button.setAttribute('aria-checked', String(chosen));
        button.tabIndex = chosen ? 0 : -1;
      }
    },
  };
}

/** A button with words that stays pressed. */
export function toggleButton(
  text: string,
  title: string,
  click: () => void,
): { readonly element: HTMLButtonElement; setPressed(pressed: boolean): void } {
  const button = element('button', { class: 'segment', title, text, attributes: { 'aria-label': title } });
  button.type = 'button';
  button.addEventListener('click', click);
  return { element: button, setPressed: (pressed) => button.setAttribute('aria-pressed', String(pressed)) };
}
