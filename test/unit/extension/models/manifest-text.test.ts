import assert from 'node:assert/strict';
import { placeOf } from '../../../../src/extension/models/manifest-text';

describe('placeOf', () => {
  const text = '{\n  "name": "x",\n  "input": { "channels": [{ "window": { "width": 0 } }], "name": "ct" }\n}\n';
  const at = (error: string): string | undefined => {
    const place = placeOf(text, error);
    return place && text.slice(place.offset, place.offset + place.length);
  };

  it('finds the field that an error names', () => {
    assert.equal(at('"name" is "x"; it must be other.'), '"name": "x"');
    assert.equal(at('/m/model.json: "input.channels[0].window.width" is 0; it must be above 0.'), '"width": 0');
    assert.equal(at('"input.name" is "ct", but the network has the inputs "image".'), '"name": "ct"');
    assert.equal(at('its SHA-256 is ab, but "sha256" in model.json is cd.'), '{');
  });

  it('finds what is around a field that is missing', () => {
    assert.equal(at('"input.channels[0].window.center" is missing; it must be a number.'), '"window"');
    assert.equal(at('"input.channels[1].window" is missing.'), '"channels"');
    assert.equal(at('"outputs.blood" is missing.'), '{');
  });

  it('knows no place without a field or without JSON', () => {
    assert.equal(at('The file must be a JSON object.'), undefined);
    assert.equal(placeOf('', '"name" is missing'), undefined);
  });
});
