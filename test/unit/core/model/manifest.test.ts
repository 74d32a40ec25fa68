import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import {
  inputShape,
  parseManifest,
  requiredOutputs,
  type SegmentationManifest,
} from '../../../../src/core/model/manifest';
import { ScanError } from '../../../../src/core/volume';

const text = readFileSync(inRoot('test/fixtures/manifests/slices.json'), 'utf8');

/** The manifest with the value at a path replaced (undefined: removed). */
function changed(keys: readonly (string | number)[], value: unknown): string {
  const manifest = JSON.parse(text);
  let at = manifest;
  for (const key of keys.slice(0, -1)) at = at[key];
  at[keys.at(-1) ?? ''] = value;
  return JSON.stringify(manifest);
}

/** A manifest of segmentation with some fields replaced. */
function segmentation(fields: object): SegmentationManifest {
  const manifest = parseManifest(JSON.stringify({ ...JSON.parse(text), ...fields }), 'model.json');
  assert.ok(manifest.task === 'segmentation');
  return manifest;
}

/** What turns an input of slices into one of patches. */
const PATCHES = {
  layout: 'NCDHW',
  orientation: 'IAR',
  depth: 64,
  height: 96,
  width: 96,
  spacing: [2, 1, 1],
  overlap: 0.5,
  blending: 'gaussian',
  channels: [{ window: { center: 42.5, width: 115 } }],
};

describe('parseManifest', () => {
  for (const name of readdirSync(inRoot('models'))) {
    it(`reads the built-in model ${name}, whose network is the one it names`, () => {
      const folder = inRoot('models', name);
      const manifest = parseManifest(readFileSync(path.join(folder, 'model.json'), 'utf8'), 'model.json');
      assert.equal(manifest.name, name);
      assert.equal(
        createHash('sha256')
          .update(readFileSync(path.join(folder, manifest.file)))
          .digest('hex'),
        manifest.sha256,
      );
      assert.ok(readFileSync(path.join(folder, 'MODEL_CARD.md'), 'utf8').includes('not a medical device'));
      assert.ok(readFileSync(path.join(folder, 'LICENSE'), 'utf8').length > 100);
    });
  }

  const wrong: readonly (readonly [readonly (string | number)[], unknown, RegExp])[] = [
    [['format'], 'other', /^model\.json: "format" is "other"; it must be "hemorica-model"\. Correct the manifest/],
    [['formatVersion'], 2, /"formatVersion" is 2, and this version of Hemorica knows up to 1/],
    [['name'], '../x', /"name" is "\.\.\/x"; it must be letters/],
    [['task'], 'detection', /"task" is "detection"; it must be "segmentation" or "classification"/],
    [
      ['file'],
      '../model.onnx',
      /"file" is "\.\.\/model\.onnx"; it must be the name of an \.onnx file beside the manifest/,
    ],
    [['file'], 'C:\\model.onnx', /"file" is/],
    [['sha256'], 'ABC', /"sha256" is "ABC"/],
    [['threshold'], 1, /"threshold" is 1; it must be a number above 0 below 1/],
    [['input'], [], /"input" must be a JSON object/],
    [['input', 'width'], 8, /"input\.width" is 8; it must be a whole number from 16 up to 4096/],
    [['input', 'channels'], [], /"input\.channels" is \[\]; it must be a list of objects/],
    [
      ['input', 'channels', 0, 'window', 'width'],
      0,
      /"input\.channels\[0\]\.window\.width" is 0; it must be a number above 0/,
    ],
    [['input', 'channels', 0, 'slice'], 0.5, /"input\.channels\[0\]\.slice" is 0\.5; it must be a whole number/],
    [['input', 'framing', 'margin'], undefined, /"input\.framing\.margin" is missing/],
    [['input', 'framing', 'kind'], 'brain', /"input\.framing\.kind" is "brain"; it must be "head" or "whole"/],
    [
      ['outputs', 'subtype', 'labels'],
      ['EPH', 'EPH'],
      /"outputs\.subtype\.labels" is \["EPH","EPH"\]; it must be a list of different ones/,
    ],
    [['outputs', 'subtype', 'labels'], ['ICH'], /"outputs\.subtype\.labels" is/],
    [['outputs', 'blood', 'name'], '', /"outputs\.blood\.name" is ""; it must be a text/],
    [['license', 'use'], 'free', /"license\.use" is "free"/],
    [['treshold'], 0.3, /"treshold" is not a field that belongs here; there are "format", .*"threshold"/],
    [['input', 'spacing'], [1, 1, 1], /"input\.spacing" is not a field that belongs here/],
    [
      ['input', 'orientation'],
      'IPL',
      /"input\.orientation" is "IPL"; it must be "axial-radiological" or S and two letters/,
    ],
    [['input', 'windowing'], 'never', /"input\.windowing" is "never"; it must be "before-resampling" or/],
    [
      ['outputs', 'subtype'],
      undefined,
      /"outputs\.blood\.subtype" is missing; it must be "EPH" or .*"outputs\.subtype"/,
    ],
    [['outputs', 'blood', 'subtype'], 'IPH', /"outputs\.blood\.subtype" is not a field that belongs here/],
    [['metrics'], [{ name: 'Dice', value: 'high', data: 'CT-ICH' }], /"metrics\[0\]\.value" is "high"/],
  ];
  for (const [keys, value, message] of wrong) {
    it(`refuses ${keys.join('.')} = ${JSON.stringify(value)} and says why`, () => {
      assert.throws(
        () => parseManifest(changed(keys, value), 'model.json'),
        (error) => {
          assert.ok(error instanceof ScanError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  const patches = { ...JSON.parse(text).input, ...PATCHES };
  const classes = { name: 'classes', activation: 'softmax', labels: ['background', 'IPH', 'SDH', 'background', 'IVH'] };
  const wrongPatches: readonly (readonly [string, unknown, RegExp])[] = [
    ['depth', 0, /"input\.depth" is 0; it must be a whole number from 1 up to 4096/],
    ['spacing', [1, 1], /"input\.spacing" is \[1,1\]; it must be a list of three numbers from 0\.1 up to 20/],
    ['overlap', 1, /"input\.overlap" is 1/],
    ['blending', 'soft', /"input\.blending" is "soft"; it must be "gaussian" or "linear" or "mean"/],
    ['context', [32, 0, 0], /"input\.context" is \[32,0,0\]; it must be less than half of the patch of 64 x 96 x 96/],
    ['context', [0.5, 0, 0], /"input\.context" is \[0\.5,0,0\]; it must be a list of three whole numbers from 0/],
    ['border', 'mirror', /"input\.border" is "mirror"; it must be "outside" or "edge"/],
    ['orientation', 'SPI', /"input\.orientation" is "SPI"; it must be .*three letters/],
    ['channels', [{ slice: 1, window: { center: 40, width: 80 } }], /"input\.channels\[0\]\.slice" is 1/],
  ];
  for (const [field, value, message] of wrongPatches) {
    it(`refuses patches with ${field} = ${JSON.stringify(value)} and says why`, () => {
      assert.throws(() => parseManifest(changed(['input'], { ...patches, [field]: value }), 'model.json'), message);
    });
  }

  it('refuses patches that would take more memory than a computer has', () => {
    const huge = { ...patches, depth: 4096, width: 4096, height: 4096 };
    assert.throws(
      () => parseManifest(changed(['input'], huge), 'model.json'),
      /"input" of 1 x 4096 x 4096 x 4096 values is larger than 1 GiB/,
    );
  });

  it('reads patches with their grid, and outputs of several classes', () => {
    const { input, outputs } = segmentation({ input: patches, outputs: { classes } });
    assert.ok(input.layout === 'NCDHW' && outputs.kind === 'classes');
    assert.deepEqual(input.spacing, [2, 1, 1]);
    assert.deepEqual(input.context, [0, 0, 0]);
    assert.deepEqual(input.channels, [{ slice: 0, window: { center: 42.5, width: 115 }, mean: 0, deviation: 1 }]);
    assert.deepEqual(input.orientation, {
      depth: { world: 2, sign: -1 },
      rows: { world: 1, sign: -1 },
      columns: { world: 0, sign: -1 },
    });
    assert.deepEqual(inputShape(input), [1, 64, 96, 96]);
    assert.deepEqual(outputs.classes, classes);
  });

  it('asks for the subtype of blood where no output tells subtypes apart', () => {
    const binary = segmentation({ outputs: { blood: { name: 'mask', activation: 'sigmoid', subtype: 'IPH' } } });
    assert.deepEqual(binary.outputs, {
      kind: 'binary',
      blood: { name: 'mask', activation: 'sigmoid', subtype: 'IPH' },
    });
    const any = { name: 'mask', activation: 'softmax', labels: ['background', 'any'] };
    assert.throws(() => segmentation({ outputs: { classes: any } }), /"outputs\.classes\.subtype" is missing/);
    const { outputs } = segmentation({ outputs: { classes: { ...any, subtype: 'SDH' } } });
    assert.deepEqual(outputs, { kind: 'classes', classes: { ...any, subtype: 'SDH' } });
    assert.throws(
      () => segmentation({ outputs: { classes: { ...any, labels: ['background', 'background'] } } }),
      /"outputs\.classes\.labels" is \["background","background"\]; it must be a list with a label other than/,
    );
    assert.throws(
      () => segmentation({ outputs: { classes: { ...classes, labels: ['IPH'] } } }),
      /"outputs\.classes\.activation" is "softmax"; it must be "sigmoid" or "none"/,
    );
  });

  it('reads classifiers of slices, with their aggregation and metrics', () => {
    const slice = { name: 'logits', activation: 'sigmoid', labels: ['any', 'EPH'] };
    const parts = {
      task: 'classification',
      postprocessing: undefined,
      metrics: [{ name: 'F1', value: 0.847, data: 'test split' }],
      research: 'Trained on one hospital.',
    };
    const outputs = { slice, patient: { kind: 'mean-of-top', count: 3 } };
    const manifest = parseManifest(JSON.stringify({ ...JSON.parse(text), ...parts, outputs }), 'model.json');
    assert.equal(manifest.task, 'classification');
    assert.deepEqual(manifest.outputs, outputs);
    assert.deepEqual(manifest.metrics, parts.metrics);
    assert.equal(manifest.research, parts.research);
    assert.deepEqual(requiredOutputs(manifest), [{ field: 'outputs.slice', name: 'logits', planes: 2 }]);
    const read = (change: object): unknown =>
      parseManifest(
        JSON.stringify({ ...JSON.parse(text), ...parts, outputs: { ...outputs, ...change } }),
        'model.json',
      );
    assert.throws(() => read({ patient: { kind: 'mean-of-top' } }), /"outputs\.patient\.count" is missing/);
    assert.throws(() => read({ patient: { kind: 'median' } }), /"outputs\.patient\.kind" is "median"/);
    assert.throws(() => read({ slice: { ...slice, labels: ['none'] } }), /"outputs\.slice\.labels" is \["none"\]/);
    assert.throws(() => read({ slice: { ...slice, labels: ['blood'] } }), /"outputs\.slice\.labels" is \["blood"\]/);
  });

  it('refuses what is no JSON and no object', () => {
    assert.throws(() => parseManifest('{', 'model.json'), /model\.json: it is not valid JSON/);
    assert.throws(() => parseManifest('[]', 'model.json'), /model\.json: The file must be a JSON object\./);
  });

  it('reads channels of other slices and the framing of whole pictures', () => {
    const channels = [-1, 0, 1].map((slice) => ({
      slice,
      window: { center: 40, width: 80 },
      mean: 0.5,
      deviation: 0.5,
    }));
    const manifest = parseManifest(
      changed(['input'], { ...JSON.parse(text).input, channels, framing: { kind: 'whole' } }),
      'model.json',
    );
    assert.deepEqual(manifest.input.channels, channels);
    assert.deepEqual(manifest.input.framing, { kind: 'whole' });
  });
});
