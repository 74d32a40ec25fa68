import assert from 'node:assert/strict';
import { percentText } from '../../../../src/core/model/percent';
import type { Outcome } from '../../../../src/extension/classification/run';
import { bySuspicion, foundText, suspectedCount } from '../../../../src/extension/classification/words';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('a classification in words', () => {
  it('never calls certain or impossible what is not', () => {
    const shown = [0, 0.001, 0.005, 0.5, 0.994, 0.999, 1].map((value) => plain(percentText(value)));
    assert.deepEqual(shown, ['0 %', '< 1 %', '1 %', '50 %', '99 %', '> 99 %', '100 %']);
  });

  it('names the subtypes that are called, the likeliest first, and counts slices', () => {
    const thresholds = { any: 0.5, SDH: 0.5, IPH: 0.5, IVH: 0.5 };
    const patient = { any: 0.9, SDH: 0.6, IPH: 0.88, IVH: 0.2 };
    assert.equal(plain(foundText({ patient, thresholds })), 'IPH 88 %, SDH 60 %');
    assert.equal(foundText({ patient: { any: 0.9 }, thresholds }), '');
    assert.equal(suspectedCount({ slices: [{ any: 0.5 }, { any: 0.4 }, { any: 0.9 }], thresholds }), 2);
  });

  it('lists scans by suspicion, and what failed at the end', () => {
    const outcome = (any: number): Outcome => ({ result: { patient: { any } } }) as unknown as Outcome;
    const failed = { problem: new Error('unreadable') } as unknown as Outcome;
    const [low, high] = [outcome(0), outcome(0.7)];
    assert.deepEqual(bySuspicion([failed, low, high]), [high, low, failed]);
  });
});
