import assert from 'node:assert/strict';
import fc from 'fast-check';
import { storedView } from '../../../../src/core/model/axial';
import { CandidateBuilder, type Candidates, quantize } from '../../../../src/core/model/candidates';
import type { Frame } from '../../../../src/core/model/frame';
import type { ModelInput } from '../../../../src/core/model/manifest';
import { AXIAL_RADIOLOGICAL } from '../../../../src/core/model/orientation';
import { fillInput } from '../../../../src/core/model/preprocess';
import { type OutputMap, probabilityMaps } from '../../../../src/core/model/probabilities';
import { addCandidates } from '../../../../src/core/model/sample-maps';

const OUTPUTS = {
  kind: 'typed',
  blood: { name: 'b', activation: 'none' },
  subtype: { name: 's', activation: 'none', labels: ['SDH', 'IPH', 'IVH'] },
} as const;

function candidatesOf(blood: OutputMap, subtype: OutputMap, frame: Frame, width: number, height: number): Candidates {
  const view = storedView({ size: [width, height, 1], spacing: [1, 1, 1] });
  const builder = new CandidateBuilder([width, height, 1]);
  const maps = probabilityMaps(OUTPUTS, [blood, subtype]);
  if (maps) addCandidates(builder, [width, height, 1], view, 0, frame, maps);
  return builder.finish();
}

/** Bilinear value at a place of a map, in points; from the definition, edges repeated. */
function valueAt({ values, width, height }: OutputMap, plane: number, x: number, y: number): number {
  const at = (column: number, row: number): number => {
    const [c, r] = [Math.min(width - 1, Math.max(0, column)), Math.min(height - 1, Math.max(0, row))];
    return values[(plane * height + r) * width + c] ?? 0;
  };
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [tx, ty] = [x - x0, y - y0];
  const top = at(x0, y0) * (1 - tx) + at(x0 + 1, y0) * tx;
  return top * (1 - ty) + (at(x0, y0 + 1) * (1 - tx) + at(x0 + 1, y0 + 1) * tx) * ty;
}

describe('addCandidates', () => {
  it('holds at each voxel what interpolation at its centre gives', () => {
    const map = (planes: number, size: readonly [number, number]): fc.Arbitrary<OutputMap> =>
      fc
        .array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: planes * size[0] * size[1],
          maxLength: planes * size[0] * size[1],
        })
        .map((values) => ({ values: Float32Array.from(values), width: size[0], height: size[1] }));
    const side = fc.double({ min: 3, max: 30, noNaN: true });
    const corner = fc.double({ min: -6, max: 10, noNaN: true });
    const property = fc.property(map(1, [6, 5]), map(3, [3, 4]), corner, corner, side, side, (blood, subtype, ...f) => {
      const frame: Frame = { x: f[0], y: f[1], width: f[2], height: f[3] };
      const [width, height] = [17, 14];
      const { slices } = candidatesOf({ ...blood, values: blood.values.slice() }, subtype, frame, width, height);
      const found = new Map<number, readonly [number, number]>();
      for (const { runs, probability, subtype: labels } of slices) {
        let n = 0;
        for (let r = 0; r < runs.length; r += 2) {
          for (let at = runs[r] ?? 0; at < (runs[r] ?? 0) + (runs[r + 1] ?? 0); at++, n++) {
            found.set(at, [probability[n] ?? 0, labels[n] ?? 0]);
          }
        }
      }
      for (let place = 0; place < width * height; place++) {
        const u = (((place % width) + 0.5 - frame.x) / frame.width) as number;
        const v = (Math.floor(place / width) + 0.5 - frame.y) / frame.height;
        const inside = u >= 0 && u <= 1 && v >= 0 && v <= 1;
        const p = inside ? valueAt(blood, 0, u * blood.width - 0.5, v * blood.height - 0.5) : 0;
        const own = found.get(place);
        // At the edge between two steps rounding decides.
        const steps = p * 255;
        if (Math.abs(steps - Math.floor(steps) - 0.5) < 1e-6) continue;
        assert.equal(own?.[0] ?? 0, quantize(p) >= 13 ? quantize(p) : 0, `voxel ${place}: ${p}`);
        if (!own) continue;
        const each = [0, 1, 2].map((n) => valueAt(subtype, n, u * subtype.width - 0.5, v * subtype.height - 0.5));
        const chosen = each[[2, 4, 5].indexOf(own[1])] ?? -1;
        assert.ok(chosen >= Math.max(...each) - 1e-9);
      }
    });
    fc.assert(property, { seed: 5, numRuns: 150 });
  });

  it('brings a mask back to the pixels that it was framed from', () => {
    // A disc drawn on a large picture goes in as an input and comes back as "probabilities".
    const [width, height] = [150, 110];
    const inDisc = (x: number, y: number): boolean => (x - 60) ** 2 + (y - 50) ** 2 < 30 ** 2;
    const disc = Float32Array.from({ length: width * height }, (_, n) =>
      inDisc(n % width, Math.floor(n / width)) ? 80 : 0,
    );
    const frame: Frame = { x: -10, y: 3.5, width: 130, height: 130 };
    const values = new Float32Array(224 * 224);
    const input: ModelInput = {
      name: 'ct',
      layout: 'NCHW',
      width: 224,
      height: 224,
      channels: [{ slice: 0, window: { center: 40, width: 80 }, mean: 0, deviation: 1 }],
      framing: { kind: 'whole' },
      orientation: AXIAL_RADIOLOGICAL,
      resampling: 'linear-antialiased',
      windowing: 'before-resampling',
      outside: -1000,
    };
    fillInput(input, () => disc, width, height, frame, values);
    const subtype = { values: new Float32Array(3 * 4).fill(0.5), width: 2, height: 2 };
    const { slices } = candidatesOf({ values, width: 224, height: 224 }, subtype, frame, width, height);
    const blood = new Set<number>();
    const [slice] = slices;
    let n = 0;
    for (let r = 0; slice && r < slice.runs.length; r += 2) {
      for (let at = slice.runs[r] ?? 0; at < (slice.runs[r] ?? 0) + (slice.runs[r + 1] ?? 0); at++, n++) {
        if ((slice.probability[n] ?? 0) >= quantize(0.5)) blood.add(at);
      }
    }
    for (let at = 0; at < width * height; at++) {
      assert.equal(blood.has(at), inDisc(at % width, Math.floor(at / width)), `pixel ${at}`);
    }
  });
});
