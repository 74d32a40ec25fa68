import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { isImageName, isPairedName, pairedNames, sniffScan } from '../../../../src/core/formats/sniff';
import { niftiFile } from '../../../fixtures/nifti-files';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('sniff', () => {
  it('knows NIfTI by its header in both versions and byte orders, whatever the name', () => {
    for (const version of [1, 2] as const)
      for (const littleEndian of [true, false]) {
        const file = niftiFile({ version, littleEndian });
        assert.equal(sniffScan(file, 'scan.bin'), 'nifti');
        assert.equal(sniffScan(gzipSync(file), 'scan'), 'nifti');
      }
  });

  it('knows DICOM with and without its preamble, whatever the name', () => {
    const part10 = new Uint8Array(200);
    part10.set([0x44, 0x49, 0x43, 0x4d], 128);
    assert.equal(sniffScan(part10, 'IM0001'), 'dicom');
    assert.equal(sniffScan(part10, 'wrong.nii'), 'dicom');
    // (0008,0005) explicit little-endian, implicit, and explicit big-endian.
    assert.equal(sniffScan(bytes(8, 0, 5, 0, 0x43, 0x53, 10, 0), 'IM0001'), 'dicom');
    assert.equal(sniffScan(bytes(8, 0, 5, 0, 10, 0, 0, 0), 'IM0001'), 'dicom');
    assert.equal(sniffScan(bytes(0, 8, 0, 5, 0x43, 0x53, 0, 10), 'IM0001'), 'dicom');
  });

  it('goes by the name where the bytes say nothing', () => {
    const nothing = new Uint8Array(600);
    assert.equal(sniffScan(nothing, 'SCAN.IMG'), 'nifti');
    assert.equal(sniffScan(nothing, 'a.nii.gz'), 'nifti');
    assert.equal(sniffScan(nothing, 'a.DCM'), 'dicom');
    assert.equal(sniffScan(nothing, 'folder/DICOMDIR'), 'dicom');
    assert.equal(sniffScan(nothing, 'notes.txt'), undefined);
    assert.equal(sniffScan(new Uint8Array(0), 'notes'), undefined);
  });

  it('names the other file of a pair', () => {
    assert.deepEqual(pairedNames('a/scan.hdr'), ['a/scan.img', 'a/scan.img.gz']);
    assert.deepEqual(pairedNames('scan.img.gz'), ['scan.hdr.gz', 'scan.hdr']);
    assert.deepEqual(pairedNames('SCAN.HDR'), ['SCAN.IMG', 'SCAN.IMG.GZ']);
    assert.deepEqual(pairedNames('scan.nii'), []);
    assert.deepEqual([isPairedName('a.IMG'), isPairedName('a.nii')], [true, false]);
    assert.deepEqual([isImageName('a.img.gz'), isImageName('a.hdr')], [true, false]);
  });
});
