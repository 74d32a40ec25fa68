import assert from 'node:assert/strict';
import { sliceNumberOf } from '../../../../src/extension/commands/slice-number';

describe('a slice that a person types', () => {
  it('counts from 1', () => {
    assert.equal(sliceNumberOf('1', 28), 1);
    assert.equal(sliceNumberOf(' 28 ', 28), 28);
  });

  it('is refused outside of the scan and for anything but a whole number', () => {
    for (const text of ['0', '29', '-1', '1.5', '', 'x', '1e1', '0x1']) {
      assert.equal(sliceNumberOf(text, 28), undefined, text);
    }
  });
});
