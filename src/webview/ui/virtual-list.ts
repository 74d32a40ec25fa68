import { element, perFrame } from '../dom';

/** Rows made above and below what is seen, so that scrolling meets no empty ones. */
const SPARE = 4;

export interface VirtualList<T> {
  readonly element: HTMLElement;
  /** Shows these items; the chosen one stays chosen by its key. */
  setItems(items: readonly T[]): void;
}

/**
 * A list box of rows of one height, of which only those in sight exist, so that thousands cost
 * what a dozen does. Up, Down, Page Up, Page Down, Home, End move; Enter, Space and click take a row; the menu key, Shift+F10
 * and the right button open its menu.
 */
export function virtualList<T>(options: {
  readonly label: string;
  /** CSS pixels. */
  readonly rowHeight: number;
  /** Names an item over changes of the list. */
  readonly key: (item: T) => string;
  /** Fills a row. */
  readonly show: (row: HTMLElement, item: T) => void;
  /** `go`: by Enter, which takes the keyboard along; a click and Space leave it in the list. */
  readonly take: (item: T, go: boolean) => void;
  /** Opens the menu of an item at a place of the window; `closed` gives the focus back. */
  readonly menu: (item: T, at: readonly [number, number], closed: () => void) => void;
}): VirtualList<T> {
  const { rowHeight } = options;
  const space = element('div', { class: 'list-space', role: 'presentation' });
  const list = element(
    'div',
    { class: 'list', role: 'listbox', attributes: { 'aria-label': options.label, tabindex: '0' } },
    [space],
  );
  let items: readonly T[] = [];
  let active: string | undefined;
  const rows = new Map<string, HTMLElement>();

  const position = (): number => items.findIndex((item) => options.key(item) === active);
  const draw = (): void => {
    const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - SPARE);
    const last = Math.min(items.length, Math.ceil((list.scrollTop + list.clientHeight) / rowHeight) + SPARE);
    const shown = new Set<string>();
    for (let n = first; n < last; n++) {
      const item = items[n];
      if (item === undefined) continue;
      const key = options.key(item);
      shown.add(key);
      let row = rows.get(key);
      if (!row) {
        row = element('div', { class: 'list-row', role: 'option' });
        row.dataset.key = key;
        row.style.height = `${rowHeight}px`;
        rows.set(key, row);
      }
      // In the order in which they are seen and read out.
      const before = space.children[n - first] ?? null;
      if (before !== row) space.insertBefore(row, before);
      row.style.top = `${n * rowHeight}px`;
      row.id = `${options.label}-${n}`.replace(/\W+/g, '-');
      row.setAttribute('aria-setsize', String(items.length));
      row.setAttribute('aria-posinset', String(n + 1));
      row.setAttribute('aria-selected', String(key === active));
      options.show(row, item);
    }
    for (const [key, row] of rows) {
      if (shown.has(key)) continue;
      row.remove();
      rows.delete(key);
    }
    const current = active === undefined ? undefined : rows.get(active);
    if (current) list.setAttribute('aria-activedescendant', current.id);
    else list.removeAttribute('aria-activedescendant');
  };
  const later = perFrame(draw);
  const activate = (n: number): void => {
    const item = items[Math.max(0, Math.min(items.length - 1, n))];
    if (item === undefined) return;
    active = options.key(item);
    const at = position();
    if (at * rowHeight < list.scrollTop) list.scrollTop = at * rowHeight;
    else if ((at + 1) * rowHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = (at + 1) * rowHeight - list.clientHeight;
    draw();
  };
  const itemOf = (event: Event): T | undefined => {
    const key =
      event.target instanceof Element ? event.target.closest<HTMLElement>('.list-row')?.dataset.key : undefined;
    return key === undefined ? undefined : items.find((item) => options.key(item) === key);
  };
  const closed = (): void => list.focus({ preventScroll: true });

  list.addEventListener('scroll', later, { passive: true });
  list.addEventListener('click', (event) => {
    const item = itemOf(event);
    if (item === undefined) return;
    activate(items.indexOf(item));
    if (event.target instanceof Element && event.target.closest('.row-menu')) {
      options.menu(item, [event.clientX, event.clientY], closed);
      return;
    }
    options.take(item, false);
  });
  list.addEventListener('contextmenu', (event) => {
    event.preventDefault();
    // The menu key sends this event to the list itself.
    const item = itemOf(event) ?? items[position()];
    if (item === undefined) return;
    activate(items.indexOf(item));
    const row = rows.get(options.key(item))?.getBoundingClientRect();
    const byPointer = event.clientX > 0 && event.clientY > 0 && itemOf(event) !== undefined;
    options.menu(item, byPointer || !row ? [event.clientX, event.clientY] : [row.left + 16, row.bottom], closed);
  });
  list.addEventListener('keydown', (event) => {
    const at = position();
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (to !== undefined) activate(to);
    else if (event.key === 'Enter' || event.key === ' ') {
      const item = items[at];
      if (item !== undefined) options.take(item, event.key === 'Enter');
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  new ResizeObserver(later).observe(list);
  return {
    element: list,
    setItems(next) {
      items = next;
      space.style.height = `${items.length * rowHeight}px`;
      if (position() < 0) active = undefined;
      draw();
    },
  };
}
