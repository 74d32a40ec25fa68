import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { normalized, usualViews } from '../../../src/core/model/channels';
import type { GraphTrial, TrialOutput } from '../../../src/core/model/graph';
import { labelCount, usualLabels } from '../../../src/core/model/labels';
import { parseManifest } from '../../../src/core/model/manifest';
import { manifestOf, type Proposal, proposalOf } from '../../../src/core/model/propose-manifest';
import { inspectModel } from '../../../src/inference/inspect';
import { loadModel } from '../../../src/inference/model';
import type { Inspection } from '../../../src/protocol/inspect';
import { type OnnxModel, onnxModel, type PointNetwork, pointNetwork } from '../../fixtures/onnx';

const outputsOf = (trial: GraphTrial): readonly TrialOutput[] => {
  assert.ok('outputs' in trial, 'problem' in trial ? trial.problem : '');
  return trial.outputs;
};

/** The manifest that follows when all guesses are taken as they are. */
function taken({ input, meanings }: Proposal, inspection: Inspection): string {
  const [meaning] = meanings;
  assert.ok(meaning);
  const [views] = [...usualViews(input.channels, input.layout).values()];
  const manifest = manifestOf(
    { input, meanings },
    {
      name: 'mine',
      title: 'Mine',
      meaning,
      labels: usualLabels(meaning)[0] ?? (labelCount(meaning) === 0 ? [] : ['?']),
      bloodSubtype: 'IPH',
      channels: normalized(views ?? [], 'imagenet'),
      size: input.size,
      spacing: [5, 1, 1],
      license: { name: 'MIT', use: 'any' },
    },
    inspection.graph,
    { name: 'net.onnx', sha256: inspection.sha256 },
  );
  return JSON.stringify(manifest, null, 2);
}

describe('inspectModel', () => {
  let folder = '';
  const put = (model: OnnxModel): string => {
    const file = path.join(folder, 'net.onnx');
    writeFileSync(file, onnxModel(model));
    return file;
  };
  const inspect = (file: string): Promise<Inspection> => inspectModel(file, new AbortController().signal);
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-inspect-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('says what the graph has, where the file is from, and what a run on noise gave', async () => {
    const bytes = onnxModel({
      ...pointNetwork({ input: [3, 'h', 'w'], planes: 2, end: 'Softmax' }),
      producer: ['pytorch', '2.3.0'],
      description: 'Trained on nothing.',
      metadata: { author: 'Somebody' },
    });
    writeFileSync(path.join(folder, 'net.onnx'), bytes);
    const { graph, sha256, bytes: size } = await inspect(path.join(folder, 'net.onnx'));
    assert.deepEqual([sha256, size], [createHash('sha256').update(bytes).digest('hex'), bytes.length]);
    assert.deepEqual(graph.inputs, [{ name: 'image', type: 'float32', shape: ['n', 3, 'h', 'w'] }]);
    assert.deepEqual(graph.file, {
      producer: 'pytorch 2.3.0',
      opset: 17,
      description: 'Trained on nothing.',
      metadata: { author: 'Somebody' },
    });
    const [scores, another] = outputsOf(graph.trial);
    assert.ok(scores && !another);
    assert.deepEqual([scores.name, scores.dims], ['scores', [1, 2, 224, 224]]);
    assert.ok(scores.minimum >= 0 && scores.maximum <= 1);
    assert.ok(scores.sums.every((sum) => Math.abs(sum - 1) < 1e-5));
  });

  it('refuses what is no network', async () => {
    writeFileSync(path.join(folder, 'net.onnx'), 'no network');
    await assert.rejects(inspect(path.join(folder, 'net.onnx')), /^ScanError: net\.onnx: it is no ONNX file: /);
    await assert.rejects(inspect(path.join(folder, 'none.onnx')), /none\.onnx: there is no such file\./);
  });

  it('refuses networks whose weights lie in other files, and those that are too large', async () => {
    const network = pointNetwork({ input: [1, 16, 16], planes: 1 });
    const { factors, offsets } = network.weights ?? {};
    assert.ok(factors && offsets);
    for (const external of ['weights.bin', '../../../etc/passwd']) {
      const file = put({ ...network, weights: { factors: { ...factors, external }, offsets } });
      writeFileSync(path.join(folder, 'weights.bin'), Buffer.from(Float32Array.of(1).buffer));
      await assert.rejects(
        inspect(file),
        /net\.onnx: the values of its network lie in other files\. Export it with all of its values in one/,
      );
    }
    const file = path.join(folder, 'huge.onnx');
    writeFileSync(file, '');
    truncateSync(file, 2 ** 31 + 1);
    await assert.rejects(inspect(file), /huge\.onnx: it has 2\.1 GB; networks of more than 2 GB are not run\./);
  });

  const cases: readonly (readonly [string, PointNetwork, string])[] = [
    ['a slice network for blood by logits', { input: [1, 64, 64], planes: 1 }, 'segmentation blood sigmoid - 64,64'],
    [
      'one that gives probabilities',
      { input: [3, 'h', 'w'], planes: 1, end: 'Sigmoid' },
      'segmentation blood none - 224,224',
    ],
    [
      'classes by logits',
      { input: [1, 64, 96], planes: 6 },
      'segmentation classes softmax background,EPH,IPH,IVH,SAH,SDH 64,96',
    ],
    [
      'classes with probabilities',
      { input: [1, 64, 64], planes: 2, end: 'Softmax' },
      'segmentation classes none background,any 64,64',
    ],
    [
      'a patch network',
      { input: [1, 16, 32, 32], planes: 6, end: 'Softmax' },
      'segmentation classes none background,EPH,IPH,IVH,SAH,SDH 16,32,32',
    ],
    ['an open patch network', { input: [1, 'd', 'h', 'w'], planes: 1 }, 'segmentation blood sigmoid - 32,96,96'],
    [
      'a classifier of several labels by logits',
      { input: [3, 64, 64], planes: 6, kind: 'slice' },
      'classification slice sigmoid EPH,IPH,IVH,SAH,SDH,any 64,64',
    ],
    [
      'a classifier of single labels',
      { input: [3, 64, 64], planes: 5, kind: 'slice', end: 'Sigmoid' },
      'classification slice none EPH,IPH,IVH,SAH,SDH 64,64',
    ],
    [
      'a classifier of blood',
      { input: [1, 64, 64], planes: 1, kind: 'slice' },
      'classification slice sigmoid any 64,64',
    ],
  ];
  for (const [name, network, expected] of cases) {
    it(`proposes a manifest that loads for ${name}`, async () => {
      const inspection = await inspect(put(pointNetwork(network)));
      const proposal = proposalOf(inspection.graph, 'net.onnx');
      const text = taken(proposal, inspection);
      const manifest = parseManifest(text, 'model.json');
      const [meaning] = proposal.meanings;
      assert.ok(meaning);
      const labels = usualLabels(meaning)[0]?.join() ?? '-';
      assert.equal(
        [manifest.task, meaning.kind, meaning.output.activation, labels, proposal.input.size.join()].join(' '),
        expected,
      );
      writeFileSync(path.join(folder, 'model.json'), text);
      writeFileSync(path.join(folder, 'model.onnx'), onnxModel(pointNetwork(network)));
      assert.equal((await loadModel(folder, { providers: ['cpu'] })).manifest.name, 'mine');
    });
  }

  for (const name of readdirSync(inRoot('models'))) {
    it(`proposes for the network of ${name} what its manifest says`, async function () {
      this.timeout(60_000);
      const manifestFile = inRoot('models', name, 'model.json');
      const { input, outputs, file } = parseManifest(readFileSync(manifestFile, 'utf8'), manifestFile);
      const { graph } = await inspect(inRoot('models', name, file));
      const proposal = proposalOf(graph, file);
      const { size, open } = proposal.input;
      assert.deepEqual(
        [proposal.input.name, proposal.input.layout, proposal.input.channels],
        [input.name, input.layout, input.channels.length],
      );
      if (!open.includes(true)) assert.deepEqual(size.slice(-2), [input.height, input.width]);
      // Which of two ways leads from logits to probabilities, nobody can see.
      const told = (output: { name: string; activation: string }): string =>
        `${output.name}, ${output.activation === 'none' ? 'probabilities' : 'logits'}`;
      const said = Object.values(outputs).flatMap((output) =>
        typeof output === 'object' && 'activation' in output ? [told(output)] : [],
      );
      const [meaning] = proposal.meanings;
      assert.ok(meaning);
      const proposed = meaning.kind === 'typed' ? [meaning.output, meaning.subtype] : [meaning.output];
      assert.deepEqual(proposed.map(told), said);
    });
  }

  it('takes one output for blood and another for its subtype together', async () => {
    const blood = pointNetwork({ input: [1, 32, 32], planes: 1, end: 'Sigmoid', names: ['image', 'blood'] });
    const types = pointNetwork({ input: [1, 32, 32], planes: 5, names: ['image', 'types'] });
    const rename = (name: string): string => (['factors', 'offsets', 'value'].includes(name) ? `${name}2` : name);
    const inspection = await inspect(
      put({
        inputs: blood.inputs,
        outputs: [...types.outputs, ...blood.outputs],
        nodes: [
          ...blood.nodes,
          ...types.nodes.map((node) => ({
            ...node,
            inputs: node.inputs.map(rename),
            outputs: node.outputs.map(rename),
          })),
        ],
        weights: {
          ...blood.weights,
          ...Object.fromEntries(Object.entries(types.weights ?? {}).map(([name, weight]) => [rename(name), weight])),
        },
      }),
    );
    const proposal = proposalOf(inspection.graph, 'net.onnx');
    assert.deepEqual(
      proposal.meanings.map(({ kind, output }) => `${kind} ${output.name}`),
      ['typed blood', 'classes types', 'blood blood'],
    );
    const { outputs } = JSON.parse(taken(proposal, inspection));
    assert.deepEqual(outputs, {
      blood: { name: 'blood', activation: 'none' },
      subtype: { name: 'types', activation: 'softmax', labels: ['EPH', 'IPH', 'IVH', 'SAH', 'SDH'] },
    });
    parseManifest(taken(proposal, inspection), 'model.json');
  });

  const wrong: readonly (readonly [string, OnnxModel, RegExp])[] = [
    [
      'two inputs',
      {
        inputs: ['a', 'b'].map((name) => ({ name, shape: [1, 1, 8, 8] })),
        outputs: [{ name: 'sum', shape: [1, 1, 8, 8] }],
        nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] }],
      },
      /^ScanError: net\.onnx: its network has the inputs "a", "b"\. Export one with a single input/,
    ],
    [
      'an input of another type',
      {
        inputs: [{ name: 'a', shape: [1, 1, 8, 8], type: 11 }],
        outputs: [{ name: 'b', shape: [1, 1, 8, 8], type: 11 }],
        nodes: [{ op: 'Relu', inputs: ['a'], outputs: ['b'] }],
      },
      /its input "a" is of type float64\./,
    ],
    [
      'an input of no pictures',
      {
        inputs: [{ name: 'a', shape: [1, 512] }],
        outputs: [{ name: 'b', shape: [1, 512] }],
        nodes: [{ op: 'Relu', inputs: ['a'], outputs: ['b'] }],
      },
      /its network did not run on a trial input\. It was not tried, since its input is no picture, or too large\./,
    ],
    [
      'an output of no labels',
      {
        inputs: [{ name: 'a', shape: [1, 1, 16, 16] }],
        outputs: [{ name: 'b', shape: [256] }],
        nodes: [
          { op: 'Reshape', inputs: ['a', 'c'], outputs: ['b'] },
          { op: 'Shape', inputs: ['d'], outputs: ['c'] },
        ],
        weights: { d: { dims: [256], data: Array(256).fill(0) } },
      },
      /none of its outputs \("b" \[256\]\) is \[pictures, labels\]/,
    ],
  ];
  for (const [name, model, message] of wrong) {
    it(`says why no manifest can be proposed for ${name}`, async () => {
      const { graph } = await inspect(put(model));
      assert.throws(() => proposalOf(graph, 'net.onnx'), message);
    });
  }
});
