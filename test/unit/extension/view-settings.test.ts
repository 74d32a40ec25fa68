import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Setting } from '../../../src/extension/view-settings';
import { viewSettingsFrom } from '../../../src/extension/view-settings';

/** Standard values as the manifest has them. */
function manifestDefaults(): Record<string, unknown> {
  const manifest = JSON.parse(readFileSync(path.resolve('package.json'), 'utf8')) as {
    contributes: { configuration: { properties: Record<string, { default: unknown }> }[] };
  };
  const properties = manifest.contributes.configuration.flatMap((group) => Object.entries(group.properties));
  return Object.fromEntries(properties.map(([key, { default: value }]) => [key.replace(/^hemorica\./, ''), value]));
}

const standard = manifestDefaults();
const reader =
  (changed: Record<string, unknown>) =>
  (key: string): Setting => ({ value: key in changed ? changed[key] : standard[key], standard: standard[key] });
const settings = (changed: Record<string, unknown>) => viewSettingsFrom(reader(changed));

describe('settings of the page', () => {
  it('start with the five presets of the field and the colors that color-blind people tell apart', () => {
    const { presets, subtypeColors, overlayOpacity, layout, interpolation } = settings({});
    assert.deepEqual(
      presets.map(({ name, center, width }) => `${name} ${center}/${width}`),
      ['brain 40/80', 'subdural 80/200', 'stroke 40/40', 'bone 600/2800', 'soft tissue 40/400'],
    );
    assert.deepEqual(subtypeColors, ['#E69F00', '#56B4E9', '#009E73', '#D55E00', '#CC79A7']);
    assert.deepEqual([overlayOpacity, layout, interpolation], [0.4, 'axial', true]);
  });

  it('are taken as the user has them', () => {
    const mine = settings({
      'view.windowPresets': [{ name: 'mine', center: -20, width: 1.5 }],
      'view.layout': 'all',
      'view.interpolation': false,
      'overlay.opacity': 0,
      'overlay.colors': { SDH: '#000000' },
    });
    assert.deepEqual(mine.presets, [{ name: 'mine', center: -20, width: 1.5 }]);
    assert.deepEqual(mine.subtypeColors, ['#E69F00', '#000000', '#009E73', '#D55E00', '#CC79A7']);
    assert.deepEqual([mine.overlayOpacity, mine.layout, mine.interpolation], [0, 'all', false]);
  });

  it('give way to the standard ones where they make no sense', () => {
    const usual = settings({});
    for (const presets of [
      [],
      'brain',
      [{ name: '', center: 1, width: 1 }],
      [{ name: 'a', center: 1, width: 0 }],
      [null],
    ]) {
      assert.deepEqual(settings({ 'view.windowPresets': presets }), usual);
    }
    for (const opacity of [-0.1, 1.1, Number.NaN, '0.5', null])
      assert.deepEqual(settings({ 'overlay.opacity': opacity }), usual);
    for (const colors of [null, [], { EPH: 'red' }, { EPH: '#12' }, { EPH: 'url(x)' }]) {
      assert.deepEqual(settings({ 'overlay.colors': colors }), usual);
    }
    assert.deepEqual(settings({ 'view.layout': 'front', 'view.interpolation': 1 }), usual);
  });
});
