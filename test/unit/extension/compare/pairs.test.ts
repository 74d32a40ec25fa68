import assert from 'node:assert/strict';
import { Pairs, type Sided } from '../../../../src/extension/compare/pairs';

interface Editor extends Sided {
  column: number | undefined;
  visible: boolean;
  readonly address: string;
}

const editor = (address: string, column = 1): Editor => ({ address, column, visible: true });

/** Pairs over editor groups whose active single tabs the test sets. */
function pairing(): { pairs: Pairs<Editor>; single: Map<number, string> } {
  const single = new Map<number, string>();
  return {
    pairs: new Pairs<Editor>(
      (column) => single.get(column),
      () => true,
    ),
    single,
  };
}

describe('the two sides of a diff', () => {
  it('are the two visible editors of a column', () => {
    const { pairs } = pairing();
    const [left, right, elsewhere] = [editor('a'), editor('b'), editor('c', 2)];
    assert.deepEqual(pairs.add(left), []);
    assert.deepEqual(pairs.add(elsewhere), []);
    assert.deepEqual(pairs.add(right), [{ left, right }]);
    assert.equal(pairs.of(left), pairs.of(right));
    assert.equal(pairs.of(elsewhere), undefined);
  });

  it('are turned around where the second is the left one', () => {
    const pairs = new Pairs<Editor>(
      () => undefined,
      (first) => first.address === 'left',
    );
    const [right, left] = [editor('right'), editor('left')];
    pairs.add(right);
    assert.deepEqual(pairs.add(left), [{ left, right }]);
  });

  it('stay together while hidden, and are free when one is closed', () => {
    const { pairs } = pairing();
    const [left, right] = [editor('a'), editor('b')];
    pairs.add(left);
    pairs.add(right);
    left.visible = false;
    right.visible = false;
    const [first, second] = [editor('a'), editor('c')];
    pairs.add(first);
    assert.deepEqual(pairs.add(second), [{ left: first, right: second }]);
    pairs.remove(right);
    assert.equal(pairs.of(left), undefined);
    assert.deepEqual(pairs.of(first), { left: first, right: second });
  });

  it('never include an editor in a tab of its own that a diff is about to cover', () => {
    const { pairs, single } = pairing();
    const alone = editor('a');
    single.set(1, 'a');
    assert.deepEqual(pairs.add(alone), []);
    // The sides open while the tab before is still the active one, and still visible.
    const [left, right] = [editor('b'), editor('a')];
    assert.deepEqual([...pairs.add(left), ...pairs.add(right)], []);
    single.delete(1);
    assert.deepEqual(pairs.match(), [{ left, right }]);
    assert.equal(pairs.of(alone), undefined);
  });

  it('wait until a third one is hidden', () => {
    const { pairs } = pairing();
    const [closing, left, right] = [editor('x'), editor('a'), editor('b')];
    closing.visible = false;
    pairs.add(closing);
    pairs.add(left);
    closing.visible = true;
    assert.deepEqual(pairs.add(right), []);
    closing.visible = false;
    assert.deepEqual(pairs.match(), [{ left, right }]);
  });
});
