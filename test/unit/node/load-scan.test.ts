import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { scanFileName } from '../../../src/node/annotation-path';
import { loadScan, referenceTo, voxelHash } from '../../../src/node/load-scan';
import { findScans, type ScanFiles } from '../../../src/node/scan-files';
import { dicomFile } from '../../fixtures/dicom-file';
import { headNifti, headWorld } from '../../fixtures/tiny-nifti';

const options = { bundle: inRoot('out') };

async function scanAt(file: string): Promise<ScanFiles> {
  const [scan] = (await findScans(file)).scans;
  assert.ok(scan);
  return scan;
}

describe('loadScan', () => {
  let folder = '';
  const at = (name: string): string => path.join(folder, name);
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-load-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  function putSeries(count: number): void {
    for (let n = 1; n <= count; n++) {
      // Names run against the positions.
      fs.writeFileSync(at(`${90 - n}.dcm`), dicomFile({ instance: n, position: [0, 0, 3 * n], rows: 40, columns: 50 }));
    }
  }

  it('reads NIfTI in pieces, plain and compressed, with progress', async () => {
    const bytes = headNifti();
    fs.writeFileSync(at('a.nii'), bytes);
    fs.writeFileSync(at('b.nii.gz'), gzipSync(bytes));
    const seen: number[] = [];
    const plain = await loadScan(await scanAt(at('a.nii')), { ...options, onProgress: (done) => seen.push(done) });
    const packed = await loadScan(await scanAt(at('b.nii.gz')), options);
    assert.deepEqual(plain.size, headWorld.size);
    assert.equal(seen.at(-1), headWorld.size[2]);
    assert.equal(voxelHash(packed), voxelHash(plain));
    // The voxels follow the header of 352 bytes.
    assert.equal(voxelHash(plain), createHash('sha256').update(bytes.subarray(352)).digest('hex'));
  });

  it('reads a pair, and says when the header is missing', async () => {
    const bytes = headNifti();
    const header = bytes.slice(0, 352);
    header.set([0x6e, 0x69, 0x31], 344);
    // The voxels of the image file begin at its start.
    new DataView(header.buffer).setFloat32(108, 0, true);
    fs.writeFileSync(at('a.hdr'), header);
    fs.writeFileSync(at('a.img'), bytes.subarray(352));
    fs.writeFileSync(at('b.img'), bytes.subarray(352));
    const volume = await loadScan(await scanAt(at('a.img')), options);
    assert.equal(voxelHash(volume), createHash('sha256').update(bytes.subarray(352)).digest('hex'));
    await assert.rejects(loadScan(await scanAt(at('b.img')), options), /b\.img: its header is not beside it\. Put/);
  });

  it('reads a DICOM series in the order of its positions, with progress', async () => {
    putSeries(4);
    const seen: number[] = [];
    const scan = await scanAt(at('88.dcm'));
    const volume = await loadScan(scan, { ...options, onProgress: (done) => seen.push(done) });
    assert.deepEqual(
      volume.slices.map(({ source }) => source),
      ['89.dcm', '88.dcm', '87.dcm', '86.dcm'],
    );
    assert.deepEqual(seen, [1, 2, 3, 4]);
    const reference = referenceTo(volume, scan);
    assert.deepEqual([reference.file, reference.seriesInstanceUid, reference.size], ['86.dcm', '1.2.3.4', [50, 40, 4]]);
  });

  it('finds the codecs of the installed packages', async () => {
    for (const name of ['jpegls_80.dcm', 'j2k_90.dcm', 'htj2k_201.dcm', 'jpeg_51.dcm']) {
      const scan: ScanFiles = {
        kind: 'dicom',
        name,
        files: [inRoot('test/fixtures/dicom', name)],
        folder,
        largeSeries: [],
      };
      assert.ok((await loadScan(scan, options)).voxels.length > 0);
    }
  });

  it('ends with the reason of the signal when aborted, before and on the way', async () => {
    putSeries(6);
    fs.writeFileSync(at('a.nii'), headNifti());
    const before = AbortSignal.abort(new Error('enough'));
    for (const name of ['a.nii', '88.dcm']) {
      const scan = await scanAt(at(name));
      await assert.rejects(loadScan(scan, { ...options, signal: before }), /^Error: enough$/);
      const controller = new AbortController();
      const onProgress = (): void => controller.abort(new Error('half-way'));
      await assert.rejects(loadScan(scan, { ...options, signal: controller.signal, onProgress }), /^Error: half-way$/);
    }
  });

  it('says which file of the scan is gone', async () => {
    putSeries(2);
    const scan = await scanAt(at('88.dcm'));
    fs.rmSync(at('89.dcm'));
    await assert.rejects(loadScan(scan, options), /^ScanError: 89\.dcm: it cannot be read/);
  });

  it('names a scan relative to where its annotation lies', async () => {
    putSeries(2);
    fs.writeFileSync(at('a.nii'), headNifti());
    const series = await scanAt(at('88.dcm'));
    const nifti = await scanAt(at('a.nii'));
    const other = path.join(path.dirname(folder), 'out');
    assert.equal(scanFileName(series, folder), '88.dcm');
    assert.equal(scanFileName(series, other), `../${path.basename(folder)}`);
    assert.equal(scanFileName(nifti, folder), 'a.nii');
    assert.equal(scanFileName(nifti, other), `../${path.basename(folder)}/a.nii`);
  });
});
