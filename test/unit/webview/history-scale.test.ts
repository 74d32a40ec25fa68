import assert from 'node:assert/strict';
import { columnOf, commitAt, rowOf, ticks } from '../../../src/webview/history/scale';

const FRAME = { left: 50, top: 10, width: 400, height: 200 };

describe('the graph of an annotation’s history', () => {
  it('has round steps from 0 that reach the largest volume, few of them', () => {
    assert.deepEqual(ticks(12.4), [0, 5, 10, 15]);
    assert.deepEqual(ticks(10), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(ticks(0.03), [0, 0.01, 0.02, 0.03]);
    assert.deepEqual(ticks(0), [0, 1]);
    for (let volume = 0.001; volume < 1000; volume *= 1.37) {
      const marks = ticks(volume);
      assert.ok((marks.at(-1) ?? 0) >= volume && marks.length <= 7, `${volume}: ${marks}`);
    }
  });

  it('places commits evenly, and finds the one under the pointer', () => {
    assert.deepEqual(
      [0, 1, 2].map((n) => columnOf(n, 3, FRAME)),
      [50, 250, 450],
    );
    assert.equal(columnOf(0, 1, FRAME), 250);
    for (const count of [1, 2, 7, 200])
      for (let n = 0; n < count; n++) assert.equal(commitAt(columnOf(n, count, FRAME), count, FRAME), n);
    assert.equal(commitAt(-100, 5, FRAME), 0);
    assert.equal(commitAt(9999, 5, FRAME), 4);
    assert.deepEqual([rowOf(0, 20, FRAME), rowOf(20, 20, FRAME)], [210, 10]);
  });
});
