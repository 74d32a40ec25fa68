import assert from 'node:assert/strict';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { checkText } from '../../../../src/core/lint/check';
import { changed } from '../../../../src/core/lint/mend';
import { letterMeant, nearestName } from '../../../../src/core/lint/names';
import { mendRow } from '../../../../src/core/lint/rows';
import { annotationOf } from '../annotation/random-annotation';

const SIZE = [32, 12, 3] as const;

/** IPH in columns 8 to 13 of row 5 on every slice. */
function good(): string {
  const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]);
  for (let k = 0; k < SIZE[2]; k++) labels.fill(4, (k * SIZE[1] + 5) * SIZE[0] + 8, (k * SIZE[1] + 5) * SIZE[0] + 14);
  return encodeAnnotation(annotationOf(labels, SIZE));
}

/** Findings of a text as [code, text that is meant, line], and the text with all mends. */
function check(text: string): { found: [string, string, number][]; mended: string } {
  const { findings, places, annotation } = checkText(text, 'a', { smallestIsland: 0 });
  assert.equal(annotation, undefined);
  const changes = findings.flatMap(({ fix }) => (fix && 'changes' in fix ? fix.changes : []));
  return {
    found: findings.map(({ code, offset, length }) => [
      code,
      places.text.slice(offset, offset + length),
      places.positionAt(offset).line + 1,
    ]),
    mended: changed(places.text, changes),
  };
}

/** The text with the nth row 5 replaced, and its line. */
function withRow(line: string, nth = 0): { text: string; line: number } {
  const lines = good().split('\n');
  const at = lines.flatMap((text, n) => (text === '"5 P8+6",' ? [n] : []))[nth] ?? -1;
  lines[at] = line;
  return { text: lines.join('\n'), line: at + 1 };
}

describe('checks of a text that is no annotation', () => {
  for (const [what, row, code, meant, mended] of [
    ['a name in place of its letter', '"5 IPH8+6"', 'unknown-subtype', 'IPH8+6', '"5 P8+6"'],
    ['a small letter', '"5 p8+6"', 'unknown-subtype', 'p8+6', '"5 P8+6"'],
    ['a misspelled name', '"5 SHD8+6"', 'unknown-subtype', 'SHD8+6', '"5 D8+6"'],
    ['overlapping runs: the earlier one keeps its columns', '"5 P8+6 D12+4"', 'overlap', 'D12+4', '"5 P8+6 D14+2"'],
    ['a run within another', '"5 P8+6 D9+2"', 'overlap', 'D9+2', '"5 P8+6"'],
    ['runs out of order', '"5 P8+6 D2+3 @Jane Doe"', 'row-syntax', 'D2+3', '"5 D2+3 P8+6 @Jane Doe"'],
    ['a space too many', '"5  P8+6"', 'row-syntax', ' ', '"5 P8+6"'],
  ] as const) {
    it(`mend ${what}`, () => {
      const { text, line } = withRow(`${row},`);
      const { found, mended: after } = check(text);
      assert.deepEqual(found, [[code, meant, line]]);
      assert.equal(after, withRow(`${mended},`).text);
      parseAnnotation(after);
    });
  }

  for (const [what, row, code, meant] of [
    ['a letter that is near to none', '"5 X8+6"', 'unknown-subtype', 'X8+6'],
    ['a name that may be one of two', '"5 IXH8+6"', 'unknown-subtype', 'IXH8+6'],
    ['columns outside of the image', '"5 P8+60"', 'outside-image', 'P8+60'],
    ['what is no run', '"5 P8-6"', 'row-syntax', 'P8-6'],
    ['another row', '"6 P8+6"', 'structure', '"6 P8+6"'],
  ] as const) {
    it(`tell ${what}, and leave it to the reader`, () => {
      const { text, line } = withRow(`${row},`);
      const { found, mended } = check(text);
      assert.deepEqual(
        found.map(([one, , at]) => [one, at]),
        [[code, line]],
      );
      assert.ok(found[0]?.[1] === meant || `"${found[0]?.[1]}"` === meant, found[0]?.[1]);
      assert.equal(mended, text);
    });
  }

  it('tell every row that is wrong, not the first alone', () => {
    const lines = good().split('\n');
    const rows = lines.flatMap((text, n) => (text === '"5 P8+6",' ? [n] : []));
    for (const n of rows) lines[n] = '"5 p8+6",';
    const { found, mended } = check(lines.join('\n'));
    assert.deepEqual(
      found,
      rows.map((n) => ['unknown-subtype', 'p8+6', n + 1]),
    );
    assert.equal(mended, good());
  });

  it('tell a missing row once, not for each after it', () => {
    const { text, line } = withRow('');
    const { found } = check(text.replace('\n\n', '\n'));
    assert.deepEqual(found, [['structure', '6', line]]);
  });

  it('rename a misspelled subtype of a slice and of the patient', () => {
    for (const [wrong, right] of [
      ['"IHP"', '"IPH"'],
      ['"sah"', '"SAH"'],
      ['"Epidural"', '"EPH"'],
    ] as const) {
      const text = good().replaceAll(right, wrong);
      const { found, mended } = check(text);
      assert.deepEqual(
        found.map(([code, meant]) => [code, meant]),
        Array(SIZE[2] + 1).fill(['unknown-subtype', wrong]),
      );
      assert.equal(mended, good());
    }
  });

  it('put in the comma that is missing', () => {
    const text = good().replace('"version": 1,', '"version": 1');
    const { found, mended } = check(text);
    assert.deepEqual(
      found.map(([code, , line]) => [code, line]),
      [['syntax', 4]],
    );
    assert.equal(mended, good());
  });

  it('tell anything else with its place', () => {
    for (const [text, code, line] of [
      [good().replace('"version": 1', '"version": 9'), 'newer-version', 3],
      [good().replace('hemorica.annotation', 'other'), 'format', 2],
      [good().replace(' "review": {', '<<<<<<< ours\n "review": {'), 'merge-conflict', 15],
      [good().replace('"size": [32,', '"size": ["32",'), 'structure', 7],
      ['', 'syntax', 1],
      ['[]', 'structure', 1],
      ['{"format": "hemorica.annotation", "version": 1, "slices": 5, "patient": [1]}', 'structure', 1],
    ] as const) {
      const { findings, places } = checkText(text, 'a');
      assert.deepEqual(
        [findings.length, findings[0]?.code, findings[0]?.severity],
        [1, code, 'error'],
        text.slice(0, 90),
      );
      assert.equal(places.positionAt(findings[0]?.offset ?? 0).line + 1, line, code);
      assert.ok(findings[0] && findings[0].length >= 1 && findings[0].message.length > 20);
    }
  });
});

describe('what was meant', () => {
  it('is a subtype that differs in case or one letter', () => {
    assert.deepEqual(['iph', 'P', 'e', 'SHD', 'EDH', 'IVHH', 'SA', 'ICH', 'X', 'SUBDURAL', 'PIH'].map(letterMeant), [
      'P',
      'P',
      'E',
      'D',
      undefined,
      'V',
      'A',
      undefined,
      undefined,
      undefined,
      'P',
    ]);
    assert.equal(nearestName('Epidural', ['EPH']), 'EPH');
    assert.equal(nearestName('Epidural', ['EPH', 'SDH']), undefined);
  });

  it('is kept of a row that is right', () => {
    assert.equal(mendRow('5 D2+3 P8+6 @Zoë "Z"', 5, 32), '"5 D2+3 P8+6 @Zoë \\"Z\\""');
    assert.equal(mendRow('5', 5, 32), '5');
  });
});
