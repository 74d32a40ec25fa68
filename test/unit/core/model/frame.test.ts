import assert from 'node:assert/strict';
import fc from 'fast-check';
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

  it('finds the part that a flood fill finds', () => {
    const none: HeadFraming = { kind: 'head', above: 0, minimumArea: 0, margin: 0 };
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 90, maxLength: 90 }), (pixels) => {
        const picture = Float32Array.from(pixels, (blood) => (blood ? 1 : -1));
        const part = largestByFlooding(pixels, 10);
        const frame = frameOf(picture, 10, 9, [1, 1], none);
        if (!part) {
          assert.equal(frame, undefined);
          return;
        }
        const side = Math.max(part.x1 - part.x0, part.y1 - part.y0);
        assert.deepEqual(frame, {
          x: (part.x0 + part.x1 - side) / 2,
          y: (part.y0 + part.y1 - side) / 2,
          width: side,
          height: side,
        });
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});

/** Box of the largest 8-connected part, the first of equal ones, pixel by pixel. */
function largestByFlooding(
  pixels: readonly boolean[],
  width: number,
): { x0: number; y0: number; x1: number; y1: number } | undefined {
  const seen = pixels.map(() => false);
  let best: number[] = [];
  pixels.forEach((_, start) => {
    const part: number[] = [];
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen[at] || !pixels[at]) continue;
      seen[at] = true;
      part.push(at);
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) {
          const x = (at % width) + dx;
          if (x >= 0 && x < width) open.push(at + dy * width + dx);
        }
      }
    }
    if (part.length > best.length) best = part;
  });
  if (best.length === 0) return undefined;
  const xs = best.map((at) => at % width);
  const ys = best.map((at) => Math.floor(at / width));
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs) + 1, y1: Math.max(...ys) + 1 };
}
