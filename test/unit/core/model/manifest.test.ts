import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import { parseManifest } from '../../../../src/core/model/manifest';
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
      assert.ok(readFileSync(path.join(folder, 'README.md'), 'utf8').includes('not a medical device'));
      assert.ok(readFileSync(path.join(folder, 'LICENSE'), 'utf8').length > 100);
    });
  }

  const wrong: readonly (readonly [readonly (string | number)[], unknown, RegExp])[] = [
    [['format'], 'other', /^model\.json: "format" is "other"; it must be "hemorica-model"\. Correct the manifest/],
    [['formatVersion'], 2, /"formatVersion" is 2, and this version of Hemorica knows up to 1/],
    [['name'], '../x', /"name" is "\.\.\/x"; it must be letters/],
    [['task'], 'detection', /"task" is "detection"; it must be "segmentation"/],
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
