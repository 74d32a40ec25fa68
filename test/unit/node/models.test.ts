import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { DEFAULT_MODELS, MODEL_TASKS } from '../../../src/core/model/default-models';
import { discoverModels, isUsable, type ModelPlace, modelNamed, userPath } from '../../../src/node/models';

const manifest = JSON.parse(readFileSync(inRoot('test/fixtures/manifests/slices.json'), 'utf8'));

describe('discoverModels', () => {
  let folder = '';
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const put = (place: string, change: object = {}, network = 'network'): string => {
    mkdirSync(at(place), { recursive: true });
    writeFileSync(at(place, 'model.json'), JSON.stringify({ ...manifest, name: path.basename(place), ...change }));
    if (network) writeFileSync(at(place, 'model.onnx'), network);
    return at(place);
  };
  const places = (...names: string[]): ModelPlace[] => names.map((name) => ({ folder: at(name), source: 'folder' }));
  const told = async (given: readonly ModelPlace[]) =>
    (await discoverModels(given)).map((model) => [
      model.name,
      path.relative(folder, model.folder),
      isUsable(model) ? model.bytes : model.problem.message.replace(`${folder}/`, ''),
    ]);
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-models-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds the built-in models, and the default ones among them', async () => {
    const models = await discoverModels([{ folder: inRoot('models'), source: 'built-in' }]);
    assert.ok(models.length > 0 && models.every(isUsable));
    for (const task of MODEL_TASKS) {
      const name = DEFAULT_MODELS[task];
      if (name !== undefined) assert.equal(modelNamed(models, name, task)?.folder, inRoot('models', name));
    }
  });

  it('lists models in the order of the places, and takes the first of a name', async () => {
    put('a/same');
    put('a/other');
    put('b/copy', { name: 'same' });
    put('b/nothing', {}, 'other network');
    mkdirSync(at('b/empty'));
    writeFileSync(at('b/file.txt'), '');
    const models = await discoverModels(places('b', 'a'));
    assert.deepEqual(
      models.map(({ name, hiddenBy }) => [name, hiddenBy]),
      [
        ['same', undefined],
        ['nothing', undefined],
        ['other', undefined],
        ['same', at('b/copy')],
      ],
    );
    assert.equal(modelNamed(models, 'same', 'segmentation')?.folder, at('b/copy'));
    assert.equal(modelNamed(models, 'same', 'classification'), undefined);
    assert.equal(modelNamed(models, 'nothing', 'segmentation')?.bytes, 13);
  });

  it('takes the folder of one model as a place, and lists what is reached twice once', async () => {
    put('models/one');
    symlinkSync(at('models'), at('link'));
    assert.deepEqual(await told(places('models/one', 'models', 'link')), [['one', 'models/one', 7]]);
  });

  it('lists broken models with what is wrong, which hide nothing', async () => {
    put('a/bad', { threshold: 2 });
    put('a/gone', { file: 'other.onnx' });
    put('b/bad');
    mkdirSync(at('a/huge'));
    writeFileSync(at('a/huge/model.json'), ' '.repeat(2 << 20));
    assert.deepEqual(await told(places('a', 'b')), [
      [
        'bad',
        'a/bad',
        'a/bad/model.json: "threshold" is 2; it must be a number above 0 below 1. Correct the manifest, or install the model again.',
      ],
      [
        'gone',
        'a/gone',
        'a/gone/model.json: "file" is "other.onnx", and there is no such file beside it. Put the network there, or install the model again.',
      ],
      ['huge', 'a/huge', 'a/huge/model.json: it has 2097152 bytes, which no manifest needs. Correct the manifest.'],
      ['bad', 'b/bad', 7],
    ]);
  });

  it('passes by a folder that is not there, unless somebody has named it', async () => {
    assert.deepEqual(await told(places('none')), []);
    assert.deepEqual(await told([{ folder: at('none'), source: 'folder', required: true }]), [
      ['none', 'none', 'none: there is no such folder of models. Create it, or name another one.'],
    ]);
  });

  it('reads paths as people write them', () => {
    assert.equal(userPath('~/models', '/w'), path.join(os.homedir(), 'models'));
    assert.equal(userPath('~models', '/w'), path.resolve('/w/~models'));
    assert.equal(userPath('../models', '/w/x'), path.resolve('/w/models'));
  });
});
