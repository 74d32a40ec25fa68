/** The connection to the extension host, and what VS Code keeps of a page while it is hidden. */
import type { MessageConnection } from 'vscode-jsonrpc/browser';
import { connect } from './port';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host {
  readonly connection: MessageConnection;
  /** What `remember` kept before the page was destroyed; undefined for a new editor. */
  recall(): unknown;
  /** Keeps a JSON value while the page is hidden or the window is reloaded. */
  remember(state: unknown): void;
}

/** Connects to the extension host; listening starts when the caller calls `connection.listen()`. Once per page. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  const connection = connect(
    {
      post: (message) => api.postMessage(message),
      receive(callback) {
        const listener = (event: MessageEvent): void => callback(event.data);
        window.addEventListener('message', listener);
        return { dispose: () => window.removeEventListener('message', listener) };
      },
    },
    false,
  );
  return { connection, recall: () => api.getState(), remember: (state) => api.setState(state) };
}
