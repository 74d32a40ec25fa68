import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Frame } from '../../../../src/core/model/frame';
import { activate, LesionBuilder, type PictureMaps } from '../../../../src/core/model/postprocess';
import { fillInput } from '../../../../src/core/model/preprocess';

const SUBTYPES = ['SDH', 'IPH'] as const;
const whole = (size: number): Frame => ({ x: 0, y: 0, width: size, height: size });

/** Maps of size * size pixels: blood where `isBlood`, of the second subtype with probability `second`. */
function maps(
  size: number,
  isBlood: (x: number, y: number) => boolean,
  second: (x: number, y: number) => number,
): PictureMaps {
  const each = (value: (x: number, y: number) => number): number[] =>
    Array.from({ length: size * size }, (_, n) => value(n % size, Math.floor(n / size)));
  return {
    blood: { values: Float32Array.from(each((x, y) => (isBlood(x, y) ? 1 : 0))), width: size, height: size },
    subtype: {
      values: Float32Array.from([...each((x, y) => 1 - second(x, y)), ...each(second)]),
      width: size,
      height: size,
    },
  };
}

function build(pictures: readonly PictureMaps[], size: number, minimum = 0): (readonly number[] | undefined)[] {
  const builder = new LesionBuilder(size, size, SUBTYPES, 0.5);
  for (const picture of pictures) builder.add(picture, whole(size), () => 1);
  const maskOf = builder.finish(minimum);
  return pictures.map((_, n) => {
    const mask = maskOf(n);
    return mask && [...mask];
  });
}

describe('LesionBuilder', () => {
  it('keeps the pixels and gives each lesion the subtype with the largest sum over all its slices', () => {
    // One column over three slices: SDH is likelier in two slices, IPH is surer in one.
    const at = (x: number, y: number): boolean => x === 1 && y === 1;
    const sure = [0.4, 0.4, 0.9].map((second) => maps(4, at, () => second));
    const alone = maps(
      4,
      (x, y) => x === 3 && y === 3,
      () => 0.1,
    );
    const [first, second, third, fourth] = build([...sure, alone], 4);
    for (const mask of [first, second, third]) assert.equal(mask?.[5], 4);
    assert.equal(fourth?.[15], 2);
    assert.equal(fourth?.filter((label) => label !== 0).length, 1);
  });

  it('joins what touches at a corner, in a slice and between slices, and nothing else', () => {
    const blobs = (points: readonly (readonly [number, number])[], second: (x: number) => number): PictureMaps =>
      maps(
        8,
        (x, y) => points.some(([px, py]) => px === x && py === y),
        (x) => second(x),
      );
    const picture = blobs(
      [
        [1, 1],
        [2, 2],
        [5, 5],
      ],
      (x) => (x === 1 ? 1 : x === 2 ? 0.2 : 0),
    );
    const above = blobs(
      [
        [3, 3],
        [6, 1],
      ],
      (x) => (x === 3 ? 0.9 : 0),
    );
    const [lower, upper] = build([picture, above], 8);
    assert.deepEqual([lower?.[9], lower?.[18], lower?.[45], upper?.[27], upper?.[14]], [4, 4, 2, 4, 2]);
  });

  it('does not join across a slice without blood', () => {
    const at = (x: number, y: number): boolean => x === 1 && y === 1;
    const empty = maps(
      4,
      () => false,
      () => 0,
    );
    const [first, none, third] = build([maps(4, at, () => 0.9), empty, maps(4, at, () => 0.2)], 4);
    assert.deepEqual([first?.[5], none, third?.[5]], [4, undefined, 2]);
  });

  it('drops lesions below the smallest volume, counted over slices', () => {
    const one = maps(
      4,
      (x, y) => x === 1 && y === 1,
      () => 0,
    );
    const other = maps(
      4,
      (x, y) => (x === 1 && y === 1) || (x === 3 && y === 3),
      () => 0,
    );
    const [first, second] = build([one, other], 4, 2);
    assert.equal(first?.[5], 2);
    assert.deepEqual([second?.[5], second?.[15]], [2, 0]);
  });

  it('weighs pixels by their volume', () => {
    const builder = new LesionBuilder(4, 4, SUBTYPES, 0.5);
    const at = (x: number, y: number): boolean => x === 1 && y === 1;
    builder.add(
      maps(4, at, () => 0.9),
      whole(4),
      () => 1,
    );
    builder.add(
      maps(4, at, () => 0.3),
      whole(4),
      () => 7,
    );
    assert.equal(builder.finish(0)(0)?.[5], 2);
  });

  it('labels connected parts as a flood fill does', () => {
    const picture = fc.array(fc.boolean(), { minLength: 36, maxLength: 36 });
    fc.assert(
      fc.property(fc.array(picture, { minLength: 1, maxLength: 3 }), (volume) => {
        const sizes = partSizes(volume);
        // Each part's volume decides whether it stays: parts of three voxels or fewer go.
        const masks = build(
          volume.map((pixels) =>
            maps(
              6,
              (x, y) => pixels[y * 6 + x] ?? false,
              () => 0,
            ),
          ),
          6,
          3.5,
        );
        volume.forEach((pixels, n) => {
          pixels.forEach((blood, at) => {
            const kept = blood && (sizes[n]?.[at] ?? 0) > 3.5;
            assert.equal(masks[n]?.[at] ?? 0, kept ? 2 : 0);
          });
        });
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('brings a mask back to the pixels that it was framed from', () => {
    // A disc drawn on a large picture goes in as an input and comes back as "probabilities".
    const [width, height] = [150, 110];
    const disc = Float32Array.from({ length: width * height }, (_, n) =>
      inDisc(n % width, Math.floor(n / width)) ? 80 : 0,
    );
    const frame: Frame = { x: -10, y: 3.5, width: 130, height: 130 };
    const values = new Float32Array(224 * 224);
    const input = {
      name: 'ct',
      width: 224,
      height: 224,
      channels: [{ slice: 0, window: { center: 40, width: 80 }, mean: 0, deviation: 1 }],
      framing: { kind: 'whole' as const },
    };
    fillInput(input, () => disc, width, height, frame, values);
    const subtype = { values: new Float32Array(2 * 4).fill(0.5), width: 2, height: 2 };
    const builder = new LesionBuilder(width, height, SUBTYPES, 0.5);
    builder.add({ blood: { values, width: 224, height: 224 }, subtype }, frame, () => 1);
    const mask = builder.finish(0)(0);
    assert.ok(mask);
    let wrong = 0;
    for (let n = 0; n < mask.length; n++) {
      if ((mask[n] !== 0) !== inDisc(n % width, Math.floor(n / width))) wrong++;
    }
    assert.equal(wrong, 0);
  });
});

const inDisc = (x: number, y: number): boolean => (x - 60) ** 2 + (y - 50) ** 2 < 30 ** 2;

/** Size of the 26-connected part that each pixel of 6 x 6 pictures belongs to. */
function partSizes(volume: readonly (readonly boolean[])[]): number[][] {
  const sizes = volume.map((pixels) => pixels.map(() => 0));
  const seen = new Set<string>();
  for (let n = 0; n < volume.length; n++) {
    for (let at = 0; at < 36; at++) {
      const part: [number, number][] = [];
      const open: [number, number][] = [[n, at]];
      for (let next = open.pop(); next; next = open.pop()) {
        const [z, pixel] = next;
        const key = `${z} ${pixel}`;
        if (seen.has(key) || !volume[z]?.[pixel]) continue;
        seen.add(key);
        part.push(next);
        const [x, y] = [pixel % 6, Math.floor(pixel / 6)];
        for (const dz of [-1, 0, 1]) {
          for (const dy of [-1, 0, 1]) {
            for (const dx of [-1, 0, 1]) {
              if (x + dx >= 0 && x + dx < 6 && y + dy >= 0 && y + dy < 6) open.push([z + dz, (y + dy) * 6 + x + dx]);
            }
          }
        }
      }
      for (const [z, pixel] of part) (sizes[z] ?? [])[pixel] = part.length;
    }
  }
  return sizes;
}

describe('activate', () => {
  it('brings logits to probabilities', () => {
    const logits: PictureMaps = {
      blood: { values: Float32Array.of(0, 2, -2, 100), width: 2, height: 2 },
      subtype: { values: Float32Array.of(1, 1, 1, 1, 1, 3, -1000, 1001), width: 2, height: 2 },
    };
    activate(logits, {
      blood: { name: 'b', activation: 'sigmoid' },
      subtype: { name: 's', activation: 'softmax', labels: SUBTYPES },
    });
    const close = (values: Float32Array, expected: readonly number[]): void =>
      expected.forEach((value, n) => {
        assert.ok(Math.abs((values[n] ?? Number.NaN) - value) < 1e-6, `${values}`);
      });
    close(logits.blood.values, [0.5, 0.8807970779, 0.1192029221, 1]);
    close(logits.subtype.values, [0.5, 0.1192029221, 1, 0, 0.5, 0.8807970779, 0, 1]);
  });

  it('leaves probabilities as they are', () => {
    const given = maps(
      3,
      (x) => x === 1,
      () => 0.25,
    );
    const before = [...given.blood.values, ...given.subtype.values];
    activate(given, {
      blood: { name: 'b', activation: 'none' },
      subtype: { name: 's', activation: 'none', labels: SUBTYPES },
    });
    assert.deepEqual([...given.blood.values, ...given.subtype.values], before);
  });
});
