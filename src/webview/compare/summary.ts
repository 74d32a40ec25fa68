/** The figures of a comparison: a table per subtype, and the list of changed slices. */
import { element } from '../dom';
import { t } from '../l10n';
import { subtypeName } from '../panels/side/figures';
import type { ChangeTable, SliceChange } from './changes';
import { type Comparison, obstacleOf, versionName, versionsOf } from './model';
import { CHANGE_COLORS, type CompareView } from './view';

/** The panel; it takes the place of the left side's picture while all changes are shown in one view. */
export function summaryPanel(view: CompareView): HTMLElement {
  const panel = element('section', { class: 'summary', attributes: { 'aria-label': t('Changes'), tabindex: '0' } });
  let shown: Comparison | undefined;
  const draw = (): void => {
    const state = view.store.get();
    panel.hidden = !(state.combined && state.other !== undefined);
    if (panel.hidden) return;
    const versions = versionsOf(state);
    const { changes } = view;
    if (changes && changes === shown) return;
    shown = changes;
    if (!versions || !changes) {
      panel.replaceChildren(element('p', { class: 'quiet', text: (versions && obstacleOf(versions)) ?? '' }));
      return;
    }
    panel.replaceChildren(
      legend(),
      table(changes),
      ...(changes.estimated
        ? [
            element('p', {
              class: 'quiet',
              text: t('Volumes are estimates: without the scan every slice counts as thick as the mean.'),
            }),
          ]
        : []),
      element('h2', { text: t('Changed slices') }),
      slicesList(view, changes.changes.slices),
    );
  };
  view.store.watch((state) => state, draw);
  view.viewer.store.watch(
    (state) => state.slices,
    () => {
      for (const row of panel.querySelectorAll<HTMLElement>('.changed-slice')) markCurrent(view, row);
    },
  );
  return panel;
}

/** Which color means what. */
export function legend(): HTMLElement {
  const names = [t('added'), t('removed'), t('relabeled')];
  return element('ul', { class: 'legend', attributes: { 'aria-label': t('Colors') } }, [
    ...names.map((name, n) =>
      element('li', {}, [
        element('span', { class: 'swatch', style: { background: CHANGE_COLORS[n] ?? '' } }),
        element('span', { text: name }),
      ]),
    ),
    element('li', {}, [element('span', { class: 'swatch outlined' }), element('span', { text: t('unchanged') })]),
  ]);
}

type Row = Omit<ChangeTable['subtypes'][number], 'subtype'>;

function table({ versions, table: figures }: Comparison): HTMLElement {
  const { before, after } = versions;
  const heads = ['', versionName(before, after), versionName(after, before), t('Dice'), '+', '−'];
  const cells = (row: Row): HTMLElement[] => [
    element('td', { text: volume(row.volumeBefore) }),
    element('td', { text: volume(row.volumeAfter) }),
    element('td', { text: row.dice.toFixed(3) }),
    element('td', { text: count(row.added) }),
    element('td', { text: count(row.removed) }),
  ];
  const subtypes = figures.subtypes.map((row) =>
    element('tr', {}, [
      element('th', { text: row.subtype, title: subtypeName(row.subtype), attributes: { scope: 'row' } }),
      ...cells(row),
    ]),
  );
  const all = figures.all
    ? [
        element('tr', { class: 'all' }, [
          element('th', { text: t('All'), attributes: { scope: 'row' } }),
          ...cells(figures.all),
        ]),
      ]
    : [];
  if (figures.subtypes.length === 0) {
    return element('p', { class: 'quiet', text: t('Neither version has a mask.') });
  }
  return element('table', { class: 'change-figures' }, [
    element('caption', { text: t('Volumes in mL; + added and − removed voxels') }),
    element('thead', {}, [
      element(
        'tr',
        {},
        heads.map((head) => element('th', { text: head, title: head, attributes: { scope: 'col' } })),
      ),
    ]),
    element('tbody', {}, [...subtypes, ...all]),
  ]);
}

/** mL: hundredths below 1, tenths above. */
function volume(milliliters: number): string {
  return milliliters.toFixed(milliliters < 1 && milliliters > 0 ? 2 : 1);
}

function count(voxels: number): string {
  return voxels.toLocaleString(document.documentElement.lang || undefined);
}

function slicesList(view: CompareView, slices: readonly SliceChange[]): HTMLElement {
  if (slices.length === 0) return element('p', { class: 'quiet', text: t('The masks are the same.') });
  const most = Math.max(...slices.map(({ added, removed, relabeled }) => added + removed + relabeled));
  return element(
    'ul',
    { class: 'changed-slices' },
    slices.map((change) => {
      const n = view.viewer.scan?.nativeSlice(change.slice) ?? change.slice;
      const counts = [change.added, change.removed, change.relabeled];
      const words = [
        change.added > 0 ? t('{0} added', count(change.added)) : '',
        change.removed > 0 ? t('{0} removed', count(change.removed)) : '',
        change.relabeled > 0 ? t('{0} relabeled', count(change.relabeled)) : '',
      ].filter((part) => part !== '');
      const signs = ['+', '−', '↔ '].map((sign, c) => ((counts[c] ?? 0) > 0 ? sign + count(counts[c] ?? 0) : ''));
      const bars = element(
        'span',
        { class: 'bars', attributes: { 'aria-hidden': 'true' } },
        counts.map((voxels, c) =>
          element('span', { style: { background: CHANGE_COLORS[c] ?? '', width: `${(100 * voxels) / most}%` } }),
        ),
      );
      const name = t('Slice {0}', n + 1);
      const label = { 'data-slice': String(n), 'aria-label': `${name}: ${words.join(', ')}` };
      const row = element('button', { class: 'changed-slice', title: words.join(', '), attributes: label }, [
        element('span', { class: 'slice-name', text: name }),
        bars,
        ...signs.map((text) => element('span', { class: 'count', text })),
      ]);
      row.type = 'button';
      row.addEventListener('click', () => view.viewer.goTo(n, view.viewer.scan?.native));
      markCurrent(view, row);
      return element('li', {}, [row]);
    }),
  );
}

function markCurrent(view: CompareView, row: HTMLElement): void {
  const { scan, store } = view.viewer;
  const current = scan && store.get().slices[scan.native] === Number(row.dataset.slice);
  if (current) row.setAttribute('aria-current', 'true');
  else row.removeAttribute('aria-current');
}
