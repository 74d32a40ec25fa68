/** The page of a version of an annotation, alone or as a side of a diff: builds it and connects its parts. */
import '../styles/compare.css';
import { CompareReady, OfferScan, type SharedView, VersionsChanged, ViewShared } from '../../protocol/compare';
import { RunCommand, SettingsChanged } from '../../protocol/view';
import { runCommand } from '../commands';
import { element, perFrame } from '../dom';
import { setBundle } from '../l10n';
import { initialState } from '../state/view-state';
import { reportStatus } from '../status';
import type { Host } from '../transport/host';
import { registerControls } from '../ui/toolkit';
import { Viewer } from '../viewer';
import type * as Renderer from '../viewports/renderer';
import { detectRendering } from '../viewports/webgl';
import { comparePage } from './page';
import { CompareView } from './view';

/** Commands that go to the next slice of interest: here that is one with a change. */
const TO_CHANGE = { nextSliceWithBlood: 1, previousSliceWithBlood: -1 } as const;

export async function startCompare(host: Host, failed: (error: unknown) => void): Promise<void> {
  const { connection } = host;
  connection.listen();
  const answer = connection.sendRequest(CompareReady, undefined);
  registerControls();
  const ready = await answer;
  if (ready.translations) setBundle(ready.translations);

  const announcer = element('div', { class: 'announcer', role: 'status', attributes: { 'aria-live': 'polite' } });
  const viewer = new Viewer(initialState(ready.settings), (text) => {
    announcer.textContent = text;
  });
  let latest: SharedView | undefined;
  const send = perFrame(() => {
    if (latest) void connection.sendNotification(ViewShared, latest);
  });
  const view = new CompareView(
    viewer,
    { version: ready.version, other: ready.other, combined: false, ground: { state: 'searching' } },
    ready.assets,
    {
      offer: (image, attempt) => connection.sendRequest(OfferScan, { image, attempt }),
      share: (shared) => {
        latest = shared;
        host.remember(shared);
        send();
      },
      failed,
    },
  );
  let renderer: typeof Renderer | undefined;
  const page = comparePage(
    view,
    (target, id, rendered) => renderer && new renderer.Viewport(target, id, rendered, failed),
  );
  const root = document.getElementById('root') ?? document.body;
  root.append(page.element, announcer);

  connection.onNotification(VersionsChanged, ({ version, other }) => view.setVersions({ version, other }));
  connection.onNotification(ViewShared, (shared) => view.follow(shared));
  connection.onNotification(SettingsChanged, (settings) => view.setSettings(settings));
  const targets = {
    ...page,
    openTimePoints: () => undefined,
    // There is nothing to edit with here.
    toolBox: { run: () => undefined, toggle: () => undefined },
  };
  connection.onNotification(RunCommand, ({ command, argument }) => {
    if (command === 'nextSliceWithBlood' || command === 'previousSliceWithBlood') view.goToChange(TO_CHANGE[command]);
    else runCommand(viewer, command, argument, targets);
  });
  document.addEventListener('keyup', (event) => {
    if (event.key.toLowerCase() === 'h') viewer.store.set({ overlayHeld: false });
  });
  view.start(ready.view ?? (host.recall() as SharedView | undefined));
  reportStatus(viewer, connection);

  const loaded = await import('../viewports/renderer');
  const rendering = detectRendering();
  loaded.prepare(rendering, () => viewer.store.set({ rendering: 'cpu' }));
  renderer = loaded;
  viewer.store.set({ rendering });
  viewer.redraw();
}
