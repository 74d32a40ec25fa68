import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { looksLikeNifti, niftiHeaderLength, pairedNames } from '../../../../src/core/formats/sniff';
import { niftiFile } from '../../../fixtures/nifti-files';

describe('sniff', () => {
  it('knows headers of both versions and byte orders', () => {
    for (const version of [1, 2] as const)
      for (const littleEndian of [true, false]) {
        const file = niftiFile({ version, littleEndian });
        assert.deepEqual(niftiHeaderLength(file), { length: version === 1 ? 348 : 540, littleEndian });
        assert.equal(looksLikeNifti(file), true);
        assert.equal(looksLikeNifti(gzipSync(file)), true);
      }
  });

  it('knows what is none', () => {
    for (const bytes of [[], [92, 1], [0, 0, 1, 93], [0x44, 0x49, 0x43, 0x4d]])
      assert.equal(looksLikeNifti(Uint8Array.from(bytes)), false);
  });

  it('names the other file of a pair', () => {
    assert.deepEqual(pairedNames('a/scan.hdr'), ['a/scan.img', 'a/scan.img.gz']);
    assert.deepEqual(pairedNames('scan.img.gz'), ['scan.hdr.gz', 'scan.hdr']);
    assert.deepEqual(pairedNames('SCAN.HDR'), ['SCAN.IMG', 'SCAN.IMG.GZ']);
    assert.deepEqual(pairedNames('scan.nii'), []);
  });
});
