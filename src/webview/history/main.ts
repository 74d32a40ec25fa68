/** The page with the history of an annotation: a graph, and a table that says the same. */
import './history.css';
import { SUBTYPES } from '../../core/annotation/subtype';
import {
  HistoryChanged,
  type HistoryCommit,
  HistoryReady,
  type HistoryView,
  ShowVersion,
} from '../../protocol/history';
import { element } from '../dom';
import { setBundle, t } from '../l10n';
import { connectHost } from '../transport/host';
import { historyGraph, legendSign } from './graph';
import { commitText, figure, subtypesIn } from './text';

async function start(): Promise<void> {
  const { connection } = connectHost();
  let view: HistoryView;
  let selected = 0;
  const show = (n: number): void => {
    const hash = view.commits[n]?.hash;
    if (hash !== undefined) void connection.sendNotification(ShowVersion, { hash });
  };
  const graph = historyGraph((n) => {
    selected = n;
    draw();
  }, show);
  const caption = element('p', { class: 'caption', attributes: { 'aria-live': 'polite' } });
  const legend = element('ul', { class: 'legend' });
  const table = element('table', { class: 'commits' });
  const title = element('h1');

  const draw = (): void => {
    graph.draw(view, selected);
    const commit = view.commits[selected];
    caption.textContent = commit ? commitText(view, commit) : '';
    for (const [n, row] of [...table.querySelectorAll('tbody tr')].entries())
      row.classList.toggle('selected', view.commits.length - 1 - n === selected);
  };
  const fill = (next: HistoryView): void => {
    view = next;
    selected = view.commits.length - 1;
    title.textContent = t('History of {0}', view.file);
    legend.replaceChildren(
      ...subtypesIn(view).map((subtype) =>
        element('li', {}, [legendSign(subtype, view.colors[SUBTYPES.indexOf(subtype)] ?? 'currentColor'), subtype]),
      ),
    );
    table.replaceChildren(head(view), body(view, show));
    draw();
  };

  connection.onNotification(HistoryChanged, fill);
  connection.listen();
  const first = await connection.sendRequest(HistoryReady, undefined);
  if (first.translations) setBundle(first.translations);
  const hint = element('p', {
    class: 'quiet',
    text: t('Choose a commit to compare its version with the present one. Volumes are computed from the annotation.'),
  });
  document.getElementById('root')?.append(title, legend, graph.element, caption, hint, table);
  fill(first);
  new ResizeObserver(draw).observe(graph.element);
}

function head(view: HistoryView): HTMLElement {
  const names = [t('Date'), t('Author'), t('Commit'), ...subtypesIn(view).map((subtype) => t('{0}, mL', subtype))];
  const cells = names.map((name) => element('th', { text: name, attributes: { scope: 'col' } }));
  return element('thead', {}, [element('tr', {}, cells)]);
}

/** Newest first, as git log has them. */
function body(view: HistoryView, show: (n: number) => void): HTMLElement {
  const rows = view.commits.map((commit, n) => row(view, commit, () => show(n)));
  return element('tbody', {}, rows.reverse());
}

function row(view: HistoryView, commit: HistoryCommit, show: () => void): HTMLElement {
  const { hash, date, author, subject, volumes, problem } = commit;
  const link = element('button', { class: 'link', text: subject || hash.slice(0, 8), title: hash });
  link.type = 'button';
  link.addEventListener('click', show);
  const figures = subtypesIn(view).map((subtype) =>
    element('td', { class: 'figure', text: volumes ? figure(volumes[subtype]) : '-', title: problem ?? '' }),
  );
  return element('tr', {}, [
    element('td', { text: new Date(date).toLocaleString(view.language, { dateStyle: 'medium', timeStyle: 'short' }) }),
    element('td', { text: author }),
    element('td', { class: 'subject' }, [link]),
    ...figures,
  ]);
}

start().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  document.body.append(element('p', { role: 'alert', text: t('The history could not be shown: {0}', message) }));
});
