/**
 * JSON-RPC over the messages of a webview.
 *
 * A webview takes structured clones, so typed arrays travel as they are. A page that is hidden is
 * destroyed and answers no more: disposing the connection rejects what is still pending, and drops
 * answers that would otherwise reach the next page, whose request numbers start again.
 */
import type * as vscode from 'vscode';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
  type MessageWriter,
} from 'vscode-jsonrpc/node';

/** The part of a webview that carries messages. */
export type MessagePort = Pick<vscode.Webview, 'onDidReceiveMessage' | 'postMessage'>;

class PortReader extends AbstractMessageReader {
  constructor(private readonly port: MessagePort) {
    super();
  }

  override listen(callback: DataCallback): Disposable {
    return this.port.onDidReceiveMessage((message: unknown) => {
      if (isMessage(message)) callback(message);
    });
  }
}

class PortWriter extends AbstractMessageWriter implements MessageWriter {
  private open = true;

  constructor(private readonly port: MessagePort) {
    super();
  }

  async write(message: Message): Promise<void> {
    if (this.open) await this.port.postMessage(message);
  }

  end(): void {
    this.open = false;
  }

  override dispose(): void {
    this.open = false;
    super.dispose();
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}

/**
 * A connection over a webview's messages, not yet listening. Disposing it rejects pending requests
 * and closes both directions; the webview itself is left alone.
 */
export function connect(port: MessagePort, onError: (error: Error) => void): MessageConnection {
  const reader = new PortReader(port);
  const writer = new PortWriter(port);
  const connection = createMessageConnection(reader, writer, {
    error: (message) => onError(new Error(message)),
    warn: (message) => onError(new Error(message)),
    info: () => undefined,
    log: () => undefined,
  });
  connection.onError(([error]) => onError(error));
  connection.onDispose(() => {
    reader.dispose();
    writer.dispose();
  });
  return connection;
}
