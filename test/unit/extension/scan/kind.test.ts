import assert from 'node:assert/strict';
import { kindByName } from '../../../../src/extension/scan/kind';

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
});
