import assert from 'node:assert/strict';
import { ScanError } from '../../../../src/core/volume';
import { openRemote } from '../../../../src/inference/remote/remote';
import { JSON_LENGTH } from '../../../../src/inference/remote/tensors';
import type { RemoteEndpoint } from '../../../../src/protocol/inference';
import {
  type Asked,
  type FakeServer,
  fakeServer,
  healthy,
  type Reply,
  type Route,
} from '../../../fixtures/inference-server';

const x = { type: 'float32', dims: [1, 1, 2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;

interface Request {
  readonly inputs: readonly { readonly data: readonly number[] }[];
}

/** Twice the input, in JSON. */
const doubled = ({ body }: Asked): Reply => {
  const { inputs } = JSON.parse(body.toString()) as Request;
  const data = inputs[0]?.data.map((value) => value * 2);
  return { body: { model_name: 'm', outputs: [{ name: 'y', shape: [1, 1, 2, 2], datatype: 'FP32', data }] } };
};

describe('a network on a server', function () {
  this.timeout(60_000);
  let server: FakeServer;
  afterEach(() => server.close());

  async function start(
    routes: Record<string, Route> = {},
    extensions: readonly string[] = [],
  ): Promise<RemoteEndpoint> {
    server = await fakeServer({ ...healthy(extensions), 'v2/models/m/infer': doubled, ...routes });
    return { url: server.url };
  }
  const times = (path: string): number => server.asked.filter((one) => one.path === path).length;
  const failsWith = async (work: Promise<unknown>, ...messages: RegExp[]): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof ScanError, String(error));
      for (const message of messages) assert.match(error.message, message);
      return error.file.startsWith('http://127.0.0.1:');
    });
  };

  it('is asked for its health and description, and runs with numbers in JSON', async () => {
    const network = await openRemote(await start(), 'm');
    assert.deepEqual(network.inputs, [{ name: 'x', type: 'float32', shape: ['', 1, 2, 2] }]);
    assert.deepEqual(network.outputs, [{ name: 'y', type: 'float32', shape: ['', 1, 2, 2] }]);
    assert.deepEqual([network.provider, network.attempts], ['remote', []]);
    const { y } = await network.run({ x }, ['y']);
    assert.deepEqual(y, { ...x, data: Float32Array.of(2, 4, 6, 8) });
    assert.deepEqual(
      server.asked.map(({ method, path }) => `${method} ${path}`),
      [
        'GET v2/health/live',
        'GET v2/health/ready',
        'GET v2',
        'GET v2/models/m',
        'GET v2/models/m/ready',
        'POST v2/models/m/infer',
      ],
    );
  });

  it('gets and gives bytes where the server has the extension', async () => {
    const answer = ({ headers, body }: Asked): Reply => {
      const start = Number(headers[JSON_LENGTH.toLowerCase()]);
      assert.equal(body.length, start + 16);
      const values = [0, 4, 8, 12].map((at) => body.readFloatLE(start + at) * 3);
      const bytes = Buffer.alloc(16);
      for (const [n, value] of values.entries()) bytes.writeFloatLE(value, n * 4);
      const parameters = { binary_data_size: 16 };
      const json = JSON.stringify({ outputs: [{ name: 'y', shape: [1, 1, 2, 2], datatype: 'FP32', parameters }] });
      return { headers: { [JSON_LENGTH]: String(json.length) }, body: Buffer.concat([Buffer.from(json), bytes]) };
    };
    const routes = { 'v2/models/m/infer': answer };
    const servers: [Record<string, Route>, string[]][] = [
      [routes, ['binary_tensor_data']],
      [{ ...routes, v2: { body: { name: 'kserve', version: '0.21.0', extensions: [] } } }, []],
    ];
    for (const [all, extensions] of servers) {
      const { y } = await (await openRemote(await start(all, extensions), 'm')).run({ x }, ['y']);
      assert.deepEqual(y?.data, Float32Array.of(3, 6, 9, 12));
      await server.close();
    }
  });

  it('gets numbers where the server has not said so', async () => {
    const v2 = { body: { name: 'kserve', version: '0.13.1', extensions: ['model_repository_extension'] } };
    const { y } = await (await openRemote(await start({ v2 }), 'm')).run({ x }, ['y']);
    assert.deepEqual(y?.data, Float32Array.of(2, 4, 6, 8));
  });

  it('may have another name and a version there, and the server a path and a token', async () => {
    server = await fakeServer(
      { ...healthy(), 'v2/models/head%20ct/versions/2': { body: {} }, 'v2/models/head%20ct/versions/2/ready': {} },
      '/serving/',
    );
    const endpoint = {
      url: `${server.url}/`,
      models: { m: 'head ct/2' },
      headers: { authorization: 'Bearer secret' },
    };
    const network = await openRemote(endpoint, 'm');
    assert.deepEqual([network.inputs, network.outputs], [[], []]);
    assert.ok(server.asked.every(({ headers }) => headers.authorization === 'Bearer secret'));
  });

  it('is tried again while the server says that it is not ready, and after a lost connection', async () => {
    const endpoint = await start({
      'v2/health/ready': (_, n) => (n < 2 ? { status: 503, headers: { 'retry-after': '0' } } : {}),
      'v2/models/m': (_, n) => (n === 0 ? { hangUp: true } : (healthy()['v2/models/m'] as Reply)),
      'v2/models/m/infer': (asked, n) => (n === 0 ? { status: 429, headers: { 'retry-after': '0' } } : doubled(asked)),
    });
    const network = await openRemote(endpoint, 'm');
    await network.run({ x }, ['y']);
    assert.deepEqual([times('v2/health/ready'), times('v2/models/m'), times('v2/models/m/infer')], [3, 2, 2]);
  });

  it('gives up after four times, with what the server says', async () => {
    const busy = { status: 503, headers: { 'retry-after': '0' }, body: { error: 'still loading' } };
    await failsWith(
      openRemote(await start({ 'v2/health/ready': busy }), 'm'),
      /asked whether it is ready and answered with HTTP 503: still loading\. It is busy or not ready: try again/,
    );
    assert.equal(times('v2/health/ready'), 4);
  });

  it('says that nobody is there', async () => {
    const endpoint = await start();
    await server.close();
    await failsWith(
      openRemote(endpoint, 'm'),
      /the server cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)/,
    );
  });

  it('does not repeat what would fail again', async () => {
    const endpoint = await start({
      'v2/models/m/infer': { status: 400, body: { error: 'unexpected shape for input x,\n expected [1,3,2,2].' } },
    });
    const network = await openRemote(endpoint, 'm');
    await failsWith(
      network.run({ x }, ['y']),
      /to run its model "m" and answered with HTTP 400: unexpected shape for input x, expected \[1,3,2,2\]\. Check/,
    );
    assert.equal(times('v2/models/m/infer'), 1);
  });

  it('gets fewer pictures at once where the server takes no more, and remembers that', async () => {
    const sizes: number[] = [];
    const answer = (asked: Asked): Reply => {
      const { inputs } = JSON.parse(asked.body.toString()) as { inputs: { shape: number[]; data: number[] }[] };
      const [n = 0] = inputs[0]?.shape ?? [];
      sizes.push(n);
      if (n > 4) return { status: 400, body: { error: `inference request batch-size must be <= 4 for 'm'` } };
      const data = inputs[0]?.data.map((value) => value * 2);
      return { body: { outputs: [{ name: 'y', shape: [n, 1, 2, 2], datatype: 'FP32', data }] } };
    };
    const network = await openRemote(await start({ 'v2/models/m/infer': answer }), 'm');
    const data = Float32Array.from({ length: 7 * 4 }, (_, n) => n);
    for (let times = 0; times < 2; times++) {
      const { y } = await network.run({ x: { type: 'float32', dims: [7, 1, 2, 2], data } }, ['y']);
      assert.deepEqual(y, { type: 'float32', dims: [7, 1, 2, 2], data: data.map((value) => value * 2) });
    }
    assert.deepEqual(sizes, [7, 4, 3, 4, 3]);
  });

  it('names a model that the server does not have', async () => {
    await failsWith(
      openRemote({ ...(await start()), models: { m: 'other/7' } }, 'm'),
      /the server has no model "other", version 7: .*no such path/,
      /"hemorica\.inference\.remote\.models"/,
    );
  });

  it('names a server of another kind, one that asks for a token, and one that points elsewhere', async () => {
    const cases: [Reply, RegExp][] = [
      [{ status: 404, body: '<h1>Not here</h1>' }, /no server of the Open Inference Protocol, version 2/],
      [{ status: 401, body: { detail: 'who are you?' } }, /refuses access \(HTTP 401: who are you\?\)\. Set its token/],
      [
        { status: 302, headers: { location: 'http://elsewhere/' } },
        /points to http:\/\/elsewhere\/, and Hemorica does not/,
      ],
      [{ status: 500, body: '<p>broken</p>' }, /answered with HTTP 500: broken\./],
      [
        { status: 500, body: 'Traceback (most recent call last):\n  File x\nValueError: bad' },
        /HTTP 500: ValueError: bad\./,
      ],
    ];
    for (const [reply, message] of cases) {
      await failsWith(openRemote(await start({ 'v2/health/live': reply }), 'm'), message);
      assert.equal(server.asked.length, 1);
      await server.close();
    }
  });

  it('names an answer that is not the protocol', async () => {
    await failsWith(
      openRemote(await start({ 'v2/models/m': { body: 'hello' } }), 'm'),
      /the server answered with what is not JSON/,
    );
    await server.close();
    const network = await openRemote(await start({ 'v2/models/m/infer': { body: { outputs: [] } } }), 'm');
    await failsWith(network.run({ x }, ['y']), /the server gave no output "y", but none\./);
  });

  it('is given up when it takes too long, once', async () => {
    const endpoint = { ...(await start({ 'v2/models/m/infer': { silent: true } })), timeoutSeconds: 30 };
    const network = await openRemote(endpoint, 'm');
    endpoint.timeoutSeconds = 0.2;
    await failsWith(network.run({ x }, ['y']), /gave no answer within 0\.2 seconds/, /remote\.timeout/);
    assert.equal(times('v2/models/m/infer'), 1);
  });

  it('is left at once when the user cancels, while it runs and between two tries', async () => {
    const endpoint = await start({ 'v2/models/m/infer': { silent: true } });
    const network = await openRemote(endpoint, 'm');
    const cancel = new AbortController();
    const running = network.run({ x }, ['y'], cancel.signal);
    setTimeout(() => cancel.abort(new Error('enough')), 50);
    await assert.rejects(running, /^Error: enough$/);
    server.routes['v2/models/m/infer'] = { status: 503, headers: { 'retry-after': '9' } };
    const second = new AbortController();
    const waiting = network.run({ x }, ['y'], second.signal);
    setTimeout(() => second.abort(new Error('enough')), 100);
    await assert.rejects(waiting, /^Error: enough$/);
    assert.equal(times('v2/models/m/infer'), 2);
  });
});
