import assert from 'node:assert/strict';
import {
  type Annotation,
  annotationFromModel,
  type Box,
  masksOf,
  type SliceAnnotation,
} from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import type { Subtype } from '../../../../src/core/annotation/subtype';
import { checkText } from '../../../../src/core/lint/check';
import type { PlacedFinding } from '../../../../src/core/lint/finding';
import { changed, textChanges } from '../../../../src/core/lint/mend';
import { statedByMask } from '../../../../src/core/measure/statements';
import { random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs, noise, withRemarks } from '../annotation/random-annotation';

const SIZE = [40, 36, 5] as const;

/** IPH of 6 x 5 voxels on slices 1 and 2, one island of SDH on slice 3. */
function base(): Annotation {
  const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]);
  for (const k of [1, 2])
    for (let j = 10; j < 15; j++) labels.fill(4, (k * SIZE[1] + j) * SIZE[0] + 8, (k * SIZE[1] + j) * SIZE[0] + 14);
  return annotationOf(labels, SIZE);
}

function withSlice(annotation: Annotation, k: number, change: (slice: SliceAnnotation) => SliceAnnotation): Annotation {
  return { ...annotation, slices: annotation.slices.map((slice, n) => (n === k ? change(slice) : slice)) };
}

function withFinding(
  annotation: Annotation,
  k: number,
  subtype: Subtype,
  part: { present?: boolean | null; boxes?: readonly Box[] },
): Annotation {
  return withSlice(annotation, k, (slice) => ({
    ...slice,
    findings: { ...slice.findings, [subtype]: { ...slice.findings[subtype], ...part } },
  }));
}

interface Seen {
  readonly code: string;
  /** The text that is meant. */
  readonly at: string;
  readonly line: number;
}

function seen(text: string, findings: readonly PlacedFinding[]): Seen[] {
  return findings.map(({ code, offset, length }) => ({
    code,
    at: text.slice(offset, offset + length),
    line: text.slice(0, offset).split('\n').length,
  }));
}

const OPTIONS = { smallestIsland: 0.003 };

/** Findings of an annotation, and its text after all of their mends. */
function check(annotation: Annotation): {
  seen: Seen[];
  findings: readonly PlacedFinding[];
  mended: string;
  lines: number;
} {
  const text = encodeAnnotation(annotation);
  const { findings, places, annotation: read } = checkText(text, 'a', OPTIONS);
  assert.ok(read);
  const edits = findings.flatMap(({ fix }) => (fix && 'edit' in fix ? [fix.edit] : []));
  const mended = changed(text, textChanges(read, edits, places));
  const [before, after] = [text.split('\n'), mended.split('\n')];
  assert.equal(after.length, before.length);
  return { seen: seen(text, findings), findings, mended, lines: before.filter((line, n) => line !== after[n]).length };
}

/** The lines of an annotation on which a text stands. */
function lineOf(annotation: Annotation, k: number, pattern: RegExp): number {
  const lines = encodeAnnotation(annotation).split('\n');
  const start = lines.indexOf(`   "slice": ${k},`);
  return start + 1 + lines.slice(start).findIndex((line) => pattern.test(line));
}

describe('checks of an annotation', () => {
  it('find nothing where nothing is stated, and nothing in what follows from the mask', () => {
    assert.deepEqual(check(base()).seen, []);
    assert.deepEqual(check(statedByMask(base())).seen, []);
  });

  it('find a label without its mask, and take the statement back', () => {
    const wrong = withFinding(base(), 3, 'SAH', { present: true });
    const { seen: found, mended, lines, findings } = check(wrong);
    assert.deepEqual(found, [{ code: 'label-without-mask', at: 'true', line: lineOf(wrong, 3, /"SAH"/) + 1 }]);
    assert.match(findings[0]?.message ?? '', /^Slice 3 is stated to have SAH/);
    assert.equal(lines, 1);
    assert.equal(mended, encodeAnnotation(base()));
  });

  it('find a mask that the label denies, and correct the label', () => {
    const wrong = withFinding(base(), 2, 'IPH', { present: false });
    const { seen: found, mended, lines } = check(wrong);
    assert.deepEqual(found, [{ code: 'mask-without-label', at: 'false', line: lineOf(wrong, 2, /"IPH"/) + 1 }]);
    assert.equal(lines, 1);
    assert.equal(mended, encodeAnnotation(withFinding(base(), 2, 'IPH', { present: true })));
  });

  it('hold the statements on the patient against the slices', () => {
    const wrong = { ...base(), patient: { ...base().patient, IPH: false, IVH: true, SDH: false } };
    const { seen: found, mended } = check(wrong);
    assert.deepEqual(
      found.map(({ code, at }) => [code, at]),
      [
        ['patient-label-missing', 'false'],
        ['patient-label-without-slice', 'true'],
      ],
    );
    const { patient } = parseAnnotation(mended);
    assert.deepEqual([patient.IPH, patient.IVH, patient.SDH], [true, null, false]);
    const labelled = withFinding({ ...base(), patient: { ...base().patient, IVH: true } }, 0, 'IVH', { present: true });
    assert.deepEqual(
      check(labelled).seen.map(({ code }) => code),
      ['label-without-mask'],
    );
  });

  it('find boxes that cut their mask, and fit them', () => {
    const wide: Box = [7, 9, 8, 8];
    assert.deepEqual(check(withFinding(base(), 1, 'IPH', { boxes: [wide] })).seen, []);
    const wrong = withFinding(base(), 1, 'IPH', { boxes: [[9, 10, 5, 5]] });
    const { seen: found, mended, lines } = check(wrong);
    assert.deepEqual(found, [{ code: 'box-not-enclosing', at: '[9, 10, 5, 5]', line: lineOf(wrong, 1, /"IPH"/) + 2 }]);
    assert.equal(lines, 1);
    assert.deepEqual(parseAnnotation(mended).slices[1]?.findings.IPH.boxes, [[8, 10, 6, 5]]);
  });

  it('give each part to the box that holds most of it', () => {
    const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]);
    for (const [from, to] of [
      [4, 9],
      [20, 26],
    ] as const) {
      for (let j = 5; j < 9; j++) labels.fill(2, j * SIZE[0] + from, j * SIZE[0] + to);
    }
    const boxes: Box[] = [
      [20, 5, 3, 4],
      [3, 4, 7, 6],
      [30, 30, 2, 2],
    ];
    const { seen: found, mended } = check(withFinding(annotationOf(labels, SIZE), 0, 'SDH', { boxes }));
    assert.deepEqual(
      found.map(({ code, at }) => [code, at]),
      [
        ['box-not-enclosing', '[20, 5, 3, 4]'],
        ['box-without-mask', '[30, 30, 2, 2]'],
      ],
    );
    assert.deepEqual(parseAnnotation(mended).slices[0]?.findings.SDH.boxes, [
      [20, 5, 6, 4],
      [4, 5, 5, 4],
    ]);
  });

  it('find boxes without mask, and remove them', () => {
    const wrong = withFinding(base(), 4, 'EPH', { boxes: [[1, 2, 3, 4]] });
    const { seen: found, mended, lines } = check(wrong);
    assert.deepEqual(
      found.map(({ code, at }) => [code, at]),
      [['box-without-mask', '[1, 2, 3, 4]']],
    );
    assert.equal(lines, 1);
    assert.equal(mended, encodeAnnotation(base()));
  });

  it('find islands by their volume over slices, at their run, and erase them', () => {
    const wrong = withSlice(base(), 1, (slice) => ({
      ...slice,
      // Beside the lesion's row 12, and on a row of its own: 2 of 1.19 mm³ touch, 1 is alone.
      runs: Uint32Array.from(
        [...Array(slice.runs.length / 4).keys()]
          .map((n) => [...slice.runs.subarray(4 * n, 4 * n + 4)])
          .concat([
            [4, 12, 20, 1],
            [4, 13, 21, 1],
            [3, 30, 5, 1],
          ])
          .sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0))
          .flat(),
      ),
    }));
    const { seen: found, mended, lines, findings } = check(wrong);
    assert.deepEqual(found, [
      { code: 'tiny-island', at: 'P20', line: lineOf(wrong, 1, /^"12 /) },
      { code: 'tiny-island', at: 'A5', line: lineOf(wrong, 1, /^"30 /) },
    ]);
    assert.match(findings[0]?.message ?? '', /^Slice 1: a part of 2 voxels of IPH \(2\.4 mm³\)/);
    assert.equal(lines, 3);
    assert.equal(mended, encodeAnnotation(base()));
    const text = encodeAnnotation(wrong);
    // With slices as thick as they need be, the pair is no island any more.
    const thick = checkText(text, 'a', { smallestIsland: 0.003, extents: [5, 20, 5, 5, 5] });
    assert.deepEqual(seen(text, thick.findings), []);
    assert.deepEqual(checkText(text, 'a', { smallestIsland: 0 }).findings, []);
  });

  it('find nothing false: 60 random masks as models leave them and with statements by the mask', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const next = random(seed);
      const labels = seed % 3 === 0 ? noise(next, SIZE[0] * SIZE[1] * SIZE[2], 0.02) : blobs(next, SIZE, 3, 2);
      const drawn = annotationOf(labels, SIZE);
      const model = { name: 'm', version: '1', sha256: 'a'.repeat(64), threshold: 0.5, provider: 'cpu' };
      for (const annotation of [
        drawn,
        statedByMask(drawn),
        annotationFromModel({ image: drawn.image, slices: masksOf(drawn), model }),
      ]) {
        const text = encodeAnnotation(annotation);
        const { findings } = checkText(text, 'a', OPTIONS);
        const islands = findings.filter(({ code }) => code === 'tiny-island');
        assert.deepEqual(findings.length, islands.length, `seed ${seed}`);
        assert.equal(islands.length, islandsByFlooding(labels), `seed ${seed}`);
      }
    }
  });

  it('and their mends leave nothing to find, whatever is stated: 40 random annotations', () => {
    let kinds = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed);
      const annotation = withRemarks(next, annotationOf(blobs(next, SIZE, 3, 3), SIZE));
      let text = encodeAnnotation(annotation);
      for (let round = 0; round < 4; round++) {
        const { findings, places, annotation: read } = checkText(text, 'a', OPTIONS);
        assert.ok(read);
        kinds = new Set([...kinds, ...findings.map(({ code }) => code)]);
        const edits = findings.flatMap(({ fix }) => (fix && 'edit' in fix ? [fix.edit] : []));
        assert.equal(edits.length, findings.length);
        text = changed(text, textChanges(read, edits, places));
      }
      assert.deepEqual(checkText(text, 'a', OPTIONS).findings, [], `seed ${seed}`);
      assert.equal(text, encodeAnnotation(parseAnnotation(text)));
    }
    assert.ok(kinds.size >= 6, [...kinds].join(' '));
  });

  it('name the same places in any layout, with CRLF and a byte order mark', () => {
    const annotation = withFinding(withFinding(base(), 3, 'SAH', { present: true }), 1, 'IPH', {
      boxes: [[9, 10, 5, 5]],
    });
    const canonical = encodeAnnotation(annotation);
    for (const text of [
      JSON.stringify(JSON.parse(canonical)),
      JSON.stringify(JSON.parse(canonical), null, 4).replaceAll('\n', '\r\n'),
      `\ufeff${canonical}`,
    ]) {
      const { findings, places, annotation: read } = checkText(text, 'a', OPTIONS);
      assert.deepEqual(
        findings.map(({ code }) => code),
        ['box-not-enclosing', 'label-without-mask'],
      );
      const [box, label] = findings.map(({ offset, length }) => places.text.slice(offset, offset + length));
      assert.deepEqual([JSON.parse(box ?? ''), label], [[9, 10, 5, 5], 'true']);
      assert.ok(read);
      const edits = findings.flatMap(({ fix }) => (fix && 'edit' in fix ? [fix.edit] : []));
      const mended = changed(places.text, textChanges(read, edits, places));
      assert.deepEqual(checkText(mended, 'a', OPTIONS).findings, []);
    }
  });
});

/** Number of connected parts below the limit, found voxel by voxel. */
function islandsByFlooding(labels: Uint8Array): number {
  const [width, height, depth] = SIZE;
  const left = Uint8Array.from(labels);
  let islands = 0;
  for (let seed = 0; seed < left.length; seed++) {
    const label = left[seed] ?? 0;
    if (label === 0) continue;
    const stack = [seed];
    left[seed] = 0;
    let count = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      count++;
      const [i, j, k] = [at % width, Math.floor(at / width) % height, Math.floor(at / width / height)];
      for (let dk = -1; dk <= 1; dk++)
        for (let dj = -1; dj <= 1; dj++)
          for (let di = -1; di <= 1; di++) {
            const [x, y, z] = [i + di, j + dj, k + dk];
            const next = (z * height + y) * width + x;
            if (x < 0 || y < 0 || z < 0 || x >= width || y >= height || z >= depth || left[next] !== label) continue;
            left[next] = 0;
            stack.push(next);
          }
    }
    if (count * 0.488281 ** 2 * 5 < 3) islands++;
  }
  return islands;
}
