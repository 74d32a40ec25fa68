import assert from 'node:assert/strict';
import { annotationName, emptyAnnotation } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { imageReference, type ScanPlacement } from '../../../../src/core/annotation/image';
import { annotationMatches } from '../../../../src/core/annotation/match';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import type { Vec3 } from '../../../../src/core/volume';

const SHA = 'ab'.repeat(32);

/** A head with gantry tilt: slices shift to the back as they go up. */
function tilted(): ScanPlacement {
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  return {
    size: [512, 512, 28],
    spacing: [0.45, 0.45, 5],
    direction: [
      [1, 0, 0],
      [0, c, s],
      [0, 0, 1],
    ],
    slicePositions: Array.from({ length: 28 }, (_, k): Vec3 => [-115, -100, 20 + (5 / c) * k]),
    seriesInstanceUid: '1.2.3',
  };
}

describe('whether an annotation belongs to a scan', () => {
  it('is so for the scan that it was made on, also after the way through the file', () => {
    const scan = tilted();
    const image = imageReference(scan, SHA, 'series');
    assert.equal(image.seriesInstanceUid, '1.2.3');
    assert.ok(Math.abs((image.affine[10] ?? 0) - 5 / Math.cos(0.3)) < 1e-12);
    const read = parseAnnotation(encodeAnnotation(emptyAnnotation(image))).image;
    for (const reference of [image, read]) {
      assert.deepEqual(annotationMatches(reference, { ...scan, sha256: SHA }), { matches: true });
      assert.deepEqual(annotationMatches(reference, scan), { matches: true });
    }
  });

  it('is not so for another size, place, side or content, and says which', () => {
    const scan = tilted();
    const image = imageReference(scan, SHA, 'series');
    const [i, j, k] = scan.direction;
    const shifted = scan.slicePositions.map(([x, y, z]): Vec3 => [x, y + 0.5, z]);
    const cases: readonly (readonly [Partial<ScanPlacement> & { sha256?: string }, string, RegExp])[] = [
      [{ size: [512, 512, 27] }, 'size', /512 x 512 x 28 voxels, and this scan has 512 x 512 x 27/],
      [{ slicePositions: shifted }, 'geometry', /up to 0\.5 mm/],
      [{ slicePositions: [...scan.slicePositions].reverse() }, 'geometry', /mm from where/],
      [{ direction: [[-1, 0, 0], j, k] }, 'geometry', /up to 459\.9 mm/],
      [{ spacing: [0.451, 0.45, 5] }, 'geometry', /up to 0\.5 mm/],
      [{ direction: [i, j, [Number.NaN, 0, 0]], slicePositions: [[0, 0, Number.NaN]] }, 'geometry', /mm from/],
      [{ sha256: 'cd'.repeat(32) }, 'voxels', /SHA-256 abababababab\.\.\., this scan cdcdcdcdcdcd/],
    ];
    for (const [change, differs, message] of cases) {
      const match = annotationMatches(image, { ...scan, ...change });
      assert.ok(!match.matches);
      assert.equal(match.differs, differs);
      assert.match(match.message, message);
    }
  });

  it('allows for the rounding of other readers', () => {
    const scan = tilted();
    const image = imageReference(scan, SHA, 'series');
    const rounded = scan.slicePositions.map(([x, y, z]): Vec3 => [x + 0.01, y - 0.02, z + 0.01]);
    assert.ok(annotationMatches(image, { ...scan, slicePositions: rounded }).matches);
  });
});

describe('name of an annotation', () => {
  it('is that of the scan without the ending of its format', () => {
    const names = [
      'head.nii.gz',
      'head.NII',
      'head.dcm',
      'head.hdr',
      'head.v2.nii',
      'IM0001',
      'series',
      'a.nii.gz.nii',
    ];
    assert.deepEqual(names.map(annotationName), [
      'head.ich.json',
      'head.ich.json',
      'head.ich.json',
      'head.ich.json',
      'head.v2.ich.json',
      'IM0001.ich.json',
      'series.ich.json',
      'a.nii.gz.ich.json',
    ]);
  });
});
