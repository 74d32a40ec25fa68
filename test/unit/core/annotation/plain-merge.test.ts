// Where plain git can merge two people's annotations line by line, the merge driver says the same.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Annotation,
  type Comment,
  type Finding,
  REVIEW_STATES,
  type SliceAnnotation,
} from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { encodeRuns, paintRuns } from '../../../../src/core/annotation/runs';
import { SUBTYPES } from '../../../../src/core/annotation/subtype';
import { integer, type Random, random } from '../../../../src/core/phantom/random';
import { mergeTexts } from '../../../../src/node/git/driver';
import { annotationOf, blobs, withRemarks } from './random-annotation';

const MERGES = 300;

/** A few of the things that people do to an annotation, anywhere in it. */
function edited(next: Random, annotation: Annotation, person: string): Annotation {
  const slices = [...annotation.slices];
  let { review, patient } = annotation;
  for (let n = integer(next, 1, 6); n > 0; n--) {
    const k = integer(next, 0, slices.length - 1);
    const slice = slices[k];
    const subtype = SUBTYPES[integer(next, 0, 4)];
    assert.ok(slice && subtype);
    const finding = (part: Partial<Finding>): SliceAnnotation => ({
      ...slice,
      findings: { ...slice.findings, [subtype]: { ...slice.findings[subtype], ...part } },
    });
    const kind = integer(next, 0, 8);
    if (kind <= 3) slices[k] = painted(next, annotation, slice, person);
    else if (kind === 4) slices[k] = finding({ present: next() < 0.5 });
    else if (kind === 5) slices[k] = finding({ boxes: [[0, 0, integer(next, 1, 3), 1]] });
    else if (kind === 6) slices[k] = { ...slice, comments: commented(next, slice.comments, person) };
    else if (kind === 7) patient = { ...patient, [subtype]: next() < 0.5 };
    else review = { state: REVIEW_STATES[integer(next, 0, 3)] ?? 'read', by: person };
  }
  return { ...annotation, review, patient, slices };
}

function painted(next: Random, { image }: Annotation, slice: SliceAnnotation, person: string): SliceAnnotation {
  const [width, height] = image.size;
  const labels = new Uint8Array(width * height);
  paintRuns(slice.runs, labels, width, height);
  const editors = new Map(slice.editors);
  const first = integer(next, 0, height - 1);
  for (let row = first; row <= Math.min(height - 1, first + integer(next, 0, 3)); row++) {
    const start = integer(next, 0, width - 1);
    labels.fill(integer(next, 0, 5), row * width + start, row * width + integer(next, start, width - 1) + 1);
    if (next() < 0.5) editors.set(row, person);
  }
  return {
    ...slice,
    runs: encodeRuns(labels, width, height),
    editors: new Map([...editors].sort(([a], [b]) => a - b)),
  };
}

/** Adds, changes or deletes a comment. */
function commented(next: Random, comments: readonly Comment[], person: string): readonly Comment[] {
  const comment: Comment = { text: `note ${integer(next, 0, 1e6)}`, by: person };
  const at = integer(next, 0, comments.length);
  const action = integer(next, 0, 2);
  if (action === 0 || at === comments.length) return [...comments, comment];
  return action === 1 ? comments.with(at, comment) : comments.toSpliced(at, 1);
}

describe('the merge driver and plain git', () => {
  it(`say the same of ${MERGES} merges, where plain git has no conflict`, function () {
    this.timeout(120_000);
    const folder = mkdtempSync(path.join(tmpdir(), 'hemorica-plain-'));
    const file = (name: string): string => path.join(folder, name);
    let clean = 0;
    try {
      for (let seed = 1; seed <= MERGES; seed++) {
        const next = random(seed);
        const size = [integer(next, 3, 24), integer(next, 6, 32), integer(next, 1, 6)] as const;
        const plain = annotationOf(blobs(next, size, 3, 2), size);
        const comments = [1, 2, 3, 4, 5].map((n) => ({ text: `earlier note ${n}` }));
        const base = withRemarks(next, plain);
        const texts = [base, { ...base, slices: base.slices.map((slice) => ({ ...slice, comments })) }].map(
          encodeAnnotation,
        )[integer(next, 0, 1)];
        assert.ok(texts);
        const common = parseAnnotation(texts);
        const [ours, theirs] = ['Ada', 'Bo'].map((person) => encodeAnnotation(edited(next, common, person)));
        assert.ok(ours && theirs);
        writeFileSync(file('ours'), ours);
        writeFileSync(file('base'), texts);
        writeFileSync(file('theirs'), theirs);
        const { status, stdout } = spawnSync('git', ['merge-file', '-p', '-q', 'ours', 'base', 'theirs'], {
          cwd: folder,
          encoding: 'utf8',
          maxBuffer: 2 ** 28,
        });
        if (status !== 0) continue;
        clean++;
        const driver = mergeTexts(texts, ours, theirs, `${seed}.ich.json`);
        assert.deepEqual(driver.conflicts, [], `seed ${seed}`);
        assert.equal(driver.text, stdout, `seed ${seed}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    // Too few would prove little.
    assert.ok(clean > MERGES / 3, `${clean} of ${MERGES} without conflict`);
  });
});
