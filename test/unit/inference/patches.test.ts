import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { geometryFromSlices, indexToWorld } from '../../../src/core/geometry';
import { type Candidates, quantize } from '../../../src/core/model/candidates';
import { parseManifest, type SegmentationManifest } from '../../../src/core/model/manifest';
import { blockStarts } from '../../../src/core/model/patch-grid';
import type { Vec3, Volume } from '../../../src/core/volume';
import type { LoadedModel } from '../../../src/inference/model';
import { segment } from '../../../src/inference/segment';
import type { TensorValue } from '../../../src/inference/session/network';
import { allStorages, makeVolume, randomNumbers, store } from '../../fixtures/volumes';

const base = JSON.parse(readFileSync(inRoot('test/fixtures/manifests/slices.json'), 'utf8'));

function manifestOf(input: object, outputs: object = { blood: { name: 'b', activation: 'none', subtype: 'IPH' } }) {
  const patches = {
    name: 'x',
    layout: 'NCDHW',
    orientation: 'axial-radiological',
    depth: 8,
    height: 12,
    width: 10,
    spacing: [4, 3, 3],
    overlap: 0.4,
    blending: 'gaussian',
    channels: [{ window: { center: 0, width: 1000 } }],
    framing: { kind: 'whole' },
    resampling: 'linear',
    ...input,
  };
  const postprocessing = { minimumVolume: 0 };
  const text = JSON.stringify({ ...base, input: patches, outputs, postprocessing });
  const manifest = parseManifest(text, 'model.json');
  assert.ok(manifest.task === 'segmentation' && manifest.input.layout === 'NCDHW');
  return { manifest, input: manifest.input };
}

/** A model whose network is a function of its input's values. */
function modelOf(
  manifest: SegmentationManifest,
  work: (data: Float32Array, dims: readonly number[]) => TensorValue,
): LoadedModel & { readonly runs: () => number } {
  let runs = 0;
  const network = {
    inputs: [],
    outputs: [],
    provider: 'test',
    attempts: [],
    run: async (input: Readonly<Record<string, TensorValue>>) => {
      runs++;
      const tensor = input.x;
      assert.ok(tensor);
      return { b: work(tensor.data, tensor.dims) };
    },
    release: async () => {},
  };
  return { manifest, network, runs: () => runs };
}

/** The middle of a block: what a network without padding gives. */
function middle(data: Float32Array, dims: readonly number[], context: Vec3): TensorValue {
  const [, , depth = 0, height = 0, width = 0] = dims;
  const size = [depth - 2 * context[0], height - 2 * context[1], width - 2 * context[2]] as const;
  const out = new Float32Array(size[0] * size[1] * size[2]);
  let at = 0;
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[2]; x++) {
        out[at++] = data[((z + context[0]) * height + y + context[1]) * width + x + context[2]] ?? Number.NaN;
      }
    }
  }
  return { type: 'float32', dims: [1, 1, ...size], data: out };
}

/** Quantized probability of each candidate voxel, by its index in the volume. */
function probabilities({ size, slices }: Candidates): Map<number, number> {
  const found = new Map<number, number>();
  for (const { slice, runs, probability } of slices) {
    let n = 0;
    for (let r = 0; r < runs.length; r += 2) {
      for (let place = runs[r] ?? 0; place < (runs[r] ?? 0) + (runs[r + 1] ?? 0); place++) {
        found.set(slice * size[0] * size[1] + place, probability[n++] ?? 0);
      }
    }
  }
  return found;
}

/** A different slope along each axis: no flip and no exchange of axes leaves it as it is. */
const slanted = ([x, y, z]: Vec3): number => 100 + 2.1 * x - 3.7 * y + 4.9 * z;

/** Holds the candidates of a volume of `slanted` HU against them; voxels near its faces mix with the outside. */
function checkSlanted(volume: Volume, candidates: Candidates, faces: number): void {
  const [width, height, depth] = volume.size;
  const found = probabilities(candidates);
  let checked = 0;
  for (let k = 1; k < depth - 1; k++) {
    for (let j = faces; j < height - faces; j++) {
      for (let i = faces; i < width - faces; i++) {
        const p = (slanted(indexToWorld(volume, [i, j, k])) + 500) / 1000;
        if (!(p > 0.06 && p < 0.94)) continue;
        checked++;
        const own = found.get((k * height + j) * width + i) ?? 0;
        assert.ok(Math.abs(own - quantize(p)) <= 1, `voxel ${i} ${j} ${k} has ${own}, expected ${quantize(p)}`);
      }
    }
  }
  assert.ok(checked > 1000, `${checked} voxels were compared`);
}

const TURNS = [
  { orientation: 'axial-radiological' },
  { orientation: 'RAS', blending: 'linear', spacing: [3, 3, 4] },
  { orientation: 'IAR', blending: 'mean', context: [1, 2, 3], depth: 10, height: 16, width: 17 },
  { orientation: 'ASL', overlap: 0, spacing: [3, 4, 3] },
];

describe('segment with patches', () => {
  for (const turn of TURNS) {
    it(`leads what the network sees back to the voxels that it is of: ${JSON.stringify(turn)}`, async function () {
      this.timeout(60_000);
      const { manifest, input } = manifestOf(turn);
      const model = modelOf(manifest, (data, dims) => middle(data, dims, input.context));
      const world = {
        size: [30, 26, 14],
        spacing: [2, 2.5, 5],
        origin: [-31, -20, -12],
        value: (x: number, y: number, z: number): number => slanted([-31 + 2 * x, -20 + 2.5 * y, -12 + 5 * z]),
      } as const;
      for (const storage of allStorages().filter((_, n) => n % 11 === 3)) {
        const stored = store(world, storage);
        const voxels = Float32Array.from({ length: stored.voxels.length }, (_, n) => {
          const [width, height] = stored.size;
          return slanted(
            indexToWorld(stored, [n % width, Math.floor(n / width) % height, Math.floor(n / width / height)]),
          );
        });
        const volume = { ...stored, voxels };
        checkSlanted(volume, (await segment(volume, model, { threshold: 0.5 })).candidates, 3);
      }
    });
  }

  it('undoes the tilt of a gantry and uneven distances', async () => {
    const positions = [0, 4, 8, 13, 18, 23, 33, 38, 43, 49].map((z): Vec3 => [-20, -30 + 0.3 * z, z]);
    const geometry = geometryFromSlices(
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [1.5, 1.25],
      [36, 44],
      positions,
    );
    const empty = makeVolume(geometry, new Float32Array(36 * 44 * positions.length));
    const voxels = Float32Array.from({ length: empty.voxels.length }, (_, n) =>
      slanted(indexToWorld(empty, [n % 36, Math.floor(n / 36) % 44, Math.floor(n / 36 / 44)])),
    );
    const { manifest, input } = manifestOf({ spacing: [2, 1.5, 1.75], depth: 16, height: 20, width: 18 });
    const model = modelOf(manifest, (data, dims) => middle(data, dims, input.context));
    const volume = { ...empty, voxels };
    checkSlanted(volume, (await segment(volume, model, { threshold: 0.5 })).candidates, 4);
  });

  for (const blending of ['gaussian', 'linear', 'mean'] as const) {
    it(`averages what blocks say of a voxel, and only then activates it (${blending})`, async () => {
      // A grid that is the volume's own: nothing is interpolated.
      const size: Vec3 = [17, 13, 11];
      const volume = store(
        { size, spacing: [1, 1, 1], origin: [0, 0, 0], value: () => 0 },
        { axes: [0, 1, 2], signs: [1, 1, 1] },
      );
      const tile = [4, 6, 7] as const;
      const { manifest } = manifestOf(
        { spacing: [1, 1, 1], depth: tile[0], height: tile[1], width: tile[2], overlap: 0.5, blending },
        { blood: { name: 'b', activation: 'sigmoid', subtype: 'IPH' } },
      );
      const random = randomNumbers(3);
      const outputs: Float32Array[] = [];
      const model = modelOf(manifest, (data) => {
        const out = Float32Array.from(data, () => random() * 12 - 8);
        outputs.push(out.slice());
        return { type: 'float32', dims: [1, 1, ...tile], data: out };
      });
      const { candidates } = await segment(volume, model, { threshold: 0.5 });
      // Everything at once, without slabs, from the definition.
      const [sums, weights] = [new Float64Array(17 * 13 * 11), new Float64Array(17 * 13 * 11)];
      const weight = (n: number, length: number): number => {
        const off = n - (length - 1) / 2;
        if (blending === 'gaussian') return Math.exp((-off * off) / (2 * (length / 8) ** 2));
        return blending === 'linear' ? 1 - Math.abs(off) / (length / 2) : 1;
      };
      let block = 0;
      for (const c of blockStarts(11, tile[0], 0.5)) {
        for (const b of blockStarts(13, tile[1], 0.5)) {
          for (const a of blockStarts(17, tile[2], 0.5)) {
            const values = outputs[block++] ?? new Float32Array(0);
            for (let n = 0; n < values.length; n++) {
              const x = n % tile[2];
              const y = Math.floor(n / tile[2]) % tile[1];
              const z = Math.floor(n / tile[2] / tile[1]);
              const at = ((c + z) * 13 + b + y) * 17 + a + x;
              const w = weight(x, tile[2]) * weight(y, tile[1]) * weight(z, tile[0]);
              sums[at] = (sums[at] ?? 0) + w * (values[n] ?? 0);
              weights[at] = (weights[at] ?? 0) + w;
            }
          }
        }
      }
      assert.equal(block, outputs.length);
      const found = probabilities(candidates);
      sums.forEach((sum, at) => {
        const steps = quantize(1 / (1 + Math.exp(-sum / (weights[at] ?? 0))));
        const own = found.get(at) ?? 0;
        assert.ok(Math.abs(own - (steps >= 13 ? steps : 0)) <= (steps < 14 ? 13 : 1), `voxel ${at}: ${own}, ${steps}`);
      });
    });
  }

  it('runs only the blocks that wanted slices need, with the same result there', async () => {
    const volume = store(
      { size: [20, 20, 30], spacing: [2, 2, 2], origin: [0, 0, 0], value: (x, y, z) => 7 * x - 5 * y + 9 * z },
      { axes: [0, 1, 2], signs: [1, 1, 1] },
    );
    const { manifest, input } = manifestOf({ spacing: [2, 2, 2] });
    const model = modelOf(manifest, (data, dims) => middle(data, dims, input.context));
    const all = await segment(volume, model, { threshold: 0.5 });
    const runs = model.runs();
    const some = await segment(volume, model, { threshold: 0.5, slices: [14, 15] });
    assert.ok(model.runs() - runs < runs / 2, `${model.runs() - runs} of ${runs} blocks`);
    const wanted = all.candidates.slices.filter(({ slice }) => slice === 14 || slice === 15);
    assert.ok(wanted.length === 2);
    assert.deepEqual(some.candidates.slices, wanted);
  });

  it('runs no block where framing of the head finds none', async () => {
    const volume = store(
      { size: [20, 20, 5], spacing: [2, 2, 2], origin: [0, 0, 0], value: () => -1000 },
      { axes: [0, 1, 2], signs: [1, 1, 1] },
    );
    const { manifest, input } = manifestOf({ framing: { kind: 'head', above: 20, minimumArea: 100, margin: 0.1 } });
    const model = modelOf(manifest, (data, dims) => middle(data, dims, input.context));
    assert.deepEqual((await segment(volume, model, { threshold: 0.5 })).candidates.slices, []);
    assert.equal(model.runs(), 0);
  });

  it('says what shape it needs of a network that gives another', async () => {
    const volume = store(
      { size: [20, 20, 5], spacing: [2, 2, 2], origin: [0, 0, 0], value: () => 0 },
      { axes: [0, 1, 2], signs: [1, 1, 1] },
    );
    const { manifest } = manifestOf({ context: [1, 1, 1] });
    const model = modelOf(manifest, (data, dims) => middle(data, dims, [0, 0, 0]));
    await assert.rejects(
      segment(volume, model, { threshold: 0.5 }),
      /"outputs\.blood" needs float32 of the shape \[1, 1, 6, 10, 8\], but the network gives \[1, 1, 8, 12, 10\]/,
    );
  });
});
