import assert from 'node:assert/strict';
import { sliceOf } from '../../../../src/extension/commands/slice-number';

describe('a slice that a person types', () => {
  it('counts from 1', () => {
    assert.equal(sliceOf('1', 28), 0);
    assert.equal(sliceOf(' 28 ', 28), 27);
  });

  it('is refused outside of the scan and for anything but a whole number', () => {
    for (const text of ['0', '29', '-1', '1.5', '', 'x', '1e1', '0x1'])
      assert.equal(sliceOf(text, 28), undefined, text);
  });
});
