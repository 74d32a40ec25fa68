import assert from 'node:assert/strict';
import Ajv from 'ajv';
import schema from '../../../../media/ich-annotation.schema.json';
import { emptyAnnotation } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { ANNOTATION_FORMAT, ANNOTATION_VERSION } from '../../../../src/core/annotation/version';
import { random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs, imageOf, withRemarks } from './random-annotation';

const valid = new Ajv({ strict: false }).compile(schema);

function errors(text: string): string {
  return valid(JSON.parse(text)) ? '' : JSON.stringify(valid.errors);
}

describe('annotation schema', () => {
  it('accepts what is written', () => {
    for (let seed = 0; seed < 50; seed++) {
      const next = random(seed);
      const annotation = withRemarks(next, annotationOf(blobs(next, [30, 20, 3], 3, 2), [30, 20, 3]));
      assert.equal(errors(encodeAnnotation(annotation)), '');
    }
    assert.equal(schema.properties.format.const, ANNOTATION_FORMAT);
    assert.equal(schema.properties.version.const, ANNOTATION_VERSION);
  });

  it('refuses what the reader refuses and a schema can tell', () => {
    const good = encodeAnnotation(emptyAnnotation(imageOf(8, 3, 1)));
    const changes: readonly (readonly [string, string])[] = [
      ['"version": 1', '"version": 2'],
      ['"draft"', '"done"'],
      ['"head.nii.gz"', '"/head.nii.gz"'],
      ['"head.nii.gz"', '"a\\\\b"'],
      ['"present": null', '"present": "yes"'],
      ['"made": []', '"made": [{"reader": "a", "model": {}}]'],
      ['"boxes": []', '"boxes": [[1, 2, 3]]'],
      ['\n1,\n', '\n"1 X2",\n'],
      ['\n1,\n', '\n"1 P2-3",\n'],
      ['\n1,\n', '\n"1 P",\n'],
      ['"review"', '"patientName": "x", "review"'],
      ['  "file": "head.nii.gz",\n', ''],
    ];
    for (const [from, to] of changes) {
      assert.ok(good.includes(from), from);
      assert.notEqual(errors(good.replace(from, to)), '', to);
    }
  });
});
