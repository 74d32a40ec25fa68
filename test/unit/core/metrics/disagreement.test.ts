/** Disagreement of two masks, held against counting voxel by voxel. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import { labelOf, SUBTYPES, type Subtype } from '../../../../src/core/annotation/subtype';
import type { MeasureGrid } from '../../../../src/core/measure/grid';
import { CLASSES } from '../../../../src/core/metrics/counts';
import {
  diceOf,
  disagreementOf,
  LITTLE_OVERLAP,
  overlapOf,
  type ScanDisagreement,
} from '../../../../src/core/metrics/disagreement';

const [W, H, D] = [7, 6, 4];
const SIZE = [W, H, D] as const;
const grid: MeasureGrid = {
  column: [0.5, 0, 0],
  row: [0, 2, 0],
  positions: Array.from({ length: D }, (_, k) => [0, 0, 5 * k] as const),
  // Uneven, so that mL and voxels are told apart.
  extents: [5, 4, 10, 2.5],
};
const mL = (k: number): number => (0.5 * 2 * (grid.extents[k] ?? 0)) / 1000;

/** Labels at (k * H + j) * W + i. */
type Labels = readonly number[];

function masksOf(labels: Labels): SliceRuns[] {
  return Array.from({ length: D }, (_, k) => ({
    slice: k,
    runs: encodeRuns(Uint8Array.from(labels.slice(k * W * H, (k + 1) * W * H)), W, H),
  })).filter(({ runs }) => runs.length > 0);
}

function inSlice(labels: Labels, k: number): Subtype[] {
  return SUBTYPES.filter((subtype) => labels.slice(k * W * H, (k + 1) * W * H).includes(labelOf(subtype)));
}

function compare(
  annotation: Labels,
  model: Labels,
  labelsAt = (k: number) => inSlice(annotation, k),
): ScanDisagreement {
  return disagreementOf({
    annotation: masksOf(annotation),
    model: masksOf(model),
    labelsOf: labelsAt,
    size: SIZE,
    grid,
  });
}

const place = (n: number): [number, number, number] => [n % W, Math.floor(n / W) % H, Math.floor(n / (W * H))];

/** Parts of one label, voxels touching by corners too, by flooding. */
function flood(labels: Labels): number[][] {
  const seen = new Set<number>();
  return labels.flatMap((label, start) => {
    if (label === 0 || seen.has(start)) return [];
    const part = [start];
    seen.add(start);
    for (const n of part) {
      const [i, j, k] = place(n);
      labels.forEach((other, m) => {
        const [x, y, z] = place(m);
        if (other !== label || seen.has(m) || Math.max(Math.abs(x - i), Math.abs(y - j), Math.abs(z - k)) > 1) return;
        seen.add(m);
        part.push(m);
      });
    }
    return [part];
  });
}

const overlap = (part: readonly number[], other: Labels): number =>
  part.reduce((sum, n) => sum + (other[n] ? mL(place(n)[2]) : 0), 0) /
  part.reduce((sum, n) => sum + mL(place(n)[2]), 0);

/** mL of a part by the other side's label, from 1. */
const weightsOf = (part: readonly number[], other: Labels): number[] =>
  [1, 2, 3, 4, 5].map((label) => part.reduce((sum, n) => sum + (other[n] === label ? mL(place(n)[2]) : 0), 0));

function lesionsByVoxel(annotation: Labels, model: Labels): string[] {
  const say = (kind: string, part: readonly number[], own: Labels, other: Labels, shown?: number): string => {
    const volume = part.reduce((sum, n) => sum + mL(place(n)[2]), 0);
    const shared = part.reduce((sum, n) => sum + (other[n] ? mL(place(n)[2]) : 0), 0);
    const slices = part.map((n) => place(n)[2]);
    return [
      kind,
      own[part[0] ?? 0],
      shown,
      volume.toFixed(9),
      (shared / volume).toFixed(9),
      Math.min(...slices),
      Math.max(...slices),
    ].join(' ');
  };
  const lines = flood(annotation).flatMap((part) => {
    if (overlap(part, model) < LITTLE_OVERLAP) return [say('missed', part, annotation, model)];
    const weights = weightsOf(part, model);
    const most = weights.indexOf(Math.max(...weights)) + 1;
    return most === annotation[part[0] ?? 0] ? [] : [say('flipped', part, annotation, model, most)];
  });
  return [
    ...lines,
    ...flood(model).flatMap((part) =>
      overlap(part, annotation) < LITTLE_OVERLAP ? [say('false', part, model, annotation)] : [],
    ),
  ].sort();
}

/** Blobs rather than noise, so that lesions are more than single voxels. */
const labels = fc
  .array(
    fc.tuple(
      fc.nat(W - 1),
      fc.nat(H - 1),
      fc.nat(D - 1),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
    ),
    {
      maxLength: 5,
    },
  )
  .map((blobs) =>
    Array.from({ length: W * H * D }, (_, n) => {
      const [i, j, k] = place(n);
      const blob = blobs.find(
        ([x, y, z, , radius]) => Math.max(Math.abs(x - i), Math.abs(y - j), Math.abs(z - k)) <= radius,
      );
      return blob?.[3] ?? 0;
    }),
  );

const close = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 1e-9, `${found}, not ${expected}`);

describe('disagreement of model and annotation', () => {
  it('is what counting voxel by voxel gives', () => {
    fc.assert(
      fc.property(labels, labels, (annotation, model) => {
        const result = compare(annotation, model);
        for (const of of CLASSES) {
          const is = (label = 0): boolean => (of === 'any' ? label > 0 : label === labelOf(of));
          let [missed, falsely, flipped, both, sum] = [0, 0, 0, 0, 0];
          annotation.forEach((a, n) => {
            const m = model[n] ?? 0;
            const unit = mL(place(n)[2]);
            if (is(a) && m === 0) missed += unit;
            if (is(m) && a === 0) falsely += unit;
            if (a > 0 && m > 0 && a !== m && (is(a) || is(m))) flipped += unit;
            if (is(a) && is(m)) both++;
            sum += Number(is(a)) + Number(is(m));
          });
          const volumes = overlapOf(result.volumes, of);
          close(volumes.missed, missed);
          close(volumes.false, falsely);
          close(volumes.flipped, flipped);
          assert.equal(diceOf(result.voxels, of), sum === 0 ? undefined : (2 * both) / sum);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('lists the slices that differ, each with a voxel that does', () => {
    fc.assert(
      fc.property(labels, labels, (annotation, model) => {
        const { slices } = compare(annotation, model);
        const differing = Array.from({ length: D }, (_, k) => k).filter((k) =>
          annotation.some((label, n) => place(n)[2] === k && label !== model[n]),
        );
        assert.deepEqual(
          slices.map(({ slice }) => slice),
          differing,
        );
        for (const { slice, at, voxels, unit, flips } of slices) {
          const n = (at[2] * H + at[1]) * W + at[0];
          assert.equal(at[2], slice);
          assert.notEqual(annotation[n], model[n]);
          assert.equal(unit, mL(slice));
          const { missed } = overlapOf(voxels, 'any');
          assert.equal(
            missed,
            annotation.filter((label, m) => place(m)[2] === slice && label > 0 && model[m] === 0).length,
          );
          const [one, other] = [inSlice(annotation, slice), inSlice(model, slice)];
          assert.deepEqual(
            flips,
            SUBTYPES.filter((subtype) => one.includes(subtype) !== other.includes(subtype)),
          );
        }
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('lists the lesions that a flood over voxels finds missed, false and flipped', () => {
    let kinds = '';
    fc.assert(
      fc.property(labels, labels, (annotation, model) => {
        // Sums in another order may fall on the other side of the limit.
        const parts = [
          ...flood(annotation).map((part) => overlap(part, model)),
          ...flood(model).map((part) => overlap(part, annotation)),
        ];
        fc.pre(parts.every((part) => Math.abs(part - LITTLE_OVERLAP) > 1e-9));
        const undecided = flood(annotation).some((part) => {
          const [most = 0, next = 0] = weightsOf(part, model).sort((a, b) => b - a);
          return next > 0 && most - next < 1e-9;
        });
        fc.pre(!undecided);
        const { lesions } = compare(annotation, model);
        const said = lesions.map(({ kind, subtype, other, volume, overlap, firstSlice, lastSlice, at }) => {
          const own = kind === 'false' ? model : annotation;
          assert.equal(own[(at[2] * H + at[1]) * W + at[0]], labelOf(subtype));
          kinds += kind;
          const shown = other && labelOf(other);
          return [kind, labelOf(subtype), shown, volume.toFixed(9), overlap.toFixed(9), firstSlice, lastSlice].join(
            ' ',
          );
        });
        assert.deepEqual(said.sort(), lesionsByVoxel(annotation, model));
      }),
      { seed: 13, numRuns: 200 },
    );
    // A draw that never meets a kind would prove nothing about it.
    assert.match(kinds, /missed/);
    assert.match(kinds, /false/);
    assert.match(kinds, /flipped/);
  });

  it('counts labels that are stated against the mask, on slices whose masks agree', () => {
    const blood = Array.from({ length: W * H * D }, (_, n) => (n < 3 ? 4 : 0));
    const { slices, flips } = compare(blood, blood, (k) => (k === 0 ? ['IPH', 'IVH'] : k === 2 ? ['SAH'] : []));
    assert.deepEqual(
      slices.map(({ slice, flips: here, at }) => [slice, here, at]),
      [
        [0, ['IVH'], [3, 3, 0]],
        [2, ['SAH'], [3, 3, 2]],
      ],
    );
    assert.deepEqual(flips, ['IVH', 'SAH']);
  });

  it('takes a lesion of which the model calls one half the same for no flip', () => {
    const blood = Array.from({ length: W * H * D }, (_, n) => (n < 4 ? 4 : 0));
    const half = blood.map((label, n) => (n < 2 ? 2 : label));
    assert.deepEqual(compare(blood, half).lesions, []);
    const most = blood.map((label, n) => (n < 3 ? 2 : label));
    assert.deepEqual(
      compare(blood, most).lesions.map(({ kind, subtype, other }) => [kind, subtype, other]),
      [['flipped', 'IPH', 'SDH']],
    );
  });

  it('finds nothing in equal masks and in empty ones', () => {
    const { slices, lesions, voxels } = compare(new Array(W * H * D).fill(0), new Array(W * H * D).fill(0));
    assert.deepEqual([slices, lesions, diceOf(voxels, 'any')], [[], [], undefined]);
    const full = compare(new Array(W * H * D).fill(2), new Array(W * H * D).fill(2));
    assert.deepEqual([full.slices, full.lesions, diceOf(full.voxels, 'SDH')], [[], [], 1]);
  });
});
