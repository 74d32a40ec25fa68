// Makes the files beside it: node training/tests/reference/golden/make.mjs. One synthetic head, stored as usual and
// turned, with what `hemorica segment --nifti` writes of each.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import { mustRun } from '../../../../scripts/lib/processes.mjs';

const folder = import.meta.dirname;
const bundle = inRoot(`out/golden-${process.pid}`);
await build({
  absWorkingDir: inRoot(),
  entryPoints: ['test/fixtures/tiny-nifti.ts', 'test/fixtures/built.ts'],
  outdir: bundle,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
});
const load = (name) => import(pathToFileURL(path.join(bundle, `${name}.mjs`)).href);
const { headNifti } = await load('tiny-nifti');
const { cli, remove } = await (await load('built')).buildPrograms();
try {
  const storages = {
    head: { axes: [0, 1, 2], signs: [1, 1, 1] },
    turned: { axes: [1, 2, 0], signs: [-1, 1, -1] },
  };
  for (const [name, storage] of Object.entries(storages)) {
    const scan = path.join(folder, `${name}.nii.gz`);
    writeFileSync(scan, gzipSync(headNifti(storage), { level: 9 }));
    await mustRun(process.execPath, [cli, 'segment', scan, '--nifti', '--force', '--quiet']);
  }
} finally {
  remove();
  rmSync(bundle, { recursive: true, force: true });
}
