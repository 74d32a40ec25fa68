import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import type { Annotation, Conflict } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { AnnotationError } from '../../../../src/core/annotation/error';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { annotationOf } from './random-annotation';

const SIZE = [10, 8, 3] as const;

const CONFLICTS: readonly Conflict[] = [
  {
    kind: 'statement',
    what: 'review',
    base: { state: 'draft' },
    ours: { state: 'read', by: 'Ada' },
    theirs: { state: 'reviewed' },
  },
  { kind: 'statement', what: 'file', base: 'a.nii', ours: null, theirs: 'b.nii' },
  { kind: 'statement', what: 'patient', subtype: 'IPH', base: null, ours: true, theirs: false },
  { kind: 'statement', what: 'slice', slice: 1, subtype: 'SDH', base: true, ours: null, theirs: false },
  { kind: 'voxels', slice: 1, runs: Uint32Array.of(2, 3, 4, 4, 0, 2, 2, 7, 1, 0, 1, 5) },
];

function annotation(conflicts: readonly Conflict[]): Annotation {
  return { ...annotationOf(new Uint8Array(240), SIZE), conflicts };
}

describe('conflicts on record', () => {
  it('are written in one way, whatever their order, for people to read', () => {
    const text = encodeAnnotation(annotation(CONFLICTS));
    assert.equal(encodeAnnotation(annotation([...CONFLICTS].reverse())), text);
    assert.ok(
      text.includes(` "conflicts": [
  {"statement": "review", "base": {"state": "draft"}, "ours": {"state": "read", "by": "Ada"}, "theirs": {"state": "reviewed"}},
  {"statement": "file", "base": "a.nii", "ours": null, "theirs": "b.nii"},
  {"statement": "patient", "subtype": "IPH", "base": null, "ours": true, "theirs": false},
  {"statement": "slice", "slice": 1, "subtype": "SDH", "base": true, "ours": null, "theirs": false},
  {"slice": 1, "voxels": [
"2 3+4 P - D",
"2 7 - E V"
  ]}
 ],
`),
      text.slice(0, 1500),
    );
    assert.deepEqual(parseAnnotation(text).conflicts, CONFLICTS);
    const schema = new Ajv({ allErrors: true, strict: false }).compile(
      JSON.parse(readFileSync(inRoot('media/ich-annotation.schema.json'), 'utf8')),
    );
    assert.ok(schema(JSON.parse(text)), JSON.stringify(schema.errors));
    assert.ok(!encodeAnnotation(annotation([])).includes('conflicts'));
  });

  for (const [what, from, to, message] of [
    ['a run outside of the image', '2 7 - E V', '2 10 - E V', /lie outside of the image/],
    ['a row outside of the image', '2 7 - E V', '8 7 - E V', /lie outside of the image/],
    ['runs that overlap', '2 7 - E V', '2 6 - E V', /go by row and from left to right/],
    ['an unknown subtype', '2 7 - E V', '2 7 - E X', /no conflict of voxels/],
    ['an empty run', '2 3+4', '2 3+0', /no conflict of voxels/],
    ['a slice that is not there', '"slice": 1, "voxels"', '"slice": 3, "voxels"', /from 0 to 2/],
    ['an unknown statement', '"statement": "file"', '"statement": "name"', /One of review, file/],
    ['a side that is missing', '"ours": null, "theirs": "b.nii"', '"ours": null', /"theirs" is missing/],
    ['a subtype that is none', '"subtype": "IPH"', '"subtype": "ICH"', /"ICH" is no subtype/],
    [
      'the same twice',
      '{"statement": "file", "base": "a.nii", "ours": null, "theirs": "b.nii"}',
      '{"statement": "patient", "subtype": "IPH", "base": null, "ours": true, "theirs": false}',
      /here twice/,
    ],
  ] as const) {
    it(`are refused with ${what}, naming the line`, () => {
      const text = encodeAnnotation(annotation(CONFLICTS));
      assert.ok(text.includes(from));
      assert.throws(
        () => parseAnnotation(text.replace(from, to), 'x.ich.json'),
        (error: unknown) => {
          assert.ok(error instanceof AnnotationError);
          assert.match(error.message, message);
          const first = text.slice(0, text.indexOf('"conflicts"')).split('\n').length;
          assert.ok(error.line >= first && error.line <= first + 10, error.message);
          return true;
        },
      );
    });
  }

  it('cannot be written where they would not be read', () => {
    const runs = Uint32Array.of(2, 8, 4, 0, 1, 2);
    assert.throws(() => encodeAnnotation(annotation([{ kind: 'voxels', slice: 0, runs }])), RangeError);
  });
});
