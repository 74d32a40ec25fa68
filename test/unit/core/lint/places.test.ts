import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTree } from 'jsonc-parser';
import { bloodyAnnotation } from '../../../../src/core/annotation/bench';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { TextPlaces } from '../../../../src/core/lint/places';

type Tree = NonNullable<ReturnType<typeof parseTree>>;
type Path = (string | number)[];

/** Every value of a parsed text with its path, and the names of properties. */
function* values(node: Tree, path: Path = []): Generator<{ path: Path; node: Tree; key?: Tree }> {
  yield { path, node };
  const children = node.children ?? [];
  if (node.type === 'array') {
    for (const [n, child] of children.entries()) yield* values(child, [...path, n]);
  } else if (node.type === 'object') {
    for (const { children: [key, value] = [] } of children) {
      if (!key || !value) continue;
      const inner = [...path, String(key.value)];
      for (const one of values(value, inner)) yield one.path.length === inner.length ? { ...one, key } : one;
    }
  }
}

describe('places in a JSON text', () => {
  it('are those that a parser finds, in any layout', () => {
    const layout = fc.constantFrom(undefined, 1, '\t', 4);
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), layout, fc.boolean(), (value, space, crlf) => {
        const plain = `${crlf ? ' \r\n' : ''}${JSON.stringify(value, null, space)}`;
        const text = crlf ? plain.replaceAll('\n', '\r\n') : plain;
        const tree = parseTree(text);
        assert.ok(tree);
        const places = new TextPlaces(text);
        for (const { path, node, key } of values(tree)) {
          if (path.length > 0) assert.deepEqual(places.valueAt(path), { offset: node.offset, length: node.length });
          if (key) {
            assert.deepEqual(places.keyAt(path), { offset: key.offset, length: key.length });
            assert.deepEqual(places.pathAt(key.offset), path);
          }
          if (!node.children?.length) assert.deepEqual(places.pathAt(node.offset), path);
        }
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('that are not there have a nearest one', () => {
    const places = new TextPlaces('{"a": {"b": [1, {"c": 2}]}}');
    assert.equal(places.valueAt(['a', 'x']), undefined);
    assert.equal(places.keyAt(['a', 'b', 1]), undefined);
    assert.deepEqual(places.nearest(['a', 'x']), { offset: 6, length: 1 });
    assert.deepEqual(places.nearest(['a', 'b', 7, 'c']), { offset: 12, length: 1 });
    assert.deepEqual(places.nearest([]), { offset: 0, length: 1 });
  });

  it('have lines and columns', () => {
    const places = new TextPlaces('ab\r\nc\n\nd');
    assert.deepEqual(
      [0, 1, 3, 4, 5, 6, 7].map((offset) => places.positionAt(offset)),
      [
        { line: 0, column: 0 },
        { line: 0, column: 1 },
        { line: 0, column: 3 },
        { line: 1, column: 0 },
        { line: 1, column: 1 },
        { line: 2, column: 0 },
        { line: 3, column: 0 },
      ],
    );
  });

  it('are found on the last slice of a large annotation', () => {
    const text = encodeAnnotation(bloodyAnnotation(60, 0.05));
    const places = new TextPlaces(text);
    const span = places.valueAt(['slices', 59, 'rows', 511]);
    assert.equal(text.slice(span?.offset, (span?.offset ?? 0) + (span?.length ?? 0)), '511');
    assert.deepEqual(places.pathAt(span?.offset ?? 0), ['slices', 59, 'rows', 511]);
  });
});
