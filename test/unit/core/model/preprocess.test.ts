import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import { axialSlice, axialView } from '../../../../src/core/model/axial';
import { frameOf } from '../../../../src/core/model/frame';
import { inputLength, type ModelInput, parseManifest } from '../../../../src/core/model/manifest';
import { fillInput } from '../../../../src/core/model/preprocess';
import { loadScan } from '../../../../src/node/load-scan';
import { findScans } from '../../../../src/node/scan-files';

interface GoldenInput {
  readonly name: string;
  readonly frame: readonly [number, number, number, number] | null;
  readonly mean: number;
  readonly samples: readonly (readonly [number, number])[];
}

interface DrawnInput extends GoldenInput {
  readonly columns: number;
  readonly rows: number;
  readonly spacing: readonly [number, number];
  readonly centre: readonly [number, number];
  readonly radii: readonly [number, number];
}

const golden = JSON.parse(readFileSync(inRoot('test/golden/model-input.json'), 'utf8')) as {
  drawn: DrawnInput[];
  real: GoldenInput[];
};
const manifestFile = inRoot('test/fixtures/manifests/slices.json');
const { input } = parseManifest(readFileSync(manifestFile, 'utf8'), manifestFile);
const data = process.env.HEMORICA_DATA ?? inRoot('../shared/data');

/** The pictures of scripts/golden/model_input.py. */
function drawn({ columns, rows, centre, radii }: DrawnInput): Float32Array {
  return Float32Array.from({ length: columns * rows }, (_, pixel) => {
    const x = pixel % columns;
    const y = (pixel - x) / columns;
    const distance = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2;
    if (distance > 1.1 && y >= rows - 6 && y < rows - 2) return 70;
    if (distance > 1) return -1000;
    return distance <= 0.85 ? ((x * 7919 + y * 104729 + x * y * 31) % 101) - 10 : 900;
  });
}

function check(
  picture: Float32Array,
  width: number,
  height: number,
  spacing: readonly [number, number],
  expected: GoldenInput,
  model: ModelInput = input,
): void {
  const frame = frameOf(picture, width, height, spacing, model.framing);
  if (expected.frame === null) {
    assert.equal(frame, undefined);
    return;
  }
  assert.ok(frame);
  [frame.x, frame.y, frame.width, frame.height].forEach((value, n) => {
    assert.ok(
      Math.abs(value - (expected.frame?.[n] ?? 0)) < 1e-6,
      `frame ${JSON.stringify(frame)}, expected ${expected.frame}`,
    );
  });
  const values = new Float32Array(inputLength(model));
  fillInput(model, () => picture, width, height, frame, values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean - expected.mean) < 1e-6, `mean ${mean}, expected ${expected.mean}`);
  for (const [at, value] of expected.samples) {
    assert.ok(Math.abs((values[at] ?? Number.NaN) - value) < 1e-4, `value ${at} is ${values[at]}, expected ${value}`);
  }
}

describe('input of the networks', () => {
  for (const expected of golden.drawn) {
    it(`equals that of an independent implementation: ${expected.name}`, () => {
      check(drawn(expected), expected.columns, expected.rows, expected.spacing, expected);
    });
  }

  if (existsSync(path.join(data, 'head-ct-ge'))) {
    it('equals that of an independent implementation: every slice of a real head', async function () {
      this.timeout(60_000);
      const { scans } = await findScans(path.join(data, 'head-ct-ge'));
      const [scan] = scans;
      assert.ok(scan);
      const volume = await loadScan(scan, { bundle: inRoot('out') });
      const view = axialView(volume);
      assert.equal(view.depth, golden.real.length);
      for (let n = 0; n < view.depth; n++) {
        const expected = golden.real.find(({ name }) => name === volume.slices[n]?.source);
        assert.ok(expected);
        check(axialSlice(volume, view, n), view.width, view.height, view.spacing, expected);
      }
    });
  }

  it('windows each channel and shows it the picture at its offset', () => {
    const flat = (value: number): Float32Array => new Float32Array(64 * 64).fill(value);
    const model: ModelInput = {
      ...input,
      width: 16,
      height: 16,
      channels: [
        { slice: -1, window: { center: 40, width: 80 }, mean: 0, deviation: 1 },
        { slice: 1, window: { center: 500, width: 2000 }, mean: 0.5, deviation: 0.25 },
      ],
    };
    const values = new Float32Array(inputLength(model));
    fillInput(model, (offset) => flat(offset === -1 ? 20 : 600), 64, 64, { x: 8, y: 8, width: 48, height: 48 }, values);
    assert.deepEqual([...new Set(values.subarray(0, 256))], [0.25]);
    const second = (600 - -500) / 2000;
    for (const value of values.subarray(256)) assert.ok(Math.abs(value - (second - 0.5) / 0.25) < 1e-6);
  });
});
