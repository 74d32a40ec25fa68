import assert from 'node:assert/strict';
import { NotificationType, RequestType, ResponseError } from 'vscode-jsonrpc/node';
import { connect, type MessagePort } from '../../../../src/extension/editor/transport';

const Echo = new RequestType<{ values: Uint32Array }, { values: Uint32Array }, void>('test/echo');
const Fails = new RequestType<undefined, void, { file: string }>('test/fails');
const Silent = new RequestType<undefined, void, void>('test/silent');
const Tell = new NotificationType<{ n: number }>('test/tell');

/** Two ports joined back to back; messages arrive in a later turn and structurally cloned, as through a webview. */
function pair(): { host: MessagePort; page: MessagePort; sent: unknown[]; toHost: (message: unknown) => void } {
  const listeners = { host: new Set<(message: unknown) => void>(), page: new Set<(message: unknown) => void>() };
  const sent: unknown[] = [];
  const port = (own: 'host' | 'page', other: 'host' | 'page'): MessagePort => ({
    onDidReceiveMessage: (listener) => {
      listeners[own].add(listener);
      return { dispose: () => listeners[own].delete(listener) };
    },
    postMessage: async (message: unknown) => {
      if (own === 'host') sent.push(message);
      const copy: unknown = structuredClone(message);
      setImmediate(() => {
        for (const listener of listeners[other]) listener(copy);
      });
      return true;
    },
  });
  const toHost = (message: unknown): void => {
    for (const listener of listeners.host) listener(message);
  };
  return { host: port('host', 'page'), page: port('page', 'host'), sent, toHost };
}

const ignore = (): void => undefined;

describe('the connection to a page', () => {
  it('answers requests, with typed arrays as they are', async () => {
    const { host, page } = pair();
    const server = connect(host, ignore);
    const client = connect(page, ignore);
    server.onRequest(Echo, ({ values }) => ({ values: values.map((value) => value + 1) }));
    server.listen();
    client.listen();
    const { values } = await client.sendRequest(Echo, { values: Uint32Array.of(1, 2, 3) });
    assert.ok(values instanceof Uint32Array);
    assert.deepEqual([...values], [2, 3, 4]);
  });

  it('answers a failed request and an unknown one with an error', async () => {
    const { host, page } = pair();
    const server = connect(host, ignore);
    const client = connect(page, ignore);
    server.onRequest(Fails, () => new ResponseError(1, 'bad scan', { file: 'a.nii' }));
    server.listen();
    client.listen();
    await assert.rejects(client.sendRequest(Fails, undefined), (error: ResponseError<{ file: string }>) => {
      assert.equal(error.message, 'bad scan');
      assert.deepEqual(error.data, { file: 'a.nii' });
      return true;
    });
    await assert.rejects(client.sendRequest(Silent, undefined), /Unhandled method/);
  });

  it('rejects pending requests when it is disposed', async () => {
    const { host, page } = pair();
    const server = connect(host, ignore);
    const client = connect(page, ignore);
    server.listen();
    client.onRequest(Silent, () => new Promise<void>(() => undefined));
    client.listen();
    const pending = server.sendRequest(Silent, undefined);
    setImmediate(() => server.dispose());
    await assert.rejects(pending, /dispos/i);
  });

  it('sends nothing of an old conversation to the next page', async () => {
    const { host, page, sent } = pair();
    let answer: (value: undefined) => void = ignore;
    const old = connect(host, ignore);
    old.onRequest(Silent, () => new Promise<void>((resolve) => (answer = resolve)));
    old.listen();
    const client = connect(page, ignore);
    client.listen();
    client.sendRequest(Silent, undefined).catch(ignore);
    await new Promise((resolve) => setTimeout(resolve, 5));
    old.dispose();
    answer(undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(sent, []);
  });

  it('passes by messages that are no JSON-RPC', async () => {
    const { host, toHost } = pair();
    const problems: Error[] = [];
    const got: number[] = [];
    const server = connect(host, (error) => problems.push(error));
    server.onNotification(Tell, ({ n }) => {
      got.push(n);
    });
    server.listen();
    for (const message of [undefined, null, 'text', 7, {}, { jsonrpc: '1.0' }]) toHost(message);
    toHost({ jsonrpc: '2.0', method: 'test/tell', params: { n: 5 } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(got, [5]);
    assert.deepEqual(problems, []);
  });
});
