import assert from 'node:assert/strict';
import { kindByName, looksLikeNifti, pairName } from '../../../../src/extension/scan/kind';

describe('the kind of a scan file', () => {
  it('is told by the name', () => {
    for (const name of ['a.nii', 'a.nii.gz', 'A.NII.GZ', 'a.hdr', 'a.img', 'a.img.gz']) {
      assert.equal(kindByName(name), 'nifti', name);
    }
    for (const name of ['a.dcm', 'A.DCM', '1.2.3.dicom']) assert.equal(kindByName(name), 'dicom', name);
    for (const name of ['IM0001', 'a.gz', 'nii', 'dcm', 'a.nii.txt', '1.2.840.113619']) {
      assert.equal(kindByName(name), undefined, name);
    }
  });

  it('is NIfTI for a header of 348 or 540 bytes in either byte order, and for gzip', () => {
    for (const [size, little] of [
      [348, true],
      [348, false],
      [540, true],
      [540, false],
    ] as const) {
      const head = new Uint8Array(132);
      new DataView(head.buffer).setInt32(0, size, little);
      assert.equal(looksLikeNifti(head), true, `${size} ${little}`);
    }
    assert.equal(looksLikeNifti(Uint8Array.of(0x1f, 0x8b)), true);
    assert.equal(looksLikeNifti(Uint8Array.of(0x5c, 0x01, 0, 0)), true);
    assert.equal(looksLikeNifti(Uint8Array.of(0x5c, 0x01, 0)), false);
    assert.equal(looksLikeNifti(new Uint8Array(132)), false);
    assert.equal(looksLikeNifti(new Uint8Array(0)), false);
  });

  it('names the other half of a pair in the same case', () => {
    assert.equal(pairName('head.hdr'), 'head.img');
    assert.equal(pairName('head.img'), 'head.hdr');
    assert.equal(pairName('HEAD.IMG'), 'HEAD.HDR');
    assert.equal(pairName('a.b.hdr.gz'), 'a.b.img.gz');
    assert.equal(pairName('head.nii'), undefined);
    assert.equal(pairName('hdr'), undefined);
  });
});
