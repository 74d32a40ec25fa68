import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeAnswer, encodeRequest, JSON_LENGTH, ProtocolError } from '../../../../src/inference/remote/tensors';
import type { TensorValue } from '../../../../src/inference/session/network';

const x: TensorValue = { type: 'float32', dims: [1, 2, 2], data: Float32Array.of(0, -1.5, 0.1, 2 ** -20) };
const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const numbers = fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 50 });

/** What a server answers that gives its input back as the output "y". */
function echo(data: Float32Array, binary: boolean): Record<string, TensorValue> {
  const { headers, body } = encodeRequest({ y: { type: 'float32', dims: [data.length], data } }, ['y'], binary);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const length = headers[JSON_LENGTH];
  const json = bytes.subarray(0, length === undefined ? bytes.length : Number(length));
  const { inputs } = JSON.parse(new TextDecoder().decode(json)) as { inputs: unknown };
  const answer = utf8({ outputs: inputs });
  const all = Buffer.concat([answer, bytes.subarray(json.length)]);
  return decodeAnswer(all, length === undefined ? null : String(answer.length), ['y']);
}

describe('tensors of the Open Inference Protocol', () => {
  it('are numbers in JSON', () => {
    const { headers, body } = encodeRequest({ x }, ['y', 'z'], false);
    assert.deepEqual(headers, { 'content-type': 'application/json' });
    assert.deepEqual(JSON.parse(String(body)), {
      inputs: [{ name: 'x', shape: [1, 2, 2], datatype: 'FP32', data: [0, -1.5, 0.100000001, 9.53674316e-7] }],
      outputs: [{ name: 'y' }, { name: 'z' }],
    });
  });

  it('are little-endian bytes after the JSON where the server has the extension', () => {
    const { headers, body } = encodeRequest({ x }, ['y'], true);
    assert.ok(body instanceof Uint8Array);
    const length = Number(headers[JSON_LENGTH]);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(body.subarray(0, length))), {
      inputs: [{ name: 'x', shape: [1, 2, 2], datatype: 'FP32', parameters: { binary_data_size: 16 } }],
      outputs: [{ name: 'y', parameters: { binary_data: true } }],
    });
    assert.equal(headers['content-type'], 'application/octet-stream');
    assert.equal(body.length, length + 16);
    assert.equal(Buffer.from(body).readFloatLE(length + 4), -1.5);
  });

  it('come back bit for bit, either way', () => {
    for (const binary of [false, true]) {
      const property = fc.property(numbers, (data) => {
        const { y } = echo(data, binary);
        // JSON has no negative zero that servers keep.
        assert.deepEqual(
          Array.from(y?.data ?? [], (one) => one + 0),
          Array.from(data, (one) => one + 0),
        );
      });
      fc.assert(property, { seed: 5, numRuns: 200 });
    }
  });

  it('may be nested as their shape, and be more than was asked for', () => {
    const outputs = [
      { name: 'other', shape: [1], datatype: 'INT64', data: [1] },
      { name: 'y', shape: [2, 1, 2], datatype: 'FP32', data: [[[1, 2]], [[3, 4]]] },
    ];
    assert.throws(() => decodeAnswer(utf8({ outputs }), null, ['y']), /gave the output "other" as INT64/);
    const { y } = decodeAnswer(utf8({ outputs: outputs.slice(1) }), null, ['y']);
    assert.deepEqual(y, { type: 'float32', dims: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) });
  });

  it('name what is wrong with an answer', () => {
    const y = { name: 'y', shape: [2], datatype: 'FP32', data: [1, 2] };
    const cases: [Uint8Array, string | null, RegExp][] = [
      [new TextEncoder().encode('<html>'), null, /^answered with what is not JSON/],
      [utf8(3), null, /JSON that is no object/],
      [utf8({}), null, /without "outputs"/],
      [utf8({ outputs: [] }), null, /gave no output "y", but none\./],
      [utf8({ outputs: [{ ...y, name: 'z' }] }), null, /gave no output "y", but "z"\./],
      [utf8({ outputs: [{ ...y, shape: [3] }] }), null, /gave 2 numbers for "y", whose shape has 3/],
      [utf8({ outputs: [{ ...y, shape: [-1] }] }), null, /no name, shape or datatype/],
      [utf8({ outputs: [{ ...y, data: [1, 'a'] }] }), null, /something else than numbers for "y"/],
      [utf8({ outputs: [{ ...y, shape: [2 ** 20, 2 ** 20] }] }), null, /of the shape \[1048576, 1048576\]/],
      [utf8({ outputs: [{ ...y, datatype: 'FP16' }] }), null, /"y" as FP16, not FP32/],
      [utf8({ outputs: [y] }), '999', /says that 999 of the/],
      [utf8({ outputs: [{ ...y, data: undefined, parameters: { binary_data_size: 8 } }] }), null, /within "y"/],
      [utf8({ outputs: [{ ...y, parameters: { binary_data_size: 'x' } }] }), null, /no size for the bytes of "y"/],
    ];
    for (const [body, length, message] of cases) {
      assert.throws(
        () => decodeAnswer(body, length, ['y']),
        (error) => error instanceof ProtocolError && message.test(error.message),
        String(message),
      );
    }
  });
});
