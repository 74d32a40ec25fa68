import assert from 'node:assert/strict';
import { setBundle, t } from '../../../src/webview/l10n';
import { rulerLength } from '../../../src/webview/overlays/rulers';
import { progressText } from '../../../src/webview/panels/stage';
import { fromJson, toJson } from '../../../src/webview/state/persistence';
import { Store } from '../../../src/webview/state/store';
import { initialState, planesOf, showsCrosshair } from '../../../src/webview/state/view-state';
import { transferables } from '../../../src/webview/transport/transferables';

const SETTINGS = {
  presets: [{ name: 'Brain', center: 40, width: 80 }],
  subtypeColors: ['red'],
  overlayOpacity: 0.4,
  interpolation: true,
  layout: 'all',
} as const;

describe('the state of a view', () => {
  it('comes back from JSON as it was', () => {
    const state = {
      ...initialState(SETTINGS),
      slices: { axial: 3, coronal: 40, sagittal: 5 },
      hiddenLabels: new Set([2, 5]),
      rulers: [
        {
          id: 1,
          plane: 'coronal',
          slice: 40,
          ends: [
            [1, 2],
            [3.5, 4],
          ],
        },
      ],
    } as const;
    const kept = fromJson(JSON.parse(JSON.stringify(toJson(state))));
    assert.ok(kept);
    for (const key of Object.keys(kept) as (keyof typeof kept)[]) assert.deepEqual(kept[key], state[key], key);
  });

  it('starts anew from anything that it did not write', () => {
    const good = toJson(initialState(SETTINGS)) as Record<string, unknown>;
    assert.ok(fromJson(good));
    for (const bad of [
      undefined,
      null,
      'text',
      {},
      { ...good, version: 0 },
      { ...good, slices: { axial: 1 } },
      { ...good, parts: { ...(good.parts as object), axial: { zoom: 0, pan: [0, 0] } } },
      { ...good, window: { name: 'x', center: 0, width: 0 } },
      { ...good, rulers: [{ id: 1 }] },
      { ...good, hiddenLabels: 5 },
    ]) {
      assert.equal(fromJson(bad), undefined, JSON.stringify(bad));
    }
  });

  it('tells watchers of what they watch, and only when it changes', () => {
    const store = new Store({ a: 1, b: 1 });
    const seen: number[] = [];
    const stop = store.watch(
      (state) => state.a,
      (a) => seen.push(a),
    );
    store.set({ b: 2 });
    store.set({ a: 5 });
    stop();
    store.set({ a: 6 });
    assert.deepEqual(seen, [1, 5]);
  });

  it('has a crosshair where it links planes', () => {
    const state = initialState(SETTINGS);
    assert.equal(showsCrosshair(state), true);
    assert.equal(showsCrosshair({ ...state, layout: 'axial' }), false);
    assert.deepEqual(planesOf('coronal'), ['coronal']);
  });
});

describe('what is said', () => {
  after(() => setBundle({}));

  it('is English with its figures, unless there is a translation', () => {
    assert.equal(t('Decoding {0} of {1} slices', 3, 28), 'Decoding 3 of 28 slices');
    setBundle({ 'Decoding {0} of {1} slices': '{1} Schichten, {0} fertig' });
    assert.equal(t('Decoding {0} of {1} slices', 3, 28), '28 Schichten, 3 fertig');
  });

  it('states progress in megabytes, or slices', () => {
    setBundle({});
    assert.equal(progressText({ done: 3_140_000, total: 14_200_000, decoding: false }), 'Loading 3.1 of 14.2 MB');
    assert.equal(progressText({ done: 0, total: 0, decoding: false }), 'Loading');
    assert.equal(progressText({ done: 3, total: 28, decoding: true }), 'Decoding 3 of 28 slices');
  });

  it('measures rulers in plane mm', () => {
    assert.equal(
      rulerLength({
        ends: [
          [0, 0],
          [3, 4],
        ],
      }),
      5,
    );
  });
});

describe('messages to the worker', () => {
  it('give away each buffer once, wherever it lies', () => {
    const voxels = new Int16Array(4);
    const message = { jsonrpc: '2.0', result: { volume: { voxels, view: new Uint8Array(voxels.buffer) }, n: 1 } };
    assert.deepEqual([...transferables(message)], [voxels.buffer]);
    assert.equal(transferables({ text: 'none', list: [1, null] }).size, 0);
  });
});
