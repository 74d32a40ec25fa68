import assert from 'node:assert/strict';
import { frameOf, type HeadFraming } from '../../../../src/core/model/frame';

const framing: HeadFraming = { kind: 'head', above: 20, minimumArea: 50, margin: 0.1 };

/** A picture of air with boxes [x0, y0, x1, y1) of 40 HU. */
function boxes(
  width: number,
  height: number,
  ...list: readonly (readonly [number, number, number, number])[]
): Float32Array {
  return Float32Array.from({ length: width * height }, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return list.some(([x0, y0, x1, y1]) => x >= x0 && x < x1 && y >= y0 && y < y1) ? 40 : -1000;
  });
}

describe('frameOf', () => {
  it('is a square with a margin around the largest part', () => {
    const picture = boxes(60, 50, [10, 5, 30, 45], [40, 10, 50, 30]);
    assert.deepEqual(frameOf(picture, 60, 50, [1, 1], framing), { x: -4, y: 1, width: 48, height: 48 });
  });

  it('is a square in mm where pixels are not', () => {
    const frame = frameOf(boxes(60, 50, [10, 5, 30, 45]), 60, 50, [2, 0.5], framing);
    // 40 mm wide, 20 mm high: the side is 48 mm.
    assert.deepEqual(frame, { x: 8, y: 25 - 48, width: 24, height: 96 });
  });

  it('joins parts that touch at a corner', () => {
    const frame = frameOf(boxes(60, 50, [10, 10, 20, 20], [20, 20, 30, 30]), 60, 50, [1, 1], framing);
    assert.deepEqual(frame, { x: 8, y: 8, width: 24, height: 24 });
  });

  it('finds no head in air, in little, and in what is exactly at the limit', () => {
    assert.equal(frameOf(boxes(60, 50), 60, 50, [1, 1], framing), undefined);
    assert.equal(frameOf(boxes(60, 50, [1, 1, 8, 8]), 60, 50, [1, 1], framing), undefined);
    assert.equal(frameOf(new Float32Array(3000).fill(20), 60, 50, [1, 1], framing), undefined);
  });

  it('takes the whole picture when asked to, as a square', () => {
    assert.deepEqual(frameOf(boxes(60, 50), 60, 50, [1, 1], { kind: 'whole' }), { x: 0, y: -5, width: 60, height: 60 });
  });
});
