import { element } from '../dom';

/** Name of a codicon, without its prefix. */
export type Icon = string;

/** A codicon as decoration: screen readers pass it over. */
export function icon(name: Icon): HTMLElement {
  return element('span', { class: `codicon codicon-${name}`, attributes: { 'aria-hidden': 'true' } });
}

/** A label with the key that does the same, as a tooltip shows it. */
export function withKey(label: string, key?: string): string {
  return key ? `${label} (${key})` : label;
}

export interface IconButton {
  readonly element: HTMLElement;
  /** For buttons that stay pressed: announced as such. */
  setPressed(pressed: boolean): void;
  setEnabled(enabled: boolean): void;
  setIcon(name: Icon): void;
  setLabel(label: string): void;
}

/** A button that shows an icon; its label is its tooltip and its name for screen readers. */
export function iconButton(options: {
  readonly icon: Icon | Element;
  readonly label: string;
  readonly key?: string;
  readonly pressed?: boolean;
  readonly click: () => void;
}): IconButton {
  const holder = element('span', { class: 'button-icon' });
  const show = (what: Icon | Element): void => holder.replaceChildren(typeof what === 'string' ? icon(what) : what);
  show(options.icon);
  const button = element('vscode-button' as 'button', { attributes: { appearance: 'icon' } }, [holder]);
  const setLabel = (label: string): void => {
    button.title = withKey(label, options.key);
    button.setAttribute('aria-label', label);
  };
  const setPressed = (pressed: boolean): void => button.setAttribute('aria-pressed', String(pressed));
  setLabel(options.label);
  if (options.pressed !== undefined) setPressed(options.pressed);
  button.addEventListener('click', options.click);
  return {
    element: button,
    setPressed,
    setEnabled: (enabled) => button.toggleAttribute('disabled', !enabled),
    setIcon: show,
    setLabel,
  };
}

/** A button with words. */
export function textButton(options: {
  readonly text: string;
  readonly secondary?: boolean;
  readonly click: () => void;
}): HTMLElement {
  const button = element('vscode-button' as 'button', {
    text: options.text,
    attributes: { appearance: options.secondary ? 'secondary' : 'primary' },
  });
  button.addEventListener('click', options.click);
  return button;
}

/** The toolkit's turning ring. */
export function progressRing(): HTMLElement {
  return element('vscode-progress-ring' as 'div', { attributes: { 'aria-hidden': 'true' } });
}
