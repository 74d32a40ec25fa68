import type { ScanSession } from './session';

/** Runs something once the page of an editor shows its scan; never if it is closed before. */
export function whenReady(session: ScanSession, run: () => void): void {
  const isReady = (): boolean => session.status?.stage === 'ready';
  if (isReady()) {
    run();
    return;
  }
  const subscriptions = [
    session.onDidChange(() => {
      if (!isReady()) return;
      stop();
      run();
    }),
    session.onDidDispose(() => stop()),
  ];
  const stop = (): void => {
    for (const subscription of subscriptions) subscription.dispose();
  };
}
