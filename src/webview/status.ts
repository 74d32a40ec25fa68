/** What the host is told of the page: status bar, context keys, focus. */
import type { MessageConnection } from 'vscode-jsonrpc/browser';
import { StatusChanged, type ViewStatus } from '../protocol/view';
import { perFrame } from './dom';
import type { Viewer } from './viewer';

/** Elements that take letters, digits or arrows for themselves: VS Code's keys of ours must not act there. */
const TAKES_KEYS =
  'input, select, textarea, [role="menu"], .menu, [role="separator"], [role="listbox"], [role="radio"], .ruler-end';

function focusNow(): ViewStatus['focus'] {
  if (!document.hasFocus()) return 'none';
  return document.activeElement?.closest(TAKES_KEYS) ? 'input' : 'view';
}

/** Tells the host of every change, at most once a frame; of the focus at once, since keys depend on it. */
export function reportStatus(viewer: Viewer, connection: MessageConnection): void {
  let last = '';
  const report = (): void => {
    const { active, slices, window: shown, layout, rendering, stage } = viewer.store.get();
    const status: ViewStatus = {
      slice: slices[active],
      slices: viewer.count(active),
      window: shown,
      layout,
      focus: focusNow(),
      rendering: rendering ?? 'gpu',
      stage: stage.name === 'cancelled' ? 'failed' : stage.name,
    };
    const text = JSON.stringify(status);
    if (text === last) return;
    last = text;
    void connection.sendNotification(StatusChanged, status);
  };
  viewer.store.watch((state) => state, perFrame(report));
  window.addEventListener('focus', report);
  window.addEventListener('blur', report);
  document.addEventListener('focusin', report);
  // The element that takes the focus is the active one only after this event.
  document.addEventListener('focusout', () => queueMicrotask(report));
}
