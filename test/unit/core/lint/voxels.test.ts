import assert from 'node:assert/strict';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { annotationMatches } from '../../../../src/core/annotation/match';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { encodeRuns, type SliceRuns } from '../../../../src/core/annotation/runs';
import { checkText, place } from '../../../../src/core/lint/check';
import { findHead } from '../../../../src/core/lint/head';
import { changed, textChanges } from '../../../../src/core/lint/mend';
import { checkMask, maskFindings, matchFindings } from '../../../../src/core/lint/voxels';
import { makePhantom, type Phantom } from '../../../../src/core/phantom/phantom';
import type { Vec3 } from '../../../../src/core/volume';
import { annotationOf, imageOf } from '../annotation/random-annotation';

const SIZE: Vec3 = [128, 128, 24];

function masksOf({ size: [width, height, depth] }: Phantom, labels: Uint8Array): SliceRuns[] {
  const plane = width * height;
  return Array.from({ length: depth }, (_, slice) => ({
    slice,
    runs: encodeRuns(labels.subarray(slice * plane, (slice + 1) * plane), width, height),
  }));
}

const scanOf = ({ voxels, size, spacing }: Phantom) => ({ voxels, size, spacing, slope: 1, intercept: 0 });

describe('a mask on its scan', () => {
  const phantoms = [1, 2, 3].map((seed) => makePhantom({ seed, size: SIZE }));

  it('of blood has nothing in it that cannot be blood', () => {
    for (const phantom of phantoms) assert.deepEqual(checkMask(scanOf(phantom), masksOf(phantom, phantom.labels)), []);
  });

  it('is found in bone, in air inside of the head, and beside the head', () => {
    const [phantom] = phantoms;
    assert.ok(phantom);
    const plane = SIZE[0] * SIZE[1];
    const k = 14;
    const labels = new Uint8Array(phantom.voxels.length);
    const head = findHead(scanOf(phantom));
    const at = (i: number, j: number): number => phantom.voxels[k * plane + j * SIZE[0] + i] ?? 0;
    // Along one row from the left border: air, scalp, bone, brain.
    const row = 64;
    const bone = [...Array(64).keys()].filter((i) => [-1, 0, 1].every((d) => at(i + d, row) > 300));
    assert.ok(bone.length > 0);
    for (let j = row - 4; j <= row + 4; j++) for (const i of bone) labels[k * plane + j * SIZE[0] + i] = 2;
    for (let j = 4; j < 8; j++) labels.fill(4, k * plane + j * SIZE[0] + 4, k * plane + j * SIZE[0] + 9);
    const scan = { ...scanOf(phantom), voxels: phantom.voxels.slice() };
    // A hole of air in the brain.
    for (let j = 60; j < 70; j++) scan.voxels.fill(-1000, k * plane + j * SIZE[0] + 60, k * plane + j * SIZE[0] + 70);
    for (let j = 60; j < 70; j++) labels.fill(5, k * plane + j * SIZE[0] + 60, k * plane + j * SIZE[0] + 70);
    assert.ok(head.contains(64, 64, k) && !head.contains(4, 4, k));
    const found = checkMask(scan, masksOf(phantom, labels));
    assert.deepEqual(
      found.map(({ code, slice, label }) => [code, slice, label]),
      [
        ['outside-head', k, 4],
        ['in-bone', k, 2],
        ['in-air', k, 5],
      ],
    );
    const [outside, inBone, inAir] = found;
    assert.equal(outside?.voxels, 20);
    assert.ok((inBone?.voxels ?? 0) >= 5);
    // The border of the hole has brain beside it.
    assert.equal(inAir?.voxels, 64);
  });

  it('is not checked where nothing is drawn', () => {
    const [phantom] = phantoms;
    assert.ok(phantom);
    assert.deepEqual(checkMask(scanOf(phantom), masksOf(phantom, new Uint8Array(phantom.voxels.length))), []);
  });

  it('is told at its rows, with the mend that erases just what is wrong', () => {
    const size = [16, 12, 2] as const;
    const labels = new Uint8Array(16 * 12 * 2);
    for (let j = 3; j < 6; j++) labels.fill(4, 192 + j * 16 + 2, 192 + j * 16 + 9);
    const text = encodeAnnotation(annotationOf(labels, size));
    const { places, annotation } = checkText(text, 'a', { smallestIsland: 0 });
    assert.ok(annotation);
    const runs = Uint32Array.of(4, 4, 6, 3, 4, 5, 6, 3);
    const [finding, ...more] = place(maskFindings([{ code: 'in-bone', slice: 1, label: 4, voxels: 6, runs }]), places);
    assert.ok(finding?.fix && 'edit' in finding.fix && more.length === 0);
    assert.equal(text.slice(finding.offset, finding.offset + finding.length), 'P2+7');
    assert.match(finding.message, /^Slice 1: 6 voxels of IPH \(rows 4 to 5\) lie in bone/);
    const mended = parseAnnotation(changed(text, textChanges(annotation, [finding.fix.edit], places)));
    assert.deepEqual([...(mended.slices[1]?.runs ?? [])], [4, 3, 2, 7, 4, 4, 2, 4, 4, 5, 2, 4]);
  });
});

describe('an annotation of another scan', () => {
  const image = imageOf(20, 20, 4);
  const scan = {
    size: image.size,
    spacing: image.spacing,
    direction: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const,
    slicePositions: [0, 1, 2, 3].map((k): Vec3 => [-125.5, -110.25, 37 + 5 * k]),
    sha256: image.sha256,
  };

  it('is told at what differs', () => {
    assert.deepEqual(matchFindings(annotationMatches(image, scan)), []);
    for (const [change, code, path] of [
      [{ size: [20, 20, 5] as Vec3 }, 'image-size', ['image', 'size']],
      [
        { slicePositions: scan.slicePositions.map(([x, y, z]): Vec3 => [x + 1, y, z]) },
        'image-geometry',
        ['image', 'affine'],
      ],
      [{ sha256: 'cd'.repeat(32) }, 'image-voxels', ['image', 'sha256']],
    ] as const) {
      const [finding] = matchFindings(annotationMatches(image, { ...scan, ...change }));
      assert.deepEqual([finding?.code, finding?.path, finding?.severity], [code, path, 'error']);
    }
  });
});
