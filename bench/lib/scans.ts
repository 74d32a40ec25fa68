/** Scans to measure with: a synthetic head of 512 x 512 voxels, 34 and 400 slices, as NIfTI and as DICOM. Made once and kept in out/bench/scans. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { encodeNifti } from '../../src/core/formats/write-nifti';
import { writeDicomSeries } from '../../src/core/phantom/dicom-write';
import { makePhantom } from '../../src/core/phantom/phantom';
import type { Vec3 } from '../../src/core/volume';

/** Version of what is made: other contents, other folder. */
const FOLDER = 'out/bench/scans-1';

export interface BenchScans {
  /** .nii.gz with 34 and with 400 slices. */
  readonly nifti: Readonly<Record<34 | 400, string>>;
  /** .nii with 34 slices. */
  readonly plain: string;
  /** Folders of DICOM files, explicit VR little endian. */
  readonly dicom: Readonly<Record<34 | 400, string>>;
}

export function benchScans(): BenchScans {
  const folder = inRoot(FOLDER);
  if (!existsSync(folder)) {
    const work = `${folder}.${process.pid}`;
    make(work);
    renameSync(work, folder);
  }
  const at = (name: string): string => path.join(folder, name);
  return {
    nifti: { 34: at('head-34.nii.gz'), 400: at('head-400.nii.gz') },
    plain: at('head-34.nii'),
    dicom: { 34: at('series-34'), 400: at('series-400') },
  };
}

function make(folder: string): void {
  console.log('making the scans to measure with, once');
  rmSync(folder, { recursive: true, force: true });
  const phantom = makePhantom({});
  for (const depth of [34, 400] as const) {
    const size: Vec3 = [phantom.size[0], phantom.size[1], depth];
    const spacing: Vec3 = [phantom.spacing[0], phantom.spacing[1], (phantom.spacing[2] * 34) / depth];
    const voxels = depth === 34 ? phantom.voxels : repeated(phantom.voxels, size);
    const origin: Vec3 = [-120, -120, 0];
    const affine = [spacing[0], 0, 0, origin[0], 0, spacing[1], 0, origin[1], 0, 0, spacing[2], 0, 0, 0, 0, 1];
    const nifti = encodeNifti({ voxels, size, affine });
    mkdirSync(path.join(folder, `series-${depth}`), { recursive: true });
    writeFileSync(path.join(folder, `head-${depth}.nii.gz`), gzipSync(nifti));
    if (depth === 34) writeFileSync(path.join(folder, 'head-34.nii'), nifti);
    for (const { name, bytes } of writeDicomSeries({ voxels, size, spacing, origin, seed: depth })) {
      writeFileSync(path.join(folder, `series-${depth}`, name), bytes);
    }
  }
}

/** 34 slices as 400: each repeated, with noise of its own, so that it compresses like a scan. */
function repeated(voxels: Int16Array, [width, height, depth]: Vec3): Int16Array {
  const plane = width * height;
  const out = new Int16Array(plane * depth);
  let state = 1;
  for (let k = 0; k < depth; k++) {
    const source = Math.floor((k * 34) / depth) * plane;
    for (let n = 0; n < plane; n++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      out[k * plane + n] = (voxels[source + n] ?? 0) + ((state >>> 24) % 5) - 2;
    }
  }
  return out;
}
