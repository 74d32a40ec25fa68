/** The page of a scan editor: builds it and connects its parts. */
import '@vscode/codicons/dist/codicon.css';
import './styles/page.css';
import './styles/controls.css';
import './styles/panes.css';
import './styles/tools.css';
import './styles/side.css';
import './classification/classification.css';
import './proposal/proposal.css';
import { Edit, Edited, LineOf, ReaderName, ShowText } from '../protocol/edit';
import { WhoChanged } from '../protocol/history';
import {
  AnnotationChanged,
  InvokeCommand,
  PageFailed,
  Ready,
  RunCommand,
  Series,
  SettingsChanged,
} from '../protocol/view';
import { connectClassification } from './classification/connect';
import { runCommand } from './commands';
import { startCompare } from './compare/main';
import { element } from './dom';
import { EditSession } from './edit/session';
import { setBundle, t } from './l10n';
import { sideAndToolbar } from './panels/page';
import { connectProposal } from './proposal/connect';
import { warmWorker } from './scan/warm-worker';
import { Session } from './session';
import { fromJson, toJson } from './state/persistence';
import { initialState } from './state/view-state';
import { reportStatus } from './status';
import { connectHost, type Host } from './transport/host';
import { registerControls } from './ui/toolkit';
import { Viewer } from './viewer';
import type * as Renderer from './viewports/renderer';
import { detectRendering } from './viewports/webgl';

/** Milliseconds between a change of the view and its being remembered. */
const REMEMBER_AFTER = 150;

async function start(host: Host): Promise<void> {
  const { connection } = host;
  connection.listen();
  const warm = warmWorker();
  const answer = connection.sendRequest(Ready, undefined);
  registerControls();
  const ready = await answer;
  performance.mark('hemorica:ready');
  if (ready.translations) setBundle(ready.translations);

  const kept = fromJson(host.recall());
  const announcer = element('div', { class: 'announcer', role: 'status', attributes: { 'aria-live': 'polite' } });
  const viewer = new Viewer({ ...initialState(ready.settings), ...kept, annotation: ready.annotation }, (text) => {
    announcer.textContent = text;
  });
  const edits = new EditSession(viewer, (edit, revision) => connection.sendRequest(Edit, { edit, revision }));
  const session = new Session(host, ready, viewer, kept, edits, warm);
  // Bytes are on their way while the page is built.
  session.load();

  const failed = (error: unknown): void => reportFailure(host, error);
  let renderer: typeof Renderer | undefined;
  const loadRenderer = async (): Promise<void> => {
    const loaded = await import('./viewports/renderer');
    const rendering = detectRendering();
    loaded.prepare(rendering, () => viewer.store.set({ rendering: 'cpu' }));
    renderer = loaded;
    viewer.store.set({ rendering });
    viewer.redraw();
  };
  // Cornerstone comes after the first slice, which does not need it, or when there is none.
  const stop = viewer.store.watch(
    (state) => state.stage.name,
    (stage) => {
      if (stage === 'loading') return;
      queueMicrotask(() => stop());
      requestAnimationFrame(() => window.setTimeout(() => void loadRenderer().catch(failed)));
    },
  );
  const page = sideAndToolbar(
    viewer,
    (target, id, rendered) => renderer && new renderer.Viewport(target, id, rendered, failed),
    edits,
    {
      painted: () => session.painted(),
      cancel: () => session.cancel(),
      retry: () => void session.retry(),
      chooseTimePoint: (index) => session.chooseTimePoint(index),
      lineOf: async (place) => (await connection.sendRequest(LineOf, place)).line,
      whoChanged: async (at) => (await connection.sendRequest(WhoChanged, { at })).who,
      classification: connectClassification(viewer, connection),
      proposal: connectProposal(viewer, connection),
      showText: (slice, row) => void connection.sendNotification(ShowText, { slice, row }),
      invoke: (command, argument) =>
        void connection.sendNotification(InvokeCommand, { command, ...(argument === undefined ? {} : { argument }) }),
    },
  );
  const root = document.getElementById('root') ?? document.body;
  root.append(page.element, announcer);
  page.focusView();

  connection.onNotification(Series, ({ files }) => session.addSeries(files));
  connection.onNotification(AnnotationChanged, (annotation) => session.setAnnotation(annotation));
  connection.onNotification(Edited, ({ edit, revision }) => edits.edited(edit, revision));
  connection.onNotification(SettingsChanged, (settings) => viewer.store.set({ settings }));
  connection.onNotification(RunCommand, ({ command, argument }) => runCommand(viewer, command, argument, page));
  void connection.sendRequest(ReaderName, undefined).then(({ name }) => viewer.store.set({ reader: name }));
  reportStatus(viewer, connection);
  rememberState(host, viewer);
}

function rememberState(host: Host, viewer: Viewer): void {
  let timer: number | undefined;
  const remember = (): void => {
    window.clearTimeout(timer);
    timer = undefined;
    if (viewer.scan?.whole) host.remember(toJson(viewer.store.get()));
  };
  viewer.store.watch(
    (state) => state,
    () => {
      timer ??= window.setTimeout(remember, REMEMBER_AFTER);
    },
  );
  // The last moment before a hidden page is destroyed.
  document.addEventListener('visibilitychange', remember);
  window.addEventListener('pagehide', remember);
}

function reportFailure(host: Host, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? error.stack : undefined;
  void host.connection.sendNotification(PageFailed, { message, ...(detail ? { detail } : {}) });
}

performance.mark('hemorica:script');
const host = connectHost();
window.addEventListener('error', (event) => reportFailure(host, event.error ?? event.message));
window.addEventListener('unhandledrejection', (event) => reportFailure(host, event.reason));
const started =
  document.body.dataset.view === 'compare' ? startCompare(host, (error) => reportFailure(host, error)) : start(host);
started.catch((error: unknown) => {
  reportFailure(host, error);
  const message = error instanceof Error ? error.message : String(error);
  document.body.append(
    element('p', { class: 'fatal', role: 'alert', text: t('The viewer could not start: {0}', message) }),
  );
});
