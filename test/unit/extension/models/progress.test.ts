import assert from 'node:assert/strict';
import { percentOf } from '../../../../src/extension/models/progress';

describe('progress of a segmentation', () => {
  it('goes from 0 to 100 and never back', () => {
    const stages = [
      { stage: 'decoding', done: 0, total: 0 },
      { stage: 'decoding', done: 0, total: 28 },
      { stage: 'decoding', done: 28, total: 28 },
      { stage: 'loading-model', done: 0, total: 0 },
      { stage: 'running', done: 0, total: 28 },
      { stage: 'running', done: 14, total: 28 },
      { stage: 'running', done: 28, total: 28 },
    ] as const;
    const percents = stages.map(percentOf);
    assert.equal(percents[0], 0);
    assert.equal(percents.at(-1), 100);
    assert.deepEqual(
      percents,
      [...percents].sort((a, b) => a - b),
    );
    assert.equal(percentOf({ stage: 'running', done: 14, total: 28 }), 65);
  });
});
