/** A list with columns: a row of buttons that sort it, and rows of which only those in sight exist. */
import { element } from '../dom';
import { t } from '../l10n';
import { virtualList } from '../ui/virtual-list';
import type { Column } from './columns';
import { type SortValue, sortedBy } from './rows';

/** Height of a row, CSS pixels; disagreement.css gives the line. */
const ROW = 24;

export interface Table<T> {
  readonly element: HTMLElement;
  setRows(rows: readonly T[]): void;
}

export function table<T extends { readonly key: string }>(options: {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  /** The column that the list is sorted by at first. */
  readonly order: string;
  readonly take: (row: T, go: boolean) => void;
}): Table<T> {
  const { columns, label } = options;
  let rows: readonly T[] = [];
  let [order, down] = [options.order, columns.find(({ id }) => id === options.order)?.down ?? true];
  const list = virtualList<T>({
    label,
    rowHeight: ROW,
    key: ({ key }) => key,
    show: (row, item) => {
      row.replaceChildren(...columns.map((column) => element('span', { class: classOf(column) }, [column.show(item)])));
      row.setAttribute('aria-label', said(columns, item));
    },
    take: options.take,
    menu: (_item, _at, closed) => closed(),
  });
  const buttons = columns.map((column) => {
    const button = element('button', { class: classOf(column), title: column.about });
    button.type = 'button';
    button.addEventListener('click', () => {
      down = order === column.id ? !down : column.down;
      order = column.id;
      update();
    });
    return { column, button };
  });
  const update = (): void => {
    for (const { column, button } of buttons) {
      const chosen = column.id === order;
      button.setAttribute('aria-pressed', String(chosen));
      const arrow = chosen ? (down ? ' ↓' : ' ↑') : '';
      button.textContent = column.title + arrow;
      const direction = down ? t('largest first') : t('smallest first');
      button.setAttribute('aria-label', chosen ? `${column.title}, ${direction}` : column.title);
    }
    const value: (row: T) => SortValue = columns.find(({ id }) => id === order)?.value ?? (() => undefined);
    list.setItems(sortedBy(rows, value, down));
  };
  const head = element(
    'div',
    { class: 'head', role: 'group', attributes: { 'aria-label': t('Sort by') } },
    buttons.map(({ button }) => button),
  );
  const holder = element(
    'div',
    {
      class: 'table',
      style: {
        '--columns': columns.map(({ width }) => width).join(' '),
        '--columns-narrow': columns.flatMap(({ minor, narrow }) => (minor ? [] : [narrow])).join(' '),
      },
    },
    [head, list.element],
  );
  update();
  return {
    element: holder,
    setRows(next) {
      rows = next;
      update();
    },
  };
}

function classOf<T>({ figure, minor }: Column<T>): string {
  return `cell${figure ? ' figure' : ''}${minor ? ' minor' : ''}`;
}

/** A row as it is read out: what it shows, by column. */
function said<T>(columns: readonly Column<T>[], item: T): string {
  const cells = columns.map(({ title, show }) => {
    const shown = show(item);
    const text = typeof shown === 'string' ? shown : shown.textContent;
    return text ? `${title}: ${text}` : '';
  });
  return cells.filter(Boolean).join(', ');
}
