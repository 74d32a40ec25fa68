import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { annotationFromModel } from '../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../src/core/annotation/encode';
import { annotationPath } from '../../../src/node/annotation-path';
import type { ScanFiles } from '../../../src/node/scan-files';

/** The text of an annotation of a series. */
function annotationOf(seriesInstanceUid: string): string {
  const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const image = {
    file: '1.dcm',
    seriesInstanceUid,
    sha256: 'a'.repeat(64),
    size: [2, 2, 1] as const,
    spacing: [1, 1, 1] as const,
    affine,
  };
  const model = { name: 'm', version: '1', sha256: 'b'.repeat(64), threshold: 0.5, provider: 'cpu' };
  return encodeAnnotation(annotationFromModel({ image, slices: [], model }));
}

describe('annotationPath', () => {
  let folder = '';
  let scan: ScanFiles;
  beforeEach(() => {
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-path-')), 'case');
    fs.mkdirSync(folder);
    const files = ['1.dcm', '2.dcm'].map((name) => path.join(folder, name));
    const largeSeries = [{ seriesInstanceUid: '1.2.3' }];
    scan = { kind: 'dicom', name: 'case', files, folder, seriesInstanceUid: '1.2.3', largeSeries };
  });
  afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true }));

  it('lies in the folder of the series, or in another one', async () => {
    assert.equal(await annotationPath(scan), path.join(folder, 'case.ich.json'));
    assert.equal(await annotationPath(scan, '/elsewhere'), '/elsewhere/case.ich.json');
  });

  it('is an existing annotation of the series whatever its name', async () => {
    fs.writeFileSync(path.join(folder, 'case.ich.json'), annotationOf('1.2.4'));
    fs.writeFileSync(path.join(folder, 'mine.ich.json'), annotationOf('1.2.3'));
    assert.equal(await annotationPath(scan), path.join(folder, 'mine.ich.json'));
  });

  it('passes by other annotations, broken ones and those of longer identifiers', async () => {
    fs.writeFileSync(path.join(folder, 'a.ich.json'), annotationOf('1.2.3.4'));
    fs.writeFileSync(path.join(folder, 'b.ich.json'), '{ "image": ');
    fs.mkdirSync(path.join(folder, 'c.ich.json'));
    assert.equal(await annotationPath(scan), path.join(folder, 'case.ich.json'));
  });
});
