import assert from 'node:assert/strict';
import { emptyAnnotation } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { AnnotationError } from '../../../../src/core/annotation/error';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { upgrade } from '../../../../src/core/annotation/upgrade';
import { imageOf } from './random-annotation';

const GOOD = encodeAnnotation(emptyAnnotation(imageOf(20, 6, 2)));

/** The error of a text that differs from a good one by a replacement. */
function errorOf(from: string | RegExp, to: string, text = GOOD): AnnotationError {
  const changed = text.replace(from, to);
  assert.notEqual(changed, text, `${from} is not in the text`);
  try {
    parseAnnotation(changed, 'head.ich.json');
  } catch (error) {
    assert.ok(error instanceof AnnotationError, String(error));
    return error;
  }
  return assert.fail(`${from} -> ${to} was accepted`);
}

/** The text that an error points to. */
function pointed(error: AnnotationError, changed: string): string {
  return changed.slice(error.offset, error.offset + error.length);
}

describe('reading an annotation', () => {
  it('points to the run, subtype or row that is wrong', () => {
    const cases: readonly (readonly [row: string, code: string, part: string, message: RegExp])[] = [
      ['3 P4+17', 'outside-image', 'P4+17', /Columns 4 to 20 lie outside of the image, whose last column is 19/],
      ['3 P4+5 P8', 'overlap', 'P8', /Column 8 is named twice/],
      ['3 P4+5 D6+4', 'overlap', 'D6+4', /Column 6 is both IPH and SDH; a voxel has one subtype/],
      ['3 P7+2 D1+2', 'row-syntax', 'D1+2', /left to right/],
      ['3 P7+2 D1+7', 'overlap', 'D1+7', /Column 7 is both IPH and SDH/],
      ['3 X4', 'unknown-subtype', 'X4', /"X4" begins with no subtype/],
      ['3 p4', 'unknown-subtype', 'p4', /E \(EPH\), D \(SDH\), A \(SAH\), P \(IPH\), V \(IVH\)/],
      ['3 4+2', 'unknown-subtype', '4+2', /no subtype/],
      ['3 P', 'row-syntax', 'P', /no run of columns/],
      ['3 PX 4', 'row-syntax', 'PX', /no run of columns/],
      ['3 P5+0', 'row-syntax', 'P5+0', /no run of columns/],
      ['3 P5+', 'row-syntax', 'P5+', /no run of columns/],
      ['3 P4-2', 'row-syntax', 'P4-2', /no run of columns/],
      ['3 P4  P6', 'row-syntax', ' ', /space too many/],
      ['3 P4 ', 'row-syntax', ' ', /space too many/],
      ['3 P4 @', 'row-syntax', '@', /name after "@" is missing/],
      ['4 P4', 'structure', '4 P4', /must be of row 3/],
      ['30 P4', 'structure', '30 P4', /must be of row 3/],
      ['', 'structure', '""', /must be of row 3/],
    ];
    for (const [row, code, part, message] of cases) {
      const error = errorOf('\n3,\n', `\n"${row}",\n`);
      const changed = GOOD.replace('\n3,\n', `\n"${row}",\n`);
      assert.match(error.message, message);
      assert.equal(error.code, code, row);
      assert.equal(pointed(error, changed), part, row);
      const line = changed.split('\n').indexOf(`"${row}",`) + 1;
      assert.equal(error.line, line);
      assert.equal(error.column, row === '' ? 1 : `"${row}`.lastIndexOf(part) + 1, row);
    }
  });

  it('takes rows that are written otherwise than we would, and writes them our way', () => {
    const rows: readonly (readonly [string, string])[] = [
      ['"3"', '3'],
      ['"3 P4+1"', '"3 P4"'],
      ['"3 P004+3 P7 P8+02 D10"', '"3 P4+6 D10"'],
      ['"3 @Ada"', '"3 @Ada"'],
      ['"3 P4 @Ada @ home"', '"3 P4 @Ada @ home"'],
    ];
    for (const [written, canonical] of rows) {
      const text = encodeAnnotation(parseAnnotation(GOOD.replace('\n3,\n', `\n${written},\n`)));
      assert.equal(text, GOOD.replace('\n3,\n', `\n${canonical},\n`));
    }
  });

  it('says where other values are wrong', () => {
    const cases: readonly (readonly [from: string | RegExp, to: string, message: RegExp])[] = [
      [/\n1,\n2,/, '\n2,', /line 69, column 1: This line must be of row 1/],
      [/,\n5\n/, '\n', /The image has 6 rows, and only 5 are here/],
      [/,\n5\n/, ',\n5,\n6\n', /The image has 6 rows, and 7 are here/],
      ['"slice": 1', '"slice": 2', /This is the place of slice 1/],
      ['[20, 6, 2]', '[20, 6, 3]', /The image has 3 slices, and 2 are here/],
      ['[20, 6, 2]', '[20, 6]', /3 numbers belong here, not 2/],
      ['[20, 6, 2]', '[20, 6.5, 2]', /A whole number from 1 to 65535/],
      [/"spacing": \[[\d.]+/, '"spacing": [0', /above 0/],
      [/\[0\.488281, 0, 0, /, '[0, 0, 0, ', /do not span space/],
      [/"sha256": "ab/, '"sha256": "AB', /64 lower-case/],
      ['"draft"', '"finished"', /One of draft, read, reviewed, adjudicated/],
      ['"present": null', '"present": 1', /true, false or null/],
      ['"boxes": []', '"boxes": [[0, 0, 21, 1]]', /from 1 to 20/],
      ['"boxes": []', '"boxes": [[0, 0, 1]]', /4 numbers/],
      ['"made": []', '"made": [{}]', /Either "reader" or "model"/],
      ['"made": []', '"made": [{"reader": ""}]', /not empty/],
      ['"made": []', '"made": [{"model": {"name": "m"}}]', /"version" is missing/],
      ['"comments": []', '"comments": [{"text": "x", "at": [20, 0]}]', /from 0 to 19/],
      ['"head.nii.gz"', '"/data/head.nii.gz"', /relative/],
      ['"head.nii.gz"', '"C:head.nii.gz"', /relative/],
      ['"head.nii.gz"', '"..\\\\head.nii.gz"', /relative/],
      [/ {2}"file".*\n/, '', /named neither by/],
      ['"EPH": {', '"XDH": {', /"EPH" is missing/],
      ['"review"', '"patientName": "x",\n "review"', /"patientName" is no property of this format/],
      ['"hemorica.annotation"', '"other"', /The format is "other", not "hemorica.annotation"/],
      ['"version": 1', '"version": 0', /The version is 0, not a whole number from 1/],
      ['"version": 1', '"version": 2', /version 2; this Hemorica reads versions up to 1. Update Hemorica/],
      [GOOD, '[]', /line 1, column 1: An annotation is an object/],
    ];
    for (const [from, to, message] of cases) assert.match(errorOf(from, to).message, message);
  });

  it('says where the text is no JSON, and recognizes conflict marks', () => {
    assert.match(errorOf('\n3,\n', '\n3\n').message, /^head\.ich\.json, line \d+, column 1: A comma is expected here/);
    assert.match(errorOf('"version": 1', '"version": 1 // one').message, /line 3, column 15: Comments are not allowed/);
    assert.match(errorOf(/\]\n\}\n$/, ']\n').message, /A closing brace is expected/);
    assert.match(errorOf('"draft"', '"draft').message, /A string has no end/);
    assert.match(errorOf(GOOD, '').message, /line 1, column 1/);
    assert.equal(errorOf('\n3,\n', '\n<<<<<<< ours\n3,\n=======\n3,\n>>>>>>> theirs\n').code, 'merge-conflict');
    const crlf = errorOf('\n3,\n', '\n<<<<<<< ours\n3,\n', GOOD).line;
    assert.equal(errorOf('\r\n3,\r\n', '\r\n<<<<<<< ours\r\n3,\r\n', GOOD.replaceAll('\n', '\r\n')).line, crlf);
  });

  it('refuses a property that is there twice, which JSON.parse would not', () => {
    const error = errorOf('"slice": 1,', '"slice": 1, "rows": [0, 1, 2, 3, 4, 5],');
    assert.equal(error.code, 'duplicate-property');
    assert.match(error.message, /"rows" is here twice/);
  });

  it('is not misled by text that looks like a property', () => {
    const comment = '"comments": [{"text": "say \\"a\\": no", "by": "\\":"}]';
    const text = GOOD.replace('"comments": []', comment).replace('"slice": 0', '"slice"  : 0');
    assert.equal(parseAnnotation(text).slices[0]?.comments[0]?.text, 'say "a": no');
  });

  it('upgrades step by step', () => {
    const steps = [
      (raw: Readonly<Record<string, unknown>>) => ({ ...raw, a: [1] }),
      (raw: Readonly<Record<string, unknown>>) => ({ ...raw, a: [...(raw.a as number[]), raw.version] }),
    ];
    const old = (version: number) => ({ format: 'hemorica.annotation', version, a: [] });
    assert.deepEqual(upgrade(old(1), steps, 3), { ...old(3), a: [1, 2] });
    assert.deepEqual(upgrade(old(2), steps, 3), { ...old(3), a: [2] });
    assert.deepEqual(upgrade(old(3), steps, 3), old(3));
    assert.throws(() => upgrade(old(4), steps, 3), { code: 'newer-version' });
  });
});
