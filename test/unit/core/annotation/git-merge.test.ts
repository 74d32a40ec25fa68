// What the layout of the text is for: plain git, with no driver, merges the edits of two people.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Annotation, Presence, SliceAnnotation } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { encodeRuns, paintRuns } from '../../../../src/core/annotation/runs';
import { SUBTYPES } from '../../../../src/core/annotation/subtype';
import { integer, type Random, random } from '../../../../src/core/phantom/random';
import { annotationOf, blobs, noise, withRemarks } from './random-annotation';

type Size = readonly [number, number, number];
type Person = 'ours' | 'theirs';
const PEOPLE: readonly Person[] = ['ours', 'theirs'];

/** Who edits which row of which slice: null for nobody. */
type Plan = readonly (readonly (Person | null)[])[];

/** Rows of one slice go to both people only where at least one row lies between. */
function planRows(next: Random, [, height, depth]: Size): Plan {
  const shared = next() < 0.6;
  const density = [0.02, 0.2, 0.7, 1][integer(next, 0, 3)] ?? 1;
  return Array.from({ length: depth }, (_, k) => {
    const owner = PEOPLE[k % 2] ?? 'ours';
    let last: Person | null = null;
    return Array.from({ length: height }, () => {
      if (next() >= density) {
        last = null;
        return null;
      }
      if (!shared) return owner;
      // The neighbour above, if anyone has it, decides; otherwise the row is free.
      last ??= PEOPLE[integer(next, 0, 1)] ?? 'ours';
      return last;
    });
  });
}

function paintRow(next: Random, labels: Uint8Array, start: number, width: number): void {
  const first = integer(next, 0, width - 1);
  const last = integer(next, first, next() < 0.5 ? first : width - 1);
  const action = integer(next, 0, 3);
  if (action === 0) labels.fill(0, start, start + width);
  else labels.fill(action === 1 ? 0 : integer(next, 1, 5), start + first, start + last + 1);
}

/** One person's edits, or with no person those of both. Every row draws its random numbers, whoever edits it. */
function edit(seed: number, base: Annotation, plan: Plan, person?: Person): Annotation {
  const [width, height] = base.image.size;
  const next = random(seed);
  const mine = (owner: Person | null | undefined): boolean =>
    owner !== null && (person === undefined || owner === person);
  const statesLabels = next() < 0.5;
  const patient = { ...base.patient };
  const slices = base.slices.map((slice, k): SliceAnnotation => {
    const labels = new Uint8Array(width * height);
    paintRuns(slice.runs, labels, width, height);
    const editors = new Map(slice.editors);
    for (let row = 0; row < height; row++) {
      const owner = plan[k]?.[row];
      const dice = integer(next, 0, 1e9);
      if (!mine(owner)) continue;
      paintRow(random(dice), labels, row * width, width);
      if (dice % 2 && owner) editors.set(row, owner);
    }
    const owners = new Set(plan[k]);
    const edited = {
      ...slice,
      runs: encodeRuns(labels, width, height),
      editors: new Map([...editors].sort(([a], [b]) => a - b)),
    };
    const only = owners.has('ours') ? (owners.has('theirs') ? null : 'ours') : owners.has('theirs') ? 'theirs' : null;
    if (!statesLabels || only === null || !mine(only)) return edited;
    const subtype = SUBTYPES[only === 'ours' ? 0 : 1];
    patient[subtype] = flip(base.patient[subtype]);
    return {
      ...edited,
      findings: {
        ...slice.findings,
        [subtype]: { present: true, boxes: [[0, 0, 1, 1 + (k % 2)]], made: [{ reader: only }] },
      },
      comments: [...slice.comments, { at: [0, 0], text: `${only} looked here` }],
    };
  });
  return { ...base, patient, slices };
}

function flip(value: Presence): Presence {
  return value !== true;
}

interface Case {
  readonly name: string;
  readonly texts: Readonly<Record<'base' | 'merged' | Person, string>>;
}

function makeCase(seed: number): Case {
  const next = random(seed);
  const size: Size =
    seed % 25 === 0 ? [512, 512, 34] : [integer(next, 2, 40), integer(next, 3, 48), integer(next, 1, 8)];
  const volume = size[0] * size[1] * size[2];
  const kind = integer(next, 0, 3);
  const labels = kind === 0 ? new Uint8Array(volume) : kind === 1 ? noise(next, volume, 0.2) : blobs(next, size, 4, 3);
  const plain = annotationOf(labels, size);
  const base = next() < 0.5 ? plain : withRemarks(next, plain);
  const plan = planRows(next, size);
  return {
    name: `${seed}.ich.json`,
    texts: {
      base: encodeAnnotation(base),
      ours: encodeAnnotation(edit(seed, base, plan, 'ours')),
      theirs: encodeAnnotation(edit(seed, base, plan, 'theirs')),
      merged: encodeAnnotation(edit(seed, base, plan)),
    },
  };
}

describe('git merges of annotations', () => {
  let folder = '';
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      [
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@example.org',
        '-c',
        'core.autocrlf=false',
        '-c',
        'core.fsync=none',
        ...args,
      ],
      {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      },
    );

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hemorica-merge-'));
    git('init', '-q', '-b', 'base');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function commit(cases: readonly Case[], side: 'base' | Person): void {
    if (side !== 'base') git('checkout', '-q', '-b', side, 'base');
    for (const { name, texts } of cases) writeFileSync(path.join(folder, name), texts[side]);
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', side);
  }

  // 250 annotations, each merged with both of the ways in which git compares files: 500 merges.
  for (let batch = 0; batch < 10; batch++) {
    it(`hold the edits of both, batch ${batch + 1} of 10`, () => {
      const cases = Array.from({ length: 25 }, (_, n) => makeCase(1 + batch * 25 + n));
      commit(cases, 'base');
      commit(cases, 'ours');
      commit(cases, 'theirs');
      for (const algorithm of ['histogram', 'myers']) {
        git('checkout', '-q', '--detach', 'ours');
        try {
          git('merge', '-q', '--no-edit', '-X', `diff-algorithm=${algorithm}`, 'theirs');
        } catch {
          assert.fail(`${algorithm}: ${git('diff', '--name-only', '--diff-filter=U')}`);
        }
        for (const { name, texts } of cases) {
          const merged = readFileSync(path.join(folder, name), 'utf8');
          assert.ok(merged === texts.merged, `${name}: the merge by ${algorithm} is not both edits`);
          assert.ok(encodeAnnotation(parseAnnotation(merged, name)) === merged, `${name} is not canonical`);
        }
      }
    });
  }

  it('conflict, rather than give a voxel two subtypes, where both paint one row', () => {
    const size: Size = [8, 8, 1];
    const side = (label: number): string =>
      encodeAnnotation(annotationOf(new Uint8Array(64).fill(label, 24, 28), size));
    const texts = { base: side(0), ours: side(1), theirs: side(4), merged: '' };
    commit([{ name: 'x.ich.json', texts }], 'base');
    commit([{ name: 'x.ich.json', texts }], 'ours');
    commit([{ name: 'x.ich.json', texts }], 'theirs');
    assert.throws(() => git('merge', '-q', '--no-edit', 'ours'));
    const conflicted = readFileSync(path.join(folder, 'x.ich.json'), 'utf8');
    assert.throws(
      () => parseAnnotation(conflicted, 'x.ich.json'),
      /x\.ich\.json, line \d+, column 1: A merge conflict/,
    );
  });
});
