import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import { takesExternalData } from '../../../../src/core/model/onnx-external';
import { readOnnxHeader } from '../../../../src/core/model/onnx-header';
import { ProtobufError } from '../../../../src/core/model/protobuf';
import { onnxModel, pointNetwork } from '../../../fixtures/onnx';

const network = pointNetwork({ input: [1, 16, 16], planes: 2 });
const good = onnxModel({ ...network, producer: ['maker', '1'], metadata: { author: 'Somebody' } });

/** A field of bytes with a number below 16 and fewer than 128 bytes, or with a longer length. */
function field(number: number, ...parts: Uint8Array[]): Buffer {
  const inner = Buffer.concat(parts);
  const length = inner.length < 128 ? [inner.length] : [(inner.length & 127) | 128, inner.length >> 7];
  const tag = number < 16 ? [number * 8 + 2] : [((number * 8 + 2) & 127) | 128, (number * 8 + 2) >> 7];
  return Buffer.concat([Buffer.from([...tag, ...length]), inner]);
}

describe('takesExternalData', () => {
  it('sees none in whole networks', () => {
    assert.equal(takesExternalData(good), false);
    for (const name of readdirSync(inRoot('models'))) {
      const bytes = readFileSync(inRoot('models', name, 'model.onnx'));
      assert.equal(takesExternalData(bytes), false, name);
      assert.equal(typeof readOnnxHeader(bytes).opset, 'number');
    }
  });

  it('finds it wherever a tensor may stand', () => {
    const elsewhere = [
      Buffer.from([14 * 8, 1]),
      field(13, field(1, Buffer.from('location')), field(2, Buffer.from('x'))),
    ];
    for (const tensor of elsewhere) {
      const places: readonly (readonly [string, Buffer])[] = [
        ['an initializer', field(7, field(5, tensor))],
        ['the values of a sparse one', field(7, field(15, field(1, tensor)))],
        ['an attribute', field(7, field(1, field(5, field(5, tensor))))],
        ['a list in an attribute', field(7, field(1, field(5, field(10, tensor))))],
        ['a graph in an attribute', field(7, field(1, field(5, field(6, field(5, tensor)))))],
        ['a function', field(25, field(7, field(5, field(5, tensor))))],
        ['training', field(20, field(1, field(5, tensor)))],
      ];
      for (const [place, bytes] of places) {
        assert.equal(takesExternalData(Buffer.concat([good, bytes])), true, place);
        assert.equal(takesExternalData(Buffer.concat([bytes, good])), true, place);
      }
    }
    let deep: Buffer = field(5, elsewhere[0] ?? Buffer.alloc(0));
    for (let n = 0; n < 40; n++) deep = field(1, field(5, field(6, deep)));
    assert.equal(takesExternalData(field(7, deep)), true);
  });

  it('refuses what another reader might read otherwise', () => {
    const group = Buffer.from([9 * 8 + 3, 9 * 8 + 4]);
    const longTag = Buffer.from([0xba, 0x80, 0x80, 0x80, 0x90, 0x01, 0]);
    for (const bytes of [group, longTag, Buffer.from([0, 0]), Buffer.from([10, 200, 1]), Buffer.from([8, 128])]) {
      assert.throws(() => takesExternalData(Buffer.concat([good, bytes])), ProtobufError);
    }
  });

  it('ends with an answer or an error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(good.length), (noise, at) => {
        const bytes = Buffer.concat([good.subarray(0, at), noise, good.subarray(at)]);
        readOnnxHeader(bytes);
        try {
          assert.equal(typeof takesExternalData(bytes), 'boolean');
        } catch (error) {
          assert.ok(error instanceof ProtobufError);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
