import assert from 'node:assert/strict';
import { bySubtype, type Presence } from '../../../src/core/annotation/annotation';
import { encodeRuns } from '../../../src/core/annotation/runs';
import type { AnnotationFields } from '../../../src/core/document/fields';
import { invert } from '../../../src/core/edit/changes';
import { LabelVolume } from '../../../src/core/mask/label-volume';
import { measureGrid } from '../../../src/core/measure/grid';
import { measureLesions } from '../../../src/core/measure/lesions';
import type { Vec3 } from '../../../src/core/volume';
import { changeFields, NOTHING_STATED, sliceFields } from '../../../src/webview/edit/fields';
import { middleOf, relabeled } from '../../../src/webview/lesions/lesion-edits';
import { sorted } from '../../../src/webview/lesions/order';
import {
  boxesFromMask,
  changeComment,
  nextPresence,
  removeBox,
  statePresence,
  stateReview,
} from '../../../src/webview/panels/side/field-edits';
import { panelFromJson, panelToJson } from '../../../src/webview/state/panel-state';

const size: Vec3 = [12, 10, 5];
const grid = measureGrid({
  spacing: [1, 1, 2],
  direction: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  slicePositions: size
    .map((_, k): Vec3 => [0, 0, 2 * k])
    .concat([
      [0, 0, 6],
      [0, 0, 8],
    ]),
  sliceExtents: [2, 2, 2, 2, 2],
});

/** A C open to the right on slices 1 and 2, and a small block on slice 4. */
function mask(): LabelVolume {
  const c = new Uint8Array(120);
  for (let j = 1; j <= 7; j++) c.fill(2, j * 12 + 1, j * 12 + (j === 1 || j === 7 ? 8 : 3));
  const block = new Uint8Array(120);
  block.fill(4, 5 * 12 + 6, 5 * 12 + 9);
  const runs = (labels: Uint8Array): Uint32Array => encodeRuns(labels, 12, 10);
  return new LabelVolume(size, [
    { slice: 1, runs: runs(c) },
    { slice: 2, runs: runs(c) },
    { slice: 4, runs: runs(block) },
  ]);
}

const lesions = measureLesions(mask().masks(), grid);
const [large, small] = lesions;

describe('a lesion of the list', () => {
  it('is relabeled and removed exactly, and put back by the inverse', () => {
    assert.ok(large && small);
    const volume = mask();
    const before = volume.masks();
    const change = relabeled(large, 5);
    volume.apply(change);
    const after = measureLesions(volume.masks(), grid);
    assert.deepEqual(
      after.map(({ subtype, voxels }) => [subtype, voxels]),
      [
        ['IVH', large.voxels],
        ['IPH', small.voxels],
      ],
    );
    volume.apply(invert(change));
    assert.deepEqual(volume.masks(), before);
    volume.apply(relabeled(small, 0));
    assert.deepEqual(
      volume.masks().map(({ slice }) => slice),
      [1, 2],
    );
    assert.deepEqual(relabeled(large, 2), []);
  });

  it('is looked at where it has voxels, although its centre lies beside it', () => {
    assert.ok(large && small);
    const volume = mask();
    const [i, j, k] = middleOf(large);
    assert.equal(volume.at(Math.round(large.centroid[0]), Math.round(large.centroid[1]), k), 0);
    assert.equal(volume.at(i, j, k), 2);
    assert.deepEqual(middleOf(small), [7, 5, 4]);
    // Of a lesion without voxels half-way, the nearest slice that has some.
    const apart = {
      masks: [0, 4].map((slice) => ({ slice, runs: Uint32Array.of(1, 2, 3, 1) })),
      centroid: [3, 2, 2.4] as const,
    };
    assert.deepEqual(middleOf(apart), [3, 2, 4]);
  });

  it('stands where the order puts it', () => {
    const names = (order: Parameters<typeof sorted>[1], shown = (k: number): number => k): string[] =>
      sorted(lesions, order, shown).map(({ subtype }) => subtype);
    assert.deepEqual(names('volume'), ['SDH', 'IPH']);
    assert.deepEqual(names('slice'), ['SDH', 'IPH']);
    assert.deepEqual(
      names('slice', (k) => 4 - k),
      ['IPH', 'SDH'],
    );
    assert.deepEqual(names('subtype'), ['SDH', 'IPH']);
    const scan = { voxels: new Int16Array(600).fill(40).fill(70, 480), slope: 1, intercept: 0, size };
    const dense = measureLesions(mask().masks(), grid, scan);
    assert.deepEqual(
      sorted(dense, 'density', (k) => k).map(({ subtype }) => subtype),
      ['IPH', 'SDH'],
    );
  });
});

describe('what the panel states', () => {
  it('goes round in three states', () => {
    const round: Presence[] = [null];
    for (let n = 0; n < 3; n++) round.push(nextPresence(round.at(-1) ?? null));
    assert.deepEqual(round, [null, true, false, null]);
  });

  it('applies to the fields that it was made on', () => {
    const first = { text: 'one', by: 'A' };
    const second = { at: [3, 4] as const, text: 'two' };
    let fields: AnnotationFields = NOTHING_STATED;
    const apply = (...changes: Parameters<typeof changeFields>[1]): void => {
      fields = changeFields(fields, changes);
    };
    apply(statePresence(fields, 'SDH', 2, true), statePresence(fields, 'IVH', undefined, false));
    apply(changeComment(fields, 2, undefined, first));
    apply(changeComment(fields, 2, undefined, second));
    apply(changeComment(fields, 2, 0, { ...first, text: 'uno' }));
    assert.deepEqual(sliceFields(fields, 2).comments, [{ ...first, text: 'uno' }, second]);
    apply(changeComment(fields, 2, 0, undefined));
    assert.deepEqual(sliceFields(fields, 2).comments, [second]);
    assert.equal(sliceFields(fields, 2).present.SDH, true);
    assert.equal(fields.patient.IVH, false);
    apply(stateReview(fields, 'read', 'A'));
    assert.deepEqual(fields.review, { state: 'read', by: 'A' });
    apply(stateReview(fields, 'draft'));
    assert.deepEqual(fields.review, { state: 'draft' });
  });

  it('boxes the mask, where the boxes are not that already', () => {
    const runs = mask().runs(1);
    const stale = { ...bySubtype(() => []), IPH: [[0, 0, 1, 1] as const, [2, 2, 1, 1] as const] };
    const fields = { ...NOTHING_STATED, slices: [{ ...sliceFields(undefined, 1), boxes: stale }] };
    const changes = boxesFromMask(fields, 1, runs);
    const boxed = changeFields(fields, changes);
    assert.deepEqual(sliceFields(boxed, 1).boxes, { ...bySubtype(() => []), SDH: [[1, 1, 7, 7]] });
    assert.deepEqual(boxesFromMask(boxed, 1, runs), []);
    const one = changeFields(fields, [removeBox(fields, 1, 'IPH', 0)]);
    assert.deepEqual(sliceFields(one, 1).boxes.IPH, [[2, 2, 1, 1]]);
  });
});

describe('what is kept of the panel', () => {
  it('comes back as it was', () => {
    const panel = {
      opacity: 0.55,
      labelOpacities: [1, 0.5, 0, 1, 0.25],
      lesionOrder: 'slice' as const,
      foldedSections: new Set(['boxes', 'review']),
    };
    assert.deepEqual(panelFromJson(JSON.parse(JSON.stringify(panelToJson(panel)))), panel);
  });

  it('is as new where it does not fit', () => {
    const fresh = {
      opacity: undefined,
      labelOpacities: [1, 1, 1, 1, 1],
      lesionOrder: 'volume',
      foldedSections: new Set(),
    };
    for (const json of [
      undefined,
      3,
      {},
      { opacity: 2, labelOpacities: [1], lesionOrder: 'x', foldedSections: 'boxes' },
    ])
      assert.deepEqual(panelFromJson(json), fresh);
  });
});
