import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { type ModelManifest, parseManifest } from '../../../src/core/model/manifest';

const FOLDER = inRoot('training/hemorica_architectures/templates');

function templates(): readonly ModelManifest[] {
  return readdirSync(FOLDER).map((file) => {
    const manifest = parseManifest(readFileSync(path.join(FOLDER, file), 'utf8'), file);
    assert.equal(`${manifest.name}.json`, file);
    return manifest;
  });
}

describe('manifest templates of the paper', () => {
  it('are there for 10 classifiers and 16 segmenters, and are manifests', () => {
    const names = (task: string): readonly string[] =>
      templates()
        .filter((manifest) => manifest.task === task)
        .map(({ name }) => name);
    const encoders = ['efficientnet-b0', 'efficientnet-b5', 'resnet18', 'resnet50', 'densenet121', 'densenet161'];
    const segmenters = ['pspnet', 'unet'].flatMap((decoder) =>
      [...encoders, 'swinv2-tiny', 'swinv2-small'].map((encoder) => `${decoder}-${encoder}`),
    );
    const classifiers = ['efficientnetv2-b0', 'efficientnetv2-large', 'mobilevit-s', 'mobilevit-xs']
      .concat(encoders.slice(2), ['swinv2-small', 'swinv2-tiny'])
      .map((encoder) => `classify-${encoder}`);
    assert.deepEqual([...names('segmentation')].sort(), segmenters.sort());
    assert.deepEqual([...names('classification')].sort(), classifiers.sort());
  });

  it('prepare slices as the paper does: 224 x 224, window 0 to 80 HU to 0 to 1, three times', () => {
    const channel = { slice: 0, window: { center: 40, width: 80 }, mean: 0, deviation: 1 };
    for (const { name, input, threshold } of templates()) {
      assert.deepEqual([input.layout, input.width, input.height], ['NCHW', 224, 224], name);
      assert.deepEqual(input.channels, [channel, channel, channel], name);
      assert.deepEqual(input.framing, { kind: 'whole' }, name);
      assert.equal(threshold, 0.5, name);
    }
  });
});
