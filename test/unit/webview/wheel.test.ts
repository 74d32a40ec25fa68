import assert from 'node:assert/strict';
import { WheelNotches, type WheelStep } from '../../../src/webview/tools/wheel';

const event = (deltaY: number, timeStamp: number, more: Partial<WheelStep> = {}): WheelStep => ({
  deltaY,
  deltaMode: 0,
  timeStamp,
  ...more,
});

const total = (events: readonly WheelStep[]): number => {
  const notches = new WheelNotches();
  return events.reduce((sum, one) => sum + notches.take(one), 0);
};

describe('wheel notches', () => {
  it('count one for a notch of a plain wheel, whatever pixels the system makes of it', () => {
    for (const pixels of [53, 100, 120, 133, 300]) {
      assert.equal(total([event(pixels, 0, { wheelDeltaY: -120 })]), 1, `${pixels} px`);
      assert.equal(total([event(-pixels, 0, { wheelDeltaY: 120 })]), -1, `${pixels} px back`);
    }
  });

  it('count all notches that one event carries', () => {
    assert.equal(total([event(240, 0, { wheelDeltaY: -240 })]), 2);
  });

  it('count one for a large delta of a device that does not count itself', () => {
    assert.equal(total([event(100, 0), event(100, 40), event(100, 80)]), 3);
  });

  it('count one for a single slow notch of an accelerated wheel', () => {
    assert.equal(total([event(4, 0), event(4, 1000), event(4, 2000)]), 3);
  });

  it('add up the small deltas of a trackpad', () => {
    // The first counts at once; 60 more pixels make two.
    const swipe = Array.from({ length: 21 }, (_, n) => event(3, n * 16));
    assert.equal(total(swipe), 3);
  });

  it('start anew when the direction turns', () => {
    assert.equal(total([event(3, 0), event(20, 16), event(-3, 32)]), 0);
  });

  it('understand devices that report lines', () => {
    assert.equal(total([event(3, 0, { deltaMode: 1 })]), 1);
  });
});
