/** Largest memory of a process that reads a scan, less that of one that reads a tiny one, per byte of voxels. */
import { execFileSync } from 'node:child_process';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { report } from '../lib/report';
import { benchScans } from '../lib/scans';

const scans = benchScans();

function load(file: string): { memory: number; voxels: number } {
  const program = inRoot('out/bench/lib/load-once.mjs');
  return JSON.parse(execFileSync(process.execPath, [program, file], { encoding: 'utf8' }));
}

const base = load(inRoot('test/golden/nifti-fixtures/time.nii.gz'));
for (const [name, file] of [
  ['NIfTI gz 34 slices', scans.nifti[34]],
  ['NIfTI gz 400 slices', scans.nifti[400]],
  ['DICOM 34 slices', scans.dicom[34]],
  ['DICOM 400 slices', scans.dicom[400]],
] as const) {
  const { memory, voxels } = load(file);
  report({ name: `${name}, peak per voxel byte`, value: (memory - base.memory) / voxels, unit: '', most: 2.5 });
}
report({ name: 'process without a scan', value: base.memory / 1e6, unit: 'MB' });
