import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import { geometryFromSlices } from '../../../../src/core/geometry';
import { type ModelInput, parseManifest } from '../../../../src/core/model/manifest';
import { blocksOf } from '../../../../src/core/model/patch-grid';
import { PatchInputs } from '../../../../src/core/model/patch-inputs';
import { SliceInputs } from '../../../../src/core/model/preprocess';
import type { Vec3, Volume } from '../../../../src/core/volume';
import { loadScan } from '../../../../src/node/load-scan';
import { findScans } from '../../../../src/node/scan-files';
import { makeVolume } from '../../../fixtures/volumes';

type Samples = readonly (readonly [number, number])[];

/** What scripts/golden/model_features.py writes. */
interface Golden {
  readonly slices: readonly {
    readonly name: string;
    readonly input: object;
    readonly pictures: readonly {
      readonly frame: readonly number[] | null;
      readonly mean: number | null;
      readonly samples: Samples;
    }[];
  }[];
  readonly patches: readonly {
    readonly name: string;
    readonly input: object;
    readonly volumes: readonly {
      readonly volume: string;
      readonly grid: { readonly start: Vec3; readonly spacing: Vec3; readonly size: Vec3 };
      readonly blocks: readonly Vec3[];
      readonly values: readonly { readonly block: number; readonly mean: number; readonly samples: Samples }[];
    }[];
  }[];
  readonly drawn: readonly {
    readonly name: string;
    readonly axes: readonly [Vec3, Vec3];
    readonly spacing: readonly [number, number];
    readonly size: readonly [number, number];
    readonly positions: readonly Vec3[];
  }[];
}

const golden = JSON.parse(readFileSync(inRoot('test/golden/model-features.json'), 'utf8')) as Golden;
const base = JSON.parse(readFileSync(inRoot('test/fixtures/manifests/slices.json'), 'utf8')) as object;
const data = process.env.HEMORICA_DATA ?? inRoot('../shared/data');
const hasData = existsSync(path.join(data, 'head-ct-ge'));

function inputOf(input: object): ModelInput {
  return parseManifest(JSON.stringify({ ...base, input }), 'model.json').input;
}

function close(values: Float32Array, samples: Samples, mean: number): void {
  for (const [at, value] of samples) {
    assert.ok(Math.abs((values[at] ?? Number.NaN) - value) < 1e-4, `value ${at} is ${values[at]}, expected ${value}`);
  }
  const own = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(own - mean) < 1e-5, `mean ${own}, expected ${mean}`);
}

/** The volumes of `drawn_volume`. */
function drawn(name: string): Volume {
  const found = golden.drawn.find((one) => one.name === name);
  assert.ok(found);
  const { axes, spacing, size, positions } = found;
  const voxels = new Int16Array(size[0] * size[1] * positions.length);
  let at = 0;
  for (let k = 0; k < positions.length; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++) {
        voxels[at++] = ((i * 7919 + j * 104729 + k * 1299709 + i * j * 31 + j * k * 17) % 1501) - 700;
      }
    }
  }
  return makeVolume(geometryFromSlices(axes, spacing, size, positions), voxels);
}

let real: Promise<Volume> | undefined;

/** The real, tilted head; read once. */
function realHead(): Promise<Volume> {
  real ??= (async () => {
    const [scan] = (await findScans(path.join(data, 'head-ct-ge'))).scans;
    assert.ok(scan);
    return loadScan(scan, { bundle: inRoot('out') });
  })();
  return real;
}

describe('input of networks, beside an independent implementation of the manifest', () => {
  for (const { name, input, pictures } of golden.slices) {
    if (!hasData) continue;
    it(`slices of a real head: ${name}`, async function () {
      this.timeout(60_000);
      const read = inputOf(input);
      assert.ok(read.layout === 'NCHW');
      const inputs = new SliceInputs(await realHead(), read);
      assert.equal(inputs.view.depth, pictures.length);
      const values = new Float32Array(inputs.length);
      pictures.forEach((expected, n) => {
        const frame = inputs.frame(n);
        assert.equal(frame === undefined, expected.frame === null);
        if (!frame) return;
        [frame.x, frame.y, frame.width, frame.height].forEach((value, at) => {
          assert.ok(Math.abs(value - (expected.frame?.[at] ?? 0)) < 1e-6);
        });
        inputs.fill(n, frame, values);
        close(values, expected.samples, expected.mean ?? Number.NaN);
      });
    });
  }

  for (const { name, input, volumes } of golden.patches) {
    for (const expected of volumes) {
      if (expected.volume === 'real' && !hasData) continue;
      it(`patches of a volume (${expected.volume}): ${name}`, async function () {
        this.timeout(60_000);
        const volume = expected.volume === 'real' ? await realHead() : drawn(expected.volume);
        const read = inputOf(input);
        assert.ok(read.layout === 'NCDHW');
        const inputs = new PatchInputs(volume, read);
        assert.ok(inputs.grid);
        const { start, spacing, size } = inputs.grid;
        assert.deepEqual([size, spacing], [expected.grid.size, expected.grid.spacing]);
        // mm; the file's directions have seven digits.
        start.forEach((value, axis) => {
          assert.ok(
            Math.abs(value - (expected.grid.start[axis] ?? 0)) < 1e-4,
            `${start}, expected ${expected.grid.start}`,
          );
        });
        const blocks = blocksOf(inputs.grid);
        assert.deepEqual(blocks, expected.blocks);
        const values = new Float32Array(inputs.length);
        blocks.forEach((block, n) => {
          inputs.fill(block, values);
          for (const { block: one, samples, mean } of expected.values) if (one === n) close(values, samples, mean);
        });
      });
    }
  }
});
