// Every architecture of the paper and BLAST-CT through Hemorica and PyTorch: node scripts/test-architectures.mjs [part of a name]...
// Sets up its own Python environments; a run of all takes about an hour of two cores, and 4 GB of memory.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { bundleTests } from './lib/bundle-tests.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { ensurePython } from './lib/python.mjs';
import { runSuite } from './lib/suite.mjs';

const TEMPLATES = inRoot('training/hemorica_architectures/templates');
const parts = process.argv.slice(2);
/** @param {string} name */
const isWanted = (name) => parts.length === 0 || parts.some((part) => name.includes(part));

await runSuite('architectures', async (results) => {
  /** @type {Record<string, string>} */
  const env = {};
  const filters = [];
  if (readdirSync(TEMPLATES).some((file) => isWanted(path.basename(file, '.json')))) {
    env.HEMORICA_ARCHITECTURES_PYTHON = await ensurePython('architectures', 'training/requirements-architectures.txt');
    filters.push('architectures.test');
  }
  if (isWanted('blast-ct')) {
    env.HEMORICA_BLAST_CT_PYTHON = await ensurePython('blast-ct', 'training/tests/requirements-blast-ct.txt');
    filters.push('blast-ct.test');
  }
  if (filters.length === 0) throw new Error(`No network has ${parts.join(' or ')} in its name.`);
  const { files, remove } = await bundleTests('architectures', { filters, format: 'esm' });
  try {
    const options = { files, results, timeout: 0, reporter: 'spec' };
    await mustRun(
      process.execPath,
      ['--enable-source-maps', inRoot('scripts/lib/run-mocha.mjs'), JSON.stringify(options)],
      { cwd: root, env: { ...process.env, ...env, HEMORICA_ARCHITECTURES: parts.join(',') } },
    );
  } finally {
    remove();
  }
});
