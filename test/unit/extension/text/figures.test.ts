import assert from 'node:assert/strict';
import { emptyAnnotation } from '../../../../src/core/annotation/annotation';
import { figuresOf, inBrief, milliliters, rowFigures } from '../../../../src/extension/text/figures';
import { KnownFiles } from '../../../../src/extension/text/known';

const image = {
  file: 'a.nii',
  sha256: '0'.repeat(64),
  size: [20, 20, 3],
  spacing: [0.5, 0.5, 5],
  affine: [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1],
} as const;

/** IPH of 10 + 5 and SDH of 4 voxels on slice 1, IPH of 20 on slice 2. */
function annotation(affine: readonly number[] = image.affine) {
  const empty = emptyAnnotation({ ...image, affine });
  const runs = [[], [4, 3, 2, 10, 2, 4, 0, 4, 4, 4, 6, 5], [4, 3, 0, 20]];
  return { ...empty, slices: empty.slices.map((slice, k) => ({ ...slice, runs: Uint32Array.from(runs[k] ?? []) })) };
}

describe('the figures of an annotation', () => {
  it('are voxels, area and volume of each subtype on each slice and in all', () => {
    const { slices, total, exact } = figuresOf(annotation());
    assert.deepEqual(slices, [
      [],
      [
        { subtype: 'SDH', voxels: 4, area: 1, volume: 0.005 },
        { subtype: 'IPH', voxels: 15, area: 3.75, volume: 0.01875 },
      ],
      [{ subtype: 'IPH', voxels: 20, area: 5, volume: 0.025 }],
    ]);
    assert.deepEqual(
      total.map(({ subtype, voxels, volume }) => [subtype, voxels, volume]),
      [
        ['SDH', 4, 0.005],
        ['IPH', 35, 0.04375],
      ],
    );
    assert.equal(exact, true);
    assert.deepEqual(rowFigures(annotation(), 1, 4), [
      { subtype: 'SDH', voxels: 4, area: 1, volume: 0.005 },
      { subtype: 'IPH', voxels: 5, area: 1.25, volume: 0.00625 },
    ]);
    assert.deepEqual(rowFigures(annotation(), 1, 5), []);
  });

  it("use each slice's own extent where the scan is known, and say where they are about right", () => {
    const uneven = annotation([0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 7.5, 0, 0, 0, 0, 1]);
    assert.equal(figuresOf(uneven).exact, false);
    const { slices, exact } = figuresOf(uneven, [5, 10, 5]);
    assert.equal(exact, true);
    assert.equal(slices[1]?.[0]?.volume, 0.01);
    // A tilt makes the step longer than the distance of the planes: still even.
    const tilted = annotation([0.5, 0, 0, 0, 0, 0.5, 1.5, 0, 0, 0, 5, 0, 0, 0, 0, 1]);
    assert.equal(figuresOf(tilted).exact, true);
  });

  it('are written with digits that say something', () => {
    assert.deepEqual([12.345, 0.1, 0.0437, 0.00119].map(milliliters), ['12.35', '0.10', '0.044', '0.0012']);
    assert.equal(inBrief(figuresOf(annotation()).total, true), 'SDH 0.0050 mL, IPH 0.044 mL');
    assert.match(inBrief(figuresOf(annotation()).total, false), /^SDH ≈ 0/);
  });
});

describe('what is kept of checked files', () => {
  const finding = { code: 'tiny-island', severity: 'information', message: 'm', range: [1, 2, 3, 4] } as const;
  const file = { mtime: 5, size: 6, findings: [finding] };

  it('comes back in another window, for files that are as they were', () => {
    const known = new KnownFiles('1');
    known.set('file:///a', file);
    assert.equal(known.changed, true);
    const next = new KnownFiles('1');
    next.load(known.toText());
    assert.equal(known.changed, false);
    assert.deepEqual(next.get('file:///a', { mtime: 5, size: 6 }), file);
    assert.equal(next.get('file:///a', { mtime: 5, size: 7 }), undefined);
    assert.equal(next.get('file:///a', { mtime: 4, size: 6 }), undefined);
    assert.deepEqual(next.keys(), ['file:///a']);
    next.delete('file:///a');
    assert.deepEqual([next.keys(), next.changed], [[], true]);
  });

  it('is forgotten under other rules, and when it is damaged', () => {
    const known = new KnownFiles('1');
    known.set('file:///a', file);
    for (const [rules, text] of [
      ['2', known.toText()],
      ['1', known.toText().slice(0, -9)],
      ['1', 'null'],
      ['1', '{"rules": "1", "files": 3}'],
    ] as const) {
      const next = new KnownFiles(rules);
      next.load(text);
      assert.deepEqual(next.keys(), []);
    }
    known.reset('1');
    assert.equal(known.keys().length, 1);
    known.reset('2');
    assert.equal(known.keys().length, 0);
  });
});
