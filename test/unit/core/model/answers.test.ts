import assert from 'node:assert/strict';
import { normalized, readViews, usualViews } from '../../../../src/core/model/channels';
import { readLabels, usualLabels } from '../../../../src/core/model/labels';
import type { Meaning } from '../../../../src/core/model/propose-manifest';

const meaning = (kind: 'slice' | 'classes', planes: number, activation: 'none' | 'sigmoid' | 'softmax'): Meaning => ({
  kind,
  output: { name: 'scores', planes, activation },
});

describe('labels of a network', () => {
  it('are offered in the usual orders, the likeliest first', () => {
    const first = (one: Meaning): string | undefined => usualLabels(one)[0]?.join();
    assert.equal(first(meaning('classes', 6, 'softmax')), 'background,EPH,IPH,IVH,SAH,SDH');
    assert.equal(first(meaning('slice', 6, 'sigmoid')), 'EPH,IPH,IVH,SAH,SDH,any');
    assert.equal(first(meaning('slice', 6, 'softmax')), 'none,EPH,IPH,IVH,SAH,SDH');
    assert.equal(first(meaning('slice', 2, 'softmax')), 'none,any');
    assert.equal(first(meaning('classes', 9, 'softmax')), undefined);
    for (const planes of [1, 2, 5, 6]) {
      for (const kind of ['slice', 'classes'] as const) {
        const one = meaning(kind, planes, 'sigmoid');
        for (const labels of usualLabels(one)) assert.deepEqual(readLabels(labels.join(', '), one), labels);
      }
    }
  });

  it('are read as people write them, or refused with the reason', () => {
    const three = meaning('classes', 3, 'softmax');
    assert.deepEqual(readLabels(' Background; iph any ', three), ['background', 'IPH', 'any']);
    assert.equal(
      readLabels('background, ICH, any', three),
      '"ICH" is none of background, any, EPH, SDH, SAH, IPH, IVH.',
    );
    assert.equal(readLabels('background, IPH', three), 'The network has 3 of them, and there are 2.');
    assert.deepEqual(readLabels('background background IPH', three), ['background', 'background', 'IPH']);
    assert.equal(readLabels('background background background', three), 'One of them must be of blood.');
    assert.equal(readLabels('any any', meaning('slice', 2, 'sigmoid')), '"any" stands there twice.');
  });
});

describe('channels of a network', () => {
  it('are offered as windows and neighbors', () => {
    assert.deepEqual([...usualViews(1, 'NCHW').keys()], ['brain', 'subdural', 'stroke']);
    assert.deepEqual([...usualViews(3, 'NCHW').keys()], ['brain', 'three-windows', 'neighbors', 'subdural', 'stroke']);
    assert.deepEqual([...usualViews(3, 'NCDHW').keys()], ['brain', 'three-windows', 'subdural', 'stroke']);
    assert.deepEqual(
      usualViews(5, 'NCHW')
        .get('neighbors')
        ?.map(({ slice }) => slice),
      [-2, -1, 0, 1, 2],
    );
  });

  it('are read as people write windows, one for all or one for each', () => {
    const window = { center: 40, width: 80 };
    assert.deepEqual(readViews('40/80', 2), [
      { slice: 0, window },
      { slice: 0, window },
    ]);
    assert.deepEqual(readViews('40/80, -600 / 1500.5', 2), [
      { slice: 0, window },
      { slice: 0, window: { center: -600, width: 1500.5 } },
    ]);
    assert.equal(readViews('40/80, 80/200', 3), 'The network has 3 channels, and there are 2 windows.');
    for (const text of ['', '40', '40/0', '40/-80', 'brain']) {
      assert.match(String(readViews(text, 1)), /^".*" is no window\. Write it as center\/width, such as 40\/80\.$/);
    }
  });

  it('take the means and deviations that people train with', () => {
    const views = readViews('40/80', 3);
    assert.ok(typeof views !== 'string');
    const scaled = (name: Parameters<typeof normalized>[1]) =>
      normalized(views, name).map(({ mean, deviation }) => [mean, deviation]);
    assert.deepEqual(scaled('unit')[2], [0, 1]);
    assert.deepEqual(scaled('symmetric')[0], [0.5, 0.5]);
    assert.deepEqual(scaled('imagenet'), [
      [0.485, 0.229],
      [0.456, 0.224],
      [0.406, 0.225],
    ]);
  });
});
