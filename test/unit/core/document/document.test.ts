import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Annotation, bySubtype, emptyAnnotation, REVIEW_STATES } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { encodeRuns, paintRuns } from '../../../../src/core/annotation/runs';
import { SUBTYPES } from '../../../../src/core/annotation/subtype';
import { applyEdit } from '../../../../src/core/document/apply';
import { applyToRuns } from '../../../../src/core/document/apply-runs';
import { creditEdit } from '../../../../src/core/document/credit';
import { diffAnnotations, sameAnnotation } from '../../../../src/core/document/diff';
import { type AnnotationEdit, invertEdit, isEmptyEdit } from '../../../../src/core/document/edit';
import { fieldsOf } from '../../../../src/core/document/fields';
import { changedLines } from '../../../../src/core/document/lines';
import { AnnotationModel, Step } from '../../../../src/core/document/model';
import { EditRefused } from '../../../../src/core/document/refused';
import { changeBetween } from '../../../../src/core/mask/changes';
import { imageOf } from '../annotation/random-annotation';

const [WIDTH, HEIGHT, DEPTH] = [9, 6, 3];
const IMAGE = imageOf(WIDTH, HEIGHT, DEPTH);
const SEED = { seed: 20240917, numRuns: 300 } as const;

const presence = fc.constantFrom(true, false, null);
const name = fc.constantFrom('Jane Doe', 'John "J" Roe', 'Łukasz');
const source = fc.oneof(
  name.map((reader) => ({ reader })),
  fc.constant({ model: { name: 'm', version: '1', sha256: 'cd'.repeat(32), threshold: 0.5, provider: 'cpu' } }),
);
const box = fc
  .tuple(fc.nat(WIDTH - 1), fc.nat(HEIGHT - 1))
  .chain(([i, j]) =>
    fc.tuple(
      fc.constant(i),
      fc.constant(j),
      fc.integer({ min: 1, max: WIDTH - i }),
      fc.integer({ min: 1, max: HEIGHT - j }),
    ),
  );
const comment = fc.record(
  {
    text: fc.constantFrom('Spot sign?', 'zwei\nZeilen'),
    at: fc.tuple(fc.nat(WIDTH - 1), fc.nat(HEIGHT - 1)),
    by: name,
  },
  { requiredKeys: ['text'] },
);
const labels = fc.oneof(
  fc.constant(new Uint8Array(WIDTH * HEIGHT)),
  fc
    .array(fc.constantFrom(0, 0, 0, 1, 2, 4), { minLength: WIDTH * HEIGHT, maxLength: WIDTH * HEIGHT })
    .map((values) => Uint8Array.from(values)),
);
const perSubtype = <T>(value: fc.Arbitrary<T>) =>
  fc
    .tuple(value, value, value, value, value)
    .map((values) => bySubtype((subtype) => values[SUBTYPES.indexOf(subtype)] as T));
const slice = fc.record({
  runs: labels.map((mask) => encodeRuns(mask, WIDTH, HEIGHT)),
  findings: perSubtype(
    fc.record({ present: presence, boxes: fc.array(box, { maxLength: 2 }), made: fc.array(source, { maxLength: 1 }) }),
  ),
  editors: fc
    .uniqueArray(fc.tuple(fc.nat(HEIGHT - 1), name), { maxLength: 3, selector: ([row]) => row })
    .map((rows) => new Map(rows)),
  comments: fc.array(comment, { maxLength: 2 }),
});
const annotation: fc.Arbitrary<Annotation> = fc.record({
  image: fc.constantFrom(IMAGE, { ...IMAGE, file: 'moved/head.nii.gz' }),
  review: fc.record({ state: fc.constantFrom(...REVIEW_STATES), by: name }, { requiredKeys: ['state'] }),
  made: fc.array(source, { maxLength: 2 }),
  patient: perSubtype(presence),
  slices: fc.array(slice, { minLength: DEPTH, maxLength: DEPTH }),
});

/** Paints one voxel: from the label that it has to another one. */
function dot(of: Annotation, k: number, row: number, column: number, label: number): AnnotationEdit {
  const mask = new Uint8Array(WIDTH * HEIGHT);
  paintRuns(of.slices[k]?.runs ?? assert.fail(), mask, WIDTH, HEIGHT);
  const before = mask[row * WIDTH + column] ?? 0;
  return { label: 'Dot', mask: [{ slice: k, runs: Uint32Array.of(row, column, 1, before, label) }], fields: [] };
}

describe('edits of annotations', () => {
  it('lead from any state to any other, and back', () => {
    fc.assert(
      fc.property(annotation, annotation, (a, b) => {
        const before = encodeAnnotation(a);
        const edit = diffAnnotations(a, b, 'All');
        const applied = applyEdit(a, edit);
        assert.equal(encodeAnnotation(applied), encodeAnnotation(b));
        assert.ok(sameAnnotation(applied, b));
        assert.equal(encodeAnnotation(applyEdit(applied, invertEdit(edit))), before);
        assert.equal(encodeAnnotation(a), before, 'the value that was edited is left as it was');
      }),
      SEED,
    );
  });

  it('are empty between states that say the same, and only then', () => {
    fc.assert(
      fc.property(annotation, annotation, (a, b) => {
        const again = parseAnnotation(encodeAnnotation(a));
        assert.ok(isEmptyEdit(diffAnnotations(a, again, '')));
        assert.equal(sameAnnotation(a, b), encodeAnnotation(a) === encodeAnnotation(b));
      }),
      SEED,
    );
  });

  it('change runs as they change voxels', () => {
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const [before, after] = [a, b].map((mask) => encodeRuns(mask, WIDTH, HEIGHT)) as [Uint32Array, Uint32Array];
        const [change] = changeBetween([{ slice: 1, runs: before }], [{ slice: 1, runs: after }]);
        const result = change ? applyToRuns(before, change, WIDTH, HEIGHT) : before;
        assert.deepEqual([...result], [...after]);
      }),
      SEED,
    );
  });

  it('of different voxels go together in either order, of the same voxel the second is refused', () => {
    fc.assert(
      fc.property(annotation, fc.nat(WIDTH * HEIGHT - 1), fc.nat(WIDTH * HEIGHT - 1), (a, p, q) => {
        const [one, other] = [p, q].map((at) => {
          const edit = dot(a, 1, Math.floor(at / WIDTH), at % WIDTH, 0);
          edit.mask[0]?.runs.set([((edit.mask[0].runs[3] ?? 0) + 1) % 6], 4);
          return edit;
        }) as [AnnotationEdit, AnnotationEdit];
        const first = applyEdit(a, one);
        if (p === q) assert.throws(() => applyEdit(first, other), EditRefused);
        else assert.ok(sameAnnotation(applyEdit(first, other), applyEdit(applyEdit(a, other), one)));
      }),
      SEED,
    );
  });

  const empty = emptyAnnotation(IMAGE);
  const mask = (...runs: number[]): AnnotationEdit => ({
    label: '',
    mask: [{ slice: 0, runs: Uint32Array.of(...runs) }],
    fields: [],
  });
  for (const [what, edit] of [
    [
      'a slice that is not there',
      { ...mask(0, 0, 1, 0, 1), mask: [{ slice: DEPTH, runs: Uint32Array.of(0, 0, 1, 0, 1) }] },
    ],
    ['a row outside of the image', mask(HEIGHT, 0, 1, 0, 1)],
    ['columns outside of the image', mask(0, WIDTH - 1, 2, 0, 1)],
    ['a label that there is not', mask(0, 0, 1, 0, 6)],
    ['rows out of order', mask(2, 0, 1, 0, 1, 1, 0, 1, 0, 1)],
    ['a voxel twice', mask(0, 0, 2, 0, 1, 0, 1, 1, 0, 1)],
    [
      'a box outside of the image',
      {
        label: '',
        mask: [],
        fields: [{ field: 'boxes', slice: 0, subtype: 'IPH', before: [], after: [[0, 0, WIDTH + 1, 1]] }],
      },
    ],
    [
      'a comment without text',
      { label: '', mask: [], fields: [{ field: 'comments', slice: 0, before: [], after: [{ text: '' }] }] },
    ],
    [
      'a comment outside of the image',
      {
        label: '',
        mask: [],
        fields: [{ field: 'comments', slice: 0, before: [], after: [{ text: 'x', at: [0, HEIGHT] }] }],
      },
    ],
    ['another size', { label: '', mask: [], fields: [{ field: 'image', before: IMAGE, after: imageOf(1, 1, 1) }] }],
    [
      'a label that was another one',
      { label: '', mask: [], fields: [{ field: 'patient', subtype: 'IPH', before: true, after: false }] },
    ],
  ] as const satisfies readonly (readonly [string, AnnotationEdit])[]) {
    it(`are refused for ${what}`, () => assert.throws(() => applyEdit(empty, edit), EditRefused));
  }

  it('between images of different size are none', () => {
    assert.throws(() => diffAnnotations(empty, emptyAnnotation(imageOf(2, 2, 2)), ''), RangeError);
    assert.equal(sameAnnotation(empty, emptyAnnotation(imageOf(2, 2, 2))), false);
  });
});

describe('who changed which rows', () => {
  it('is written into the rows of the edit, and undone with it', () => {
    const start = { ...emptyAnnotation(IMAGE, [{ reader: 'Jane Doe' }]) };
    const edit = creditEdit(start, dot(start, 1, 3, 2, 4), 'John Roe');
    const after = applyEdit(start, edit);
    assert.deepEqual([...(after.slices[1]?.editors ?? [])], [[3, 'John Roe']]);
    assert.ok(sameAnnotation(applyEdit(after, invertEdit(edit)), start));
  });

  it('is nobody where the reader made the whole annotation alone', () => {
    const start = emptyAnnotation(IMAGE, [{ reader: 'Jane Doe' }]);
    const other = applyEdit(start, creditEdit(start, dot(start, 1, 3, 2, 4), 'John Roe'));
    const back = applyEdit(other, creditEdit(other, dot(other, 1, 3, 5, 4), 'Jane Doe'));
    assert.equal(back.slices[1]?.editors.size, 0);
  });

  it('is the reader where a model made the subtype of the slice', () => {
    const start = emptyAnnotation(IMAGE, [{ reader: 'Jane Doe' }]);
    const model = { model: { name: 'm', version: '1', sha256: 'cd'.repeat(32), threshold: 0.5, provider: 'cpu' } };
    const made = applyEdit(start, {
      label: '',
      mask: [],
      fields: [{ field: 'sources', slice: 1, subtype: 'SDH', before: [], after: [model] }],
    });
    const after = applyEdit(made, creditEdit(made, dot(made, 1, 3, 2, 4), 'Jane Doe'));
    assert.deepEqual([...(after.slices[1]?.editors ?? [])], [[3, 'Jane Doe']]);
  });
});

describe('the model', () => {
  it('knows whether anything is unsaved, through undo and redo', () => {
    const model = new AnnotationModel();
    assert.equal(model.dirty, false);
    const start = emptyAnnotation(IMAGE);
    model.adopt(start, 'text');
    const edit = dot(start, 0, 0, 0, 1);
    model.apply(edit);
    const step = new Step(model, edit);
    assert.equal(model.dirty, true);
    assert.ok(step.undo());
    assert.equal(model.dirty, false);
    assert.equal(step.undo(), undefined, 'an edit that is not applied cannot be undone');
    assert.ok(step.redo());
    model.rebase(model.annotation ?? assert.fail(), 'text 2');
    assert.deepEqual([model.dirty, model.baseText, model.revision], [false, 'text 2', 4]);
  });

  it('leaves an edit alone whose voxels were replaced, and takes back one whose were not', () => {
    const model = new AnnotationModel();
    const start = emptyAnnotation(IMAGE);
    model.adopt(start, '');
    const steps = [dot(start, 0, 0, 0, 1), dot(start, 1, 2, 2, 4)].map((edit) => {
      model.apply(edit);
      return new Step(model, edit);
    });
    const outside = applyEdit(model.annotation ?? assert.fail(), dot(model.annotation ?? assert.fail(), 1, 2, 2, 5));
    model.adopt(outside, '');
    assert.equal(steps[1]?.undo(), undefined);
    assert.equal(model.annotation, outside);
    assert.ok(steps[0]?.undo());
    assert.equal(model.annotation?.slices[0]?.runs.length, 0);
    assert.deepEqual([...(model.annotation?.slices[1]?.runs ?? [])], [5, 2, 2, 1]);
  });

  it('refuses edits of nothing', () => {
    assert.throws(() => new AnnotationModel().apply({ label: '', mask: [], fields: [] }), EditRefused);
  });
});

describe('what pages are told of the statements', () => {
  it('leaves out slices of which nothing is stated', () => {
    const start = emptyAnnotation(IMAGE);
    const edit: AnnotationEdit = {
      label: '',
      mask: [],
      fields: [{ field: 'slice', slice: 2, subtype: 'SAH', before: null, after: false }],
    };
    assert.deepEqual(fieldsOf(start).slices, []);
    const [only, ...rest] = fieldsOf(applyEdit(start, edit)).slices;
    assert.deepEqual(rest, []);
    assert.deepEqual([only?.slice, only?.present.SAH, only?.present.IPH, only?.comments], [2, false, null, []]);
  });
});

describe('changed lines', () => {
  const lines = fc.array(fc.constantFrom<string>('', 'a', 'b', 'ab', 'ba'), { minLength: 1, maxLength: 12 });
  it('make one text of another', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const result = [...before];
        for (const { first, end, lines: added, lastLength } of changedLines(
          before.join('\n'),
          after.join('\n'),
        ).reverse()) {
          assert.equal(lastLength, end > first ? before[end - 1]?.length : 0);
          result.splice(first, end - first, ...added);
        }
        assert.deepEqual(result, after);
      }),
      SEED,
    );
  });

  it('are only those of the rows that an edit changes', () => {
    const start = emptyAnnotation(IMAGE, [{ reader: 'Jane Doe' }]);
    const two = applyEdit(applyEdit(start, dot(start, 0, 1, 1, 4)), dot(start, 2, 4, 0, 2));
    assert.deepEqual(
      changedLines(encodeAnnotation(start), encodeAnnotation(two)).map(({ first, end, lines: added }) => [
        end - first,
        added.length,
      ]),
      [
        [1, 1],
        [1, 1],
      ],
    );
  });
});
