/**
 * JSON-RPC over a postMessage port, for the extension host and for the decoding worker.
 *
 * Messages are the JSON-RPC objects themselves, structurally cloned, so typed arrays stay typed
 * arrays. A port that transfers gives the buffers of a message away instead of copying them.
 */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  Emitter,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc/browser';
import { transferables } from './transferables';

/** What of a worker, a message port or VS Code's webview a connection needs. */
export interface Port {
  post(message: Message, transfer: ArrayBuffer[]): void;
  /** Calls back for every message that arrives; the result ends that. */
  receive(callback: (data: unknown) => void): Disposable;
}

class PortReader extends AbstractMessageReader {
  constructor(private readonly port: Port) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    const messages = new Emitter<Message>();
    const listener = messages.event(callback);
    const arrival = this.port.receive((data) => {
      if (isMessage(data)) messages.fire(data);
    });
    return {
      dispose() {
        arrival.dispose();
        listener.dispose();
      },
    };
  }
}

function isMessage(data: unknown): data is Message {
  return typeof data === 'object' && data !== null && (data as { jsonrpc?: unknown }).jsonrpc === '2.0';
}

class PortWriter extends AbstractMessageWriter {
  constructor(
    private readonly port: Port,
    private readonly transfers: boolean,
  ) {
    super();
  }

  async write(message: Message): Promise<void> {
    this.port.post(message, this.transfers ? [...transferables(message)] : []);
  }

  end(): void {}
}

/** A connection over a port, not yet listening. `transfers`: buffers of typed arrays are given away with each message. */
export function connect(port: Port, transfers: boolean): MessageConnection {
  return createMessageConnection(new PortReader(port), new PortWriter(port, transfers));
}

/** The port of a worker as its page sees it, and of the page as the worker sees it. */
export function messagePort(target: {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}): Port {
  return {
    post: (message, transfer) => target.postMessage(message, transfer),
    receive(callback) {
      const listener = (event: MessageEvent): void => callback(event.data);
      target.addEventListener('message', listener);
      return { dispose: () => target.removeEventListener('message', listener) };
    },
  };
}
