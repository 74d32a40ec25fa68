/** The page that lists where a model and the annotations of a folder disagree. */
import './disagreement.css';
import { CLASSES } from '../../core/metrics/counts';
import { LITTLE_OVERLAP } from '../../core/metrics/disagreement';
import type { Vec3 } from '../../core/volume';
import {
  CompareAgain,
  DisagreementChanged,
  type DisagreementProgress,
  DisagreementProgressed,
  DisagreementReady,
  type DisagreementView,
  ExportDisagreement,
  type ListedScan,
  OpenDisagreement,
  ScansCompared,
  StopComparing,
} from '../../protocol/disagreement';
import { element } from '../dom';
import { setBundle, t } from '../l10n';
import { connectHost } from '../transport/host';
import { choice } from '../ui/inputs';
import { kindName, lesionColumns, scanColumns, sliceColumns } from './columns';
import { type Filter, rowsOf, type ScanRows } from './rows';
import { table } from './table';
import { tabs } from './tabs';

/** While scans come in, the lists are made anew so often at most, ms. */
const REDRAW_EVERY = 200;

async function start(): Promise<void> {
  const { connection } = connectHost();
  connection.listen();
  let view = await connection.sendRequest(DisagreementReady, undefined);
  if (view.translations) setBundle(view.translations);
  let scans = new Map<string, ListedScan>();
  let filter: Filter = { subtype: 'any', kind: 'any' };
  let known = new WeakMap<ListedScan, ScanRows>();

  const take = ({ scan, at }: { readonly scan: string; readonly at?: Vec3 }, go: boolean): void =>
    void connection.sendNotification(OpenDisagreement, { name: scan, focus: go, ...(at && { at }) });
  const lesions = table({ label: t('Lesions'), columns: lesionColumns(() => view.colors), order: 'volume', take });
  const slices = table({ label: t('Slices'), columns: sliceColumns(), order: 'differs', take });
  const whole = table({ label: t('Scans'), columns: scanColumns(), order: 'differs', take });
  const empties = [lesions, slices, whole].map(({ element: list }) => {
    const text = element('p', { class: 'empty quiet' });
    return { text, panel: element('div', { class: 'panel' }, [list, text]), list };
  });
  const titles = [t('Lesions'), t('Slices'), t('Scans')];
  const names = ['lesions', 'slices', 'scans'] as const;
  const bar = tabs(
    t('Disagreements'),
    names.map((name, n) => ({ name, title: titles[n] ?? name, panel: empties[n]?.panel ?? element('div') })),
  );
  const head = header(view);
  const status = statusLine({
    stop: () => void connection.sendNotification(StopComparing),
    again: () => void connection.sendNotification(CompareAgain),
    save: () => void connection.sendNotification(ExportDisagreement),
  });
  const filters = filterFields((change) => {
    filter = { ...filter, ...change };
    known = new WeakMap();
    draw();
  });

  const draw = (): void => {
    const all = [...scans.values()].map((scan) => {
      const rows = known.get(scan) ?? rowsOf(scan, filter);
      known.set(scan, rows);
      return rows;
    });
    const parts = [
      all.flatMap((one) => one.lesions),
      all.flatMap((one) => one.slices),
      all.flatMap((one) => one.scans),
    ] as const;
    lesions.setRows(parts[0]);
    slices.setRows(parts[1]);
    whole.setRows(parts[2]);
    bar.setCounts(parts.map(({ length }) => length));
    const compared = [...scans.values()].filter(({ disagreement }) => disagreement).length;
    empties.forEach(({ text, list }, n) => {
      const empty = parts[n]?.length === 0;
      list.hidden = empty;
      text.hidden = !empty;
      text.textContent = emptyText(filter, compared, view.progress.running);
    });
    status.show(view.progress, [...scans.values()]);
  };
  let waiting = false;
  const drawSoon = (): void => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      draw();
    }, REDRAW_EVERY);
  };
  const fill = (next: DisagreementView): void => {
    view = next;
    scans = new Map(view.scans.map((scan) => [scan.name, scan]));
    head.show(view);
    draw();
  };
  connection.onNotification(DisagreementChanged, fill);
  connection.onNotification(ScansCompared, (changed) => {
    for (const scan of changed.scans) scans.set(scan.name, scan);
    drawSoon();
  });
  connection.onNotification(DisagreementProgressed, (progress) => {
    const ended = view.progress.running && !progress.running;
    view = { ...view, progress };
    if (ended) drawSoon();
    status.show(progress, [...scans.values()]);
  });
  document
    .getElementById('root')
    ?.append(
      head.element,
      status.element,
      element('div', { class: 'bar' }, [bar.element, filters]),
      ...empties.map(({ panel }) => panel),
    );
  fill(view);
}

function emptyText({ subtype, kind }: Filter, compared: number, running: boolean): string {
  if (subtype !== 'any' || kind !== 'any') return t('Nothing that the filter lets through.');
  if (running) return t('Nothing found so far.');
  return compared === 0 ? t('No scan has been compared.') : t('Model and annotations agree.');
}

function header(first: DisagreementView): { readonly element: HTMLElement; show(view: DisagreementView): void } {
  const title = element('h1');
  const about = element('p', { class: 'quiet' });
  const show = ({ folder, model }: DisagreementView): void => {
    title.textContent = t('Disagreements in {0}', folder);
    about.textContent = [
      t(
        '{0} {1}, threshold {2}, against the annotations as they are saved.',
        model.name,
        model.version,
        model.threshold,
      ),
      t('A lesion is missed or false where less than {0} % of it is blood on the other side.', 100 * LITTLE_OVERLAP),
      t('For research. Not a medical device.'),
    ].join(' ');
  };
  show(first);
  return { element: element('header', {}, [title, about]), show };
}

function statusLine(run: { readonly stop: () => void; readonly again: () => void; readonly save: () => void }): {
  readonly element: HTMLElement;
  show(progress: DisagreementProgress, scans: readonly ListedScan[]): void;
} {
  const text = element('span', { class: 'status-text', attributes: { 'aria-live': 'polite' } });
  const filled = element('div', { class: 'progress-part' });
  const progressBar = element(
    'div',
    {
      class: 'progress',
      role: 'progressbar',
      attributes: { 'aria-label': t('Comparing'), 'aria-valuemin': '0', 'aria-valuemax': '100' },
    },
    [filled],
  );
  const stop = button(t('Stop'), run.stop);
  const again = button(t('Compare Again'), run.again);
  const save = button(t('Export as CSV...'), run.save);
  again.title = t('Models run only on scans that are not known yet');
  return {
    element: element('div', { class: 'status' }, [
      element('div', { class: 'status-line' }, [text, stop, again, save]),
      progressBar,
    ]),
    show({ running, current, part }, scans) {
      const done = scans.filter(({ disagreement }) => disagreement).length;
      const failed = scans.filter(({ problem }) => problem !== undefined).length;
      const waiting = scans.length - done - failed;
      const sentences = [
        running
          ? t('Comparing {0}', current ?? '')
          : waiting > 0
            ? t('Stopped: {0} of {1} scans compared.', done, scans.length)
            : t('{0} of {1} scans compared.', done, scans.length),
        ...(failed > 0 ? [t('Not comparable: {0}; the list of scans says why.', failed)] : []),
      ];
      text.textContent = sentences.join(' ');
      stop.hidden = !running;
      again.hidden = running;
      again.textContent = waiting > 0 ? t('Go On') : t('Compare Again');
      save.disabled = done === 0;
      progressBar.classList.toggle('idle', !running);
      progressBar.setAttribute('aria-valuenow', String(Math.round(100 * part)));
      filled.style.width = `${100 * part}%`;
    },
  };
}

function button(text: string, click: () => void): HTMLButtonElement {
  const node = element('button', { class: 'button', text });
  node.type = 'button';
  node.addEventListener('click', click);
  return node;
}

function filterFields(change: (part: Partial<Filter>) => void): HTMLElement {
  const subtype = choice<Filter['subtype']>(
    t('Show subtype'),
    CLASSES.map((of) => [of, of === 'any' ? t('All subtypes') : of]),
    (value) => change({ subtype: value }),
  );
  const kind = choice<Filter['kind']>(
    t('Show kind'),
    [['any', t('All kinds')], ...(['missed', 'false', 'flipped'] as const).map((one) => [one, kindName(one)] as const)],
    (value) => change({ kind: value }),
  );
  return element('div', { class: 'filters' }, [subtype.element, kind.element]);
}

start().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  document.body.append(element('p', { role: 'alert', text: t('The disagreements could not be shown: {0}', message) }));
});
