import assert from 'node:assert/strict';
import { labelOf, SUBTYPES } from '../../../../src/core/annotation/subtype';
import { DicomDecoder } from '../../../../src/core/formats/dicom';
import { affineOf } from '../../../../src/core/geometry';
import { writeDicomSeries } from '../../../../src/core/phantom/dicom-write';
import { makePhantom, type Phantom } from '../../../../src/core/phantom/phantom';
import type { Vec3 } from '../../../../src/core/volume';

const SIZE: Vec3 = [96, 96, 24];
const SEEDS = [1, 2, 3, 4, 5, 6];
const phantoms = SEEDS.map((seed) => makePhantom({ seed, size: SIZE }));

function valuesWhere({ voxels, labels }: Phantom, keep: (label: number, hu: number) => boolean): number[] {
  return [...voxels].filter((hu, n) => keep(labels[n] ?? 0, hu));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('the synthetic head', () => {
  it('is the same for one seed and another for another', () => {
    const again = makePhantom({ seed: 1, size: SIZE });
    assert.deepEqual(again, phantoms[0]);
    assert.notDeepEqual(phantoms[1]?.labels, phantoms[0]?.labels);
  });

  it('has blood of all five subtypes, each mostly on the side that it names', () => {
    for (const [n, { labels, sides }] of phantoms.entries()) {
      assert.notEqual(sides.EPH, sides.SDH);
      for (const subtype of SUBTYPES) {
        let [all, onSide] = [0, 0];
        labels.forEach((label, at) => {
          if (label !== labelOf(subtype)) return;
          all++;
          if (Math.sign((at % 96) - 47.5) === sides[subtype]) onSide++;
        });
        assert.ok(all > 30, `seed ${SEEDS[n]} has ${all} voxels of ${subtype}`);
        const least = subtype === 'SAH' || subtype === 'IVH' ? 0.55 : 0.95;
        assert.ok(onSide / all > least, `seed ${SEEDS[n]}, ${subtype}: ${onSide} of ${all} on its side`);
      }
    }
  });

  it('has the densities of a head', () => {
    for (const phantom of phantoms) {
      const blood = mean(valuesWhere(phantom, (label) => label > 0));
      assert.ok(blood > 50 && blood < 75, `blood ${blood}`);
      const brain = mean(valuesWhere(phantom, (label, hu) => label === 0 && hu > 15 && hu < 48));
      assert.ok(brain > 26 && brain < 38, `brain ${brain}`);
      const shares = [(hu: number) => hu < -950, (hu: number) => hu > 600].map(
        (test) => valuesWhere(phantom, (_, hu) => test(hu)).length / phantom.voxels.length,
      );
      assert.ok((shares[0] ?? 0) > 0.3 && (shares[0] ?? 0) < 0.8, `air ${shares[0]}`);
      assert.ok((shares[1] ?? 0) > 0.03 && (shares[1] ?? 0) < 0.2, `bone ${shares[1]}`);
      assert.ok(phantom.voxels.every((hu) => hu >= -1024 && hu < 3000));
    }
  });

  it('comes without blood, too', () => {
    const { labels, voxels } = makePhantom({ seed: 1, size: SIZE, blood: false });
    assert.ok(labels.every((label) => label === 0));
    const [first] = phantoms;
    assert.ok(first);
    const bright = (values: Int16Array): number => values.filter((hu) => hu > 52 && hu < 75).length;
    assert.ok(bright(voxels) < 0.7 * bright(first.voxels));
  });

  it('tells of its progress, slice by slice', () => {
    const told: string[] = [];
    makePhantom({ size: [8, 8, 3] }, (done, total) => told.push(`${done}/${total}`));
    assert.deepEqual(told, ['1/3', '2/3', '3/3']);
  });
});

describe('the DICOM series of a synthetic head', () => {
  it('is read as what was written, at the same place', async () => {
    const phantom = makePhantom({ seed: 3, size: [40, 32, 9] });
    const origin: Vec3 = [phantom.affine[3] ?? 0, phantom.affine[7] ?? 0, phantom.affine[11] ?? 0];
    const files = writeDicomSeries({ ...phantom, origin, seed: 3 });
    const decoder = new DicomDecoder({
      name: 'series',
      loadCodec: () => Promise.reject(new Error('no codec is needed')),
      expectedFiles: files.length,
    });
    for (const { name, bytes } of [...files].reverse()) await decoder.push(name, bytes);
    const volume = await decoder.finish();
    assert.deepEqual(volume.size, phantom.size);
    const { voxels, slope, intercept } = volume;
    const hu = Array.from({ length: voxels.length }, (_, n) => Number(voxels[n]) * slope + intercept);
    assert.deepEqual(hu, [...phantom.voxels]);
    affineOf(volume).forEach((value, n) => {
      assert.ok(Math.abs(value - (phantom.affine[n] ?? 0)) < 1e-6, `affine ${n}: ${value}, ${phantom.affine[n]}`);
    });
    assert.equal(volume.identity.modality, 'CT');
    assert.match(volume.identity.seriesInstanceUid ?? '', /^2\.25\.\d{30,39}$/);
    assert.deepEqual(volume.notices, []);
  });

  it('can be sheared as under a gantry tilt', async () => {
    const phantom = makePhantom({ seed: 3, size: [16, 16, 5], spacing: [14, 14, 4] });
    const files = writeDicomSeries({ ...phantom, origin: [0, 0, 0], seed: 3, shear: 1 });
    const decoder = new DicomDecoder({
      name: 'series',
      loadCodec: () => Promise.reject(new Error('no codec is needed')),
      expectedFiles: files.length,
    });
    for (const { name, bytes } of files) await decoder.push(name, bytes);
    const { tilt, slices } = await decoder.finish();
    assert.ok(Math.abs(tilt - (Math.atan(1 / 4) * 180) / Math.PI) < 1e-6);
    assert.deepEqual(slices[4]?.position, [0, 4, 16]);
  });
});
