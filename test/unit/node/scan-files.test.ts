import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { sidecarName } from '../../../src/node/annotation-path';
import { findScans, nameOf, type ScanFiles } from '../../../src/node/scan-files';
import { dicomFile, type TestImage } from '../../fixtures/dicom-file';
import { tinyNifti } from '../../fixtures/tiny-nifti';

let folder = '';
const at = (...names: string[]): string => path.join(folder, ...names);

function put(name: string, bytes: Uint8Array | string): void {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), bytes);
}

/** Writes the images of a series as prefix + number. */
function putSeries(prefix: string, count: number, image: TestImage = {}): void {
  for (let n = 1; n <= count; n++)
    put(`${prefix}${n}.dcm`, dicomFile({ ...image, instance: n, position: [0, 0, 3 * n] }));
}

const base = ({ files }: ScanFiles): string[] => files.map((file) => path.relative(folder, file)).sort();

async function only(named: string): Promise<ScanFiles> {
  const { scans, failures } = await findScans(named);
  assert.equal(scans.length, 1);
  assert.deepEqual(failures, []);
  return scans[0] as ScanFiles;
}

describe('findScans', () => {
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-scans-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('takes a NIfTI file by its name, or by its content under any name', async () => {
    for (const name of ['a.nii', 'a.nii.gz', 'A.NII', 'scan', 'scan.bak']) put(name, tinyNifti());
    for (const name of fs.readdirSync(folder)) {
      const scan = await only(at(name));
      assert.deepEqual([scan.kind, scan.name, base(scan), scan.opened], ['nifti', name, [name], at(name)]);
    }
  });

  it('takes a pair by either half, the header first', async () => {
    for (const name of ['a.hdr', 'a.img', 'b.hdr.gz', 'b.img.gz', 'C.HDR', 'C.IMG']) put(name, 'x');
    for (const [named, header, image] of [
      ['a.hdr', 'a.hdr', 'a.img'],
      ['a.img', 'a.hdr', 'a.img'],
      ['b.img.gz', 'b.hdr.gz', 'b.img.gz'],
      ['b.hdr.gz', 'b.hdr.gz', 'b.img.gz'],
      ['C.IMG', 'C.HDR', 'C.IMG'],
    ] as const) {
      assert.deepEqual((await only(at(named))).files, [at(header), at(image)]);
    }
  });

  it('opens the whole series of one DICOM file, whatever the names, and nothing else of the folder', async () => {
    putSeries('a', 3, { series: '1.2.3' });
    putSeries('b', 2, { series: '1.2.4' });
    put('IM0001', dicomFile({ series: '1.2.3', instance: 9, position: [0, 0, 30] }));
    put('notes.txt', 'x');
    put('head.nii', tinyNifti());
    const scan = await only(at('a2.dcm'));
    assert.deepEqual(base(scan), ['IM0001', 'a1.dcm', 'a2.dcm', 'a3.dcm']);
    assert.deepEqual(
      [scan.kind, scan.opened, scan.seriesInstanceUid, scan.slices],
      ['dicom', at('a2.dcm'), '1.2.3', 4],
    );
    assert.equal(scan.largeSeries.length, 2);
    assert.deepEqual(base(await only(at('IM0001'))), base(scan));
  });

  it('leaves a DICOM file without a series alone', async () => {
    put('a.dcm', dicomFile({ series: null }));
    put('b.dcm', dicomFile({ series: null, instance: 2 }));
    assert.deepEqual(base(await only(at('a.dcm'))), ['a.dcm']);
  });

  it('finds every scan in and below a folder, but no label maps, hidden files or header-less halves', async () => {
    put('x/a.nii.gz', tinyNifti());
    put('x/a.ich.nii.gz', tinyNifti());
    put('x/a.ich.json', '{}');
    put('x/.b.nii', tinyNifti());
    put('x/c.img', 'x');
    putSeries('y/deep/', 2, { series: '1.2.3' });
    putSeries('y/deep/other', 3, { series: '1.2.4' });
    const { scans } = await findScans(folder);
    assert.deepEqual(scans.map(base), [
      ['x/a.nii.gz'],
      ['y/deep/1.dcm', 'y/deep/2.dcm'],
      ['y/deep/other1.dcm', 'y/deep/other2.dcm', 'y/deep/other3.dcm'],
    ]);
    assert.ok(scans.every(({ opened }) => opened === undefined));
  });

  it('tells of DICOM files in a folder that cannot be read and goes on', async () => {
    putSeries('a', 2);
    put('broken.dcm', 'no scan at all');
    put('README', 'no scan at all');
    const { scans, failures } = await findScans(folder);
    assert.equal(scans.length, 1);
    assert.deepEqual(
      failures.map(({ file }) => file),
      ['broken.dcm'],
    );
  });

  it('reads the series that a DICOMDIR lists', async () => {
    const source = inRoot('test/fixtures/dicom/dicomdir');
    const { scans } = await findScans(path.join(source, 'DICOMDIR'));
    assert.ok(scans.length > 0);
    for (const scan of scans) assert.ok(scan.files.every((file) => file.startsWith(source) && fs.existsSync(file)));
  });

  it('names a scan for another process by one file, or by all where one cannot stand for them', () => {
    const series = { kind: 'dicom', name: 'disc', folder: '/disc', largeSeries: [] } as const;
    assert.deepEqual(nameOf({ ...series, files: ['/disc/2', '/disc/1'] }), { path: '/disc/1' });
    assert.deepEqual(nameOf({ ...series, files: ['/disc/2', '/disc/1'], opened: '/disc/2' }), { path: '/disc/2' });
    const files = ['/disc/a/1', '/disc/b/1'];
    assert.deepEqual(nameOf({ ...series, files }), { path: '/disc', files });
  });

  it('says what is wrong with a path that names no scan', async () => {
    put('empty', '');
    put('text', 'hello world, this is no scan');
    fs.mkdirSync(at('bare'));
    await assert.rejects(
      findScans(at('none.nii')),
      /none\.nii: it cannot be opened \(there is no such file or folder\)\. Check/,
    );
    await assert.rejects(findScans(at('empty')), /^ScanError: empty: the file is empty\./);
    await assert.rejects(findScans(at('text')), /^ScanError: text: it is neither a NIfTI nor a DICOM file\. Name a/);
    await assert.rejects(findScans(at('bare')), /bare: the folder holds no NIfTI file and no DICOM image\./);
  });

  it('stops when aborted', async () => {
    putSeries('a', 3);
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(findScans(at('a1.dcm'), { signal }), /enough/);
  });
});

describe('sidecarName', () => {
  const scan = (more: Partial<ScanFiles>): ScanFiles => ({
    kind: 'nifti',
    name: 'x',
    files: [],
    folder: '/d/case 7',
    largeSeries: [],
    ...more,
  });
  const series = (number: number | undefined, uid: string): { seriesInstanceUid: string; seriesNumber?: number } => ({
    seriesInstanceUid: uid,
    ...(number !== undefined && { seriesNumber: number }),
  });
  const cases: readonly (readonly [string, ScanFiles])[] = [
    ['a.b.ich.json', scan({ files: ['/d/a.b.nii'] })],
    ['a.b.ich.json', scan({ files: ['/d/a.b.nii.gz'] })],
    ['a.ich.json', scan({ files: ['/d/a.hdr', '/d/a.img'] })],
    ['a.ich.json', scan({ files: ['/d/a.hdr.gz', '/d/a.img.gz'] })],
    ['17.ich.json', scan({ kind: 'dicom', files: ['/d/17.dcm'] })],
    ['1.2.840.7.ich.json', scan({ kind: 'dicom', files: ['/d/1.2.840.7'] })],
    [
      'case 7.ich.json',
      scan({ kind: 'dicom', files: ['a', 'b'], largeSeries: [series(2, '1.5')], ...series(2, '1.5') }),
    ],
    [
      'case 7.2.ich.json',
      scan({
        kind: 'dicom',
        files: ['a', 'b'],
        largeSeries: [series(2, '1.5'), series(3, '1.6')],
        ...series(2, '1.5'),
      }),
    ],
    [
      'case 7.55.ich.json',
      scan({
        kind: 'dicom',
        files: ['a', 'b'],
        largeSeries: [series(2, '1.55'), series(2, '1.6')],
        ...series(2, '1.55'),
      }),
    ],
    [
      'case 7.55.ich.json',
      scan({
        kind: 'dicom',
        files: ['a', 'b'],
        largeSeries: [series(undefined, '1.55'), series(2, '1.6')],
        ...series(undefined, '1.55'),
      }),
    ],
  ];
  for (const [name, value] of cases) {
    it(`is ${name} for ${value.files.join(' and ')}${value.largeSeries.length > 0 ? `, series ${JSON.stringify(value.largeSeries)}` : ''}`, () => {
      assert.equal(sidecarName(value), name);
    });
  }
});
