/**
 * Memory of the inference process while it segments a hundred scans in a row. Over the first thirty
 * or so it grows by what the collector lets stand before it looks (up to 50 MB); from then on it
 * has to be flat. Seen over 360 scans: 200 MB after 40, 210 MB after the last.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
import { InferenceClient } from '../../src/node/inference-client';
import { buildPrograms } from '../../test/fixtures/built';
import { headNifti } from '../../test/fixtures/tiny-nifti';
import { median, report } from '../lib/report';

const SCANS = 100;

const programs = await buildPrograms();
const folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-memory-'));
const client = new InferenceClient({ script: programs.inference });
const model = path.join(programs.models, DEFAULT_MODELS.segmentation);
const scan = headNifti();

/** MB that the process holds. */
function held(): number {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(client.pid)], { encoding: 'utf8' });
  return Number(kilobytes) / 1024;
}

try {
  const sizes: number[] = [];
  for (let n = 0; n < SCANS; n++) {
    // A file of its own each time: the process keeps the scan that it read last.
    const file = path.join(folder, `scan-${n}.nii`);
    writeFileSync(file, scan);
    await client.segment({ path: file, model, providers: ['cpu'] });
    rmSync(file);
    sizes.push(held());
  }
  const early = median(sizes.slice(5, 15));
  const settled = median(sizes.slice(45, 55));
  const late = median(sizes.slice(-10));
  report({ name: 'inference process around the 10th scan', value: early, unit: 'MB' });
  report({ name: 'inference process around the 50th scan', value: settled, unit: 'MB' });
  report({ name: 'inference process around the 100th scan', value: late, unit: 'MB' });
  report({ name: 'the 100th beside the 10th, ratio', value: late / early, unit: '' });
  report({ name: 'the 100th beside the 50th, ratio', value: late / settled, unit: '', most: 1.1 });
} finally {
  client.dispose();
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
}
