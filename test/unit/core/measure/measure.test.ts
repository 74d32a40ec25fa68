import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeRuns, paintRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import { abcHalf } from '../../../../src/core/measure/abc';
import { components } from '../../../../src/core/measure/components';
import { type MeasureGrid, measureGrid, volumesByLabel } from '../../../../src/core/measure/grid';
import { lesionAt, measureLesions } from '../../../../src/core/measure/lesions';
import {
  boxOfSubtype,
  isPresent,
  patientSubtypes,
  sliceSubtypes,
  statedByMask,
} from '../../../../src/core/measure/statements';
import { random } from '../../../../src/core/phantom/random';
import type { Vec3 } from '../../../../src/core/volume';
import { annotationOf, blobs, noise } from '../annotation/random-annotation';

type Size = readonly [number, number, number];

function masksOf(labels: Uint8Array, [width, height, depth]: Size): SliceRuns[] {
  return Array.from({ length: depth }, (_, slice) => {
    const part = labels.subarray(slice * width * height, (slice + 1) * width * height);
    return { slice, runs: encodeRuns(part, width, height) };
  });
}

/** An uneven, tilted grid. */
function gridOf(depth: number): MeasureGrid {
  return measureGrid({
    spacing: [0.5, 0.25, 4],
    direction: [
      [1, 0, 0],
      [0, 0.8, 0.6],
      [0, 0, 1],
    ],
    slicePositions: Array.from({ length: depth }, (_, k): Vec3 => [-10, 5, k * k]),
    sliceExtents: Array.from({ length: depth }, (_, k) => 1 + k),
  });
}

/** Connected parts by flooding voxel after voxel: each voxel's part, numbered by its first voxel. */
function flooded(labels: Uint8Array, [width, height, depth]: Size): Int32Array {
  const parts = new Int32Array(labels.length).fill(-1);
  const around = [-1, 0, 1];
  labels.forEach((label, first) => {
    if (label === 0 || (parts[first] ?? 0) >= 0) return;
    const open = [first];
    parts[first] = first;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [i, j, k] = [at % width, Math.floor(at / width) % height, Math.floor(at / width / height)];
      for (const dk of around)
        for (const dj of around)
          for (const di of around) {
            const [x, y, z] = [i + di, j + dj, k + dk];
            const to = (z * height + y) * width + x;
            if (x < 0 || y < 0 || z < 0 || x >= width || y >= height || z >= depth) continue;
            if (labels[to] !== label || (parts[to] ?? 0) >= 0) continue;
            parts[to] = first;
            open.push(to);
          }
    }
  });
  return parts;
}

describe('connected parts', () => {
  it('are those that flooding over 26 neighbours finds', () => {
    const inputs = fc.record({
      seed: fc.integer(),
      size: fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6 })),
      density: fc.constantFrom(0.05, 0.15, 0.4, 1),
    });
    fc.assert(
      fc.property(inputs, ({ seed, size, density }) => {
        const [width, height, depth] = size;
        const labels = noise(random(seed), width * height * depth, density);
        const found = new Int32Array(labels.length).fill(-1);
        const parts = components(masksOf(labels, size).reverse());
        parts.forEach((part, n) => {
          for (const { slice, runs } of part.slices) {
            const mine = new Uint8Array(width * height);
            paintRuns(runs, mine, width, height);
            mine.forEach((label, at) => {
              if (label === 0) return;
              assert.equal(label, part.label);
              found[slice * width * height + at] = n;
            });
          }
          assert.equal(part.voxels, found.filter((owner) => owner === n).length);
        });
        const expected = flooded(labels, size);
        const numbers = new Map([...new Set(expected)].filter((part) => part >= 0).map((part, n) => [part, n]));
        assert.deepEqual(
          [...found],
          [...expected].map((part) => numbers.get(part) ?? -1),
        );
      }),
      { seed: 4, numRuns: 150 },
    );
  });
});

describe('lesions', () => {
  const size: Size = [40, 30, 6];
  const labels = blobs(random(12), size, 5, 2);
  const masks = masksOf(labels, size).filter(({ runs }) => runs.length > 0);
  const grid = gridOf(6);
  const voxels = Int16Array.from(labels, (label, n) => label * 100 + (n % 7));
  const scan = { voxels, slope: 2, intercept: -30, padding: { from: 303, to: 303 }, size };
  const lesions = measureLesions(masks, grid, scan);

  it('have the volume of each slice by its own extent, and together that of the mask', () => {
    assert.ok(lesions.length >= 3);
    const total = new Map<string, number>();
    lesions.forEach((lesion, n) => {
      assert.equal(lesion.number, n + 1);
      assert.ok(n === 0 || lesion.volume <= (lesions[n - 1]?.volume ?? 0));
      total.set(lesion.subtype, (total.get(lesion.subtype) ?? 0) + lesion.volume);
    });
    const expected = [0, 0, 0, 0, 0, 0];
    labels.forEach((label, n) => {
      expected[label] = (expected[label] ?? 0) + (0.5 * 0.25 * (1 + Math.floor(n / 1200))) / 1000;
    });
    const volumes = volumesByLabel(masks, grid);
    for (const [label, subtype] of [[1, 'EPH'] as const, [2, 'SDH'], [3, 'SAH'], [4, 'IPH'], [5, 'IVH']] as const) {
      assert.ok(Math.abs((volumes[label] ?? 0) - (expected[label] ?? 0)) < 1e-9);
      assert.ok(Math.abs((total.get(subtype) ?? 0) - (expected[label] ?? 0)) < 1e-9);
    }
    assert.throws(
      () => volumesByLabel([{ slice: 6, runs: Uint32Array.of(1, 0, 0, 1) }], grid),
      /Slice 6 is not one of the 6/,
    );
  });

  it('have centre and HU of their voxels', () => {
    for (const lesion of lesions) {
      let [weight, i, x, y, z] = [0, 0, 0, 0, 0];
      const hu: number[] = [];
      labels.forEach((_, n) => {
        const [column, row, slice] = [n % 40, Math.floor(n / 40) % 30, Math.floor(n / 1200)];
        if (lesionAt(lesions, [column, row, slice]) !== lesion) return;
        const extent = 1 + slice;
        weight += extent;
        i += column * extent;
        x += (-10 + 0.5 * column) * extent;
        y += (5 + 0.25 * 0.8 * row) * extent;
        z += (slice * slice + 0.25 * 0.6 * row) * extent;
        if (voxels[n] !== 303) hu.push((voxels[n] ?? 0) * 2 - 30);
      });
      const mean = hu.reduce((sum, value) => sum + value, 0) / hu.length;
      const sd = Math.sqrt(hu.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hu.length);
      const close = (a: number | undefined, b: number): void =>
        assert.ok(Math.abs((a ?? Number.NaN) - b) < 1e-6, `${a} ${b}`);
      close(lesion.hu?.mean, mean);
      close(lesion.hu?.sd, sd);
      close(lesion.centroid[0], i / weight);
      [x, y, z].forEach((sum, axis) => {
        close(lesion.centroidWorld[axis], sum / weight);
      });
    }
    assert.equal(lesionAt(lesions, [0, 0, 0]), undefined);
    assert.equal(measureLesions(masks, grid)[0]?.hu, undefined);
  });

  it('are numbered anew when one is left out', () => {
    const [first, ...others] = lesions;
    const rest = masks.map(({ slice, runs }) => {
      const kept = new Uint8Array(1200);
      paintRuns(runs, kept, 40, 30);
      const gone = first?.masks.find((mask) => mask.slice === slice)?.runs ?? new Uint32Array(0);
      paintRuns(
        gone.map((value, n) => (n % 4 === 0 ? 0 : value)),
        kept,
        40,
        30,
      );
      return { slice, runs: encodeRuns(kept, 40, 30) };
    });
    assert.deepEqual(
      measureLesions(rest, grid, scan).map(({ voxels: count }) => count),
      others.map(({ voxels: count }) => count),
    );
  });
});

describe('ABC/2', () => {
  const even = measureGrid({
    spacing: [0.5, 0.5, 2],
    direction: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    slicePositions: Array.from({ length: 60 }, (_, k): Vec3 => [0, 0, 2 * k]),
    sliceExtents: Array.from({ length: 60 }, () => 2),
  });

  it('is the length times the width times the weighted height, halved', () => {
    const box = (slice: number, columns: number, rows: number): SliceRuns => ({
      slice,
      runs: Uint32Array.from(Array.from({ length: rows }, (_, row) => [4, row, 10, columns]).flat()),
    });
    // Largest slice 8 x 6 mm: A is its diagonal of 10 mm, B its width across that, twice 4.8 mm.
    const masks = [box(3, 16, 12), box(4, 16, 10), box(5, 16, 9), box(6, 16, 3), box(7, 16, 2)];
    // 192, 160, 144, 48 and 32 voxels: shares of 1, 0.83, 0.75, 0.25 and 0.17 count 1, 1, 1/2, 1/2 and 0.
    const c = 2 * (1 + 1 + 0.5 + 0.5);
    assert.ok(Math.abs(abcHalf(masks, even) - (10 * 9.6 * c) / 2000) < 1e-9);
    assert.equal(abcHalf([], even), 0);
  });

  it('counts the caps of a ball half or not at all, which makes it two thirds of the ball', () => {
    const size: Size = [80, 80, 40];
    const labels = Uint8Array.from({ length: 80 * 80 * 40 }, (_, n) => {
      const [x, y, z] = [(n % 80) / 2 - 20, (Math.floor(n / 80) % 80) / 2 - 20, Math.floor(n / 6400) * 2 - 40];
      return x * x + y * y + z * z < 225 ? 4 : 0;
    });
    const [lesion, ...others] = measureLesions(masksOf(labels, size), even);
    assert.equal(others.length, 0);
    const ball = ((4 / 3) * Math.PI * 15 ** 3) / 1000;
    assert.ok(Math.abs((lesion?.volume ?? 0) / ball - 1) < 0.02);
    // More than 75 % of the largest area up to 7.5 mm from the middle, more than 25 % up to 13 mm.
    const estimate = (30 * 30 * (15 + 11 / 2)) / 2000;
    assert.ok(Math.abs((lesion?.abcHalf ?? 0) / estimate - 1) < 0.04, `${lesion?.abcHalf} ${estimate}`);
  });
});

describe('statements from a mask', () => {
  const size: Size = [20, 10, 3];
  const labels = new Uint8Array(600);
  labels.fill(2, 200 + 25, 200 + 28);
  labels.fill(2, 200 + 63, 200 + 64);
  labels.fill(4, 400, 401);
  const annotation = annotationOf(labels, size);

  it('name the subtypes and box them', () => {
    const stated = statedByMask(annotation);
    assert.deepEqual(stated.slices[1]?.findings.SDH, { present: true, boxes: [[3, 1, 5, 3]], made: [] });
    assert.deepEqual(stated.slices[1]?.findings.IPH, { present: false, boxes: [], made: [] });
    assert.deepEqual(stated.patient, { EPH: false, SDH: true, SAH: false, IPH: true, IVH: false });
    assert.equal(boxOfSubtype(new Uint32Array(0), 'SDH'), undefined);
  });

  it('give way to what a reader states', () => {
    const [, slice] = annotation.slices;
    assert.ok(slice);
    const sdh = (present: boolean | null) => ({
      ...slice,
      findings: { ...slice.findings, SDH: { ...slice.findings.SDH, present } },
    });
    assert.deepEqual(sliceSubtypes(sdh(null)), ['SDH']);
    assert.deepEqual(sliceSubtypes(sdh(false)), []);
    assert.equal(isPresent(sdh(false), 'SDH'), false);
    assert.equal(isPresent(sdh(null), 'SDH'), true);
    assert.deepEqual(patientSubtypes(annotation), ['SDH', 'IPH']);
    const overruled = { ...annotation, patient: { ...annotation.patient, IPH: false, EPH: true } };
    assert.deepEqual(patientSubtypes(overruled), ['EPH', 'SDH']);
  });
});
