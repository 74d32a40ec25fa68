import { element } from '../dom';
import { icon } from './button';

export interface MenuItem {
  readonly label: string;
  /** Shown at the right, quieter: a value or a key. */
  readonly detail?: string;
  readonly checked?: boolean;
  /** A line above it begins another group. */
  readonly separated?: boolean;
  readonly choose: () => void;
}

export interface MenuButton {
  readonly element: HTMLElement;
  setText(text: string): void;
  /** Shows or hides the button as a whole. */
  setVisible(visible: boolean): void;
  close(): void;
}

/** Distance that a menu keeps from the window's edges, CSS pixels. */
const MARGIN = 4;

/**
 * A list of actions at a place of the window (CSS pixels), kept within it; keys as in other menus.
 * @param closed Called when the menu has closed, to give the focus back.
 */
export function contextMenu(
  label: string,
  items: readonly MenuItem[],
  [x, y]: readonly [number, number],
  closed: () => void,
): void {
  const close = (): void => {
    list.remove();
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('blur', close);
    closed();
  };
  const list = element(
    'div',
    { class: 'menu context-menu', role: 'menu', attributes: { 'aria-label': label } },
    items.map((item) => menuRow(item, close)),
  );
  const outside = (event: Event): void => {
    if (event.target instanceof Node && !list.contains(event.target)) close();
  };
  list.addEventListener('keydown', (event) => moveInMenu(event, close));
  // Where the system's menu comes with the release of the button, it would lie over this one.
  list.addEventListener('contextmenu', (event) => event.preventDefault());
  document.body.append(list);
  const { offsetWidth, offsetHeight } = list;
  list.style.left = `${Math.max(MARGIN, Math.min(x, window.innerWidth - offsetWidth - MARGIN))}px`;
  list.style.top = `${Math.max(MARGIN, Math.min(y, window.innerHeight - offsetHeight - MARGIN))}px`;
  (list.firstElementChild as HTMLElement | null)?.focus();
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('blur', close);
}

/**
 * A button that opens a list below itself: up and down choose, Enter takes, Escape closes. While
 * it is open the keyboard is the menu's.
 */
export function menuButton(options: {
  readonly label: string;
  readonly key?: string;
  readonly items: () => readonly MenuItem[];
  /** Called when the menu has closed, to give the focus back. */
  readonly closed: () => void;
}): MenuButton {
  const text = element('span', { class: 'menu-text' });
  const title = options.key ? `${options.label} (${options.key})` : options.label;
  const button = element('button', { class: 'menu-button', title, attributes: { 'aria-haspopup': 'menu' } }, [
    text,
    icon('chevron-down'),
  ]);
  button.type = 'button';
  const holder = element('div', { class: 'menu-holder' }, [button]);
  let list: HTMLElement | undefined;

  const close = (): void => {
    if (!list) return;
    list.remove();
    list = undefined;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('blur', close);
    options.closed();
  };
  const outside = (event: Event): void => {
    if (event.target instanceof Node && !holder.contains(event.target)) close();
  };
  const open = (): void => {
    const items = options.items();
    list = element(
      'div',
      { class: 'menu', role: 'menu', attributes: { 'aria-label': options.label } },
      items.map((item) => menuRow(item, close)),
    );
    list.addEventListener('keydown', (event) => moveInMenu(event, close));
    holder.append(list);
    button.setAttribute('aria-expanded', 'true');
    const checked = items.findIndex((item) => item.checked);
    (list.children[Math.max(0, checked)] as HTMLElement | undefined)?.focus();
    document.addEventListener('pointerdown', outside, true);
    window.addEventListener('blur', close);
  };
  button.addEventListener('click', () => (list ? close() : open()));
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' || list) return;
    event.preventDefault();
    open();
  });
  return {
    element: holder,
    setText(value) {
      text.textContent = value;
      button.setAttribute('aria-label', `${options.label}: ${value}`);
    },
    setVisible: (visible) => {
      holder.hidden = !visible;
    },
    close,
  };
}

function menuRow(item: MenuItem, close: () => void): HTMLElement {
  const row = element(
    'div',
    {
      class: item.separated ? 'menu-item separated' : 'menu-item',
      role: item.checked === undefined ? 'menuitem' : 'menuitemradio',
      attributes: { tabindex: '-1', 'aria-checked': item.checked === undefined ? undefined : String(item.checked) },
    },
    [
      element('span', { class: `menu-check${item.checked ? ' codicon codicon-check' : ''}` }),
      element('span', { class: 'menu-label', text: item.label }),
      element('span', { class: 'menu-detail', text: item.detail ?? '' }),
    ],
  );
  row.addEventListener('click', () => {
    close();
    item.choose();
  });
  return row;
}

function moveInMenu(event: KeyboardEvent, close: () => void): void {
  const list = event.currentTarget as HTMLElement;
  const rows = [...list.children] as HTMLElement[];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const go = (n: number): void => rows[(n + rows.length) % rows.length]?.focus();
  switch (event.key) {
    case 'ArrowDown':
      go(at + 1);
      break;
    case 'ArrowUp':
      go(at - 1);
      break;
    case 'Home':
      go(0);
      break;
    case 'End':
      go(rows.length - 1);
      break;
    case 'Enter':
    case ' ':
      rows[at]?.click();
      break;
    case 'Escape':
    case 'Tab':
      close();
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
}
