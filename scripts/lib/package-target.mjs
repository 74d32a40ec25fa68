// Makes the package of one platform from what is built.
import { readFileSync, rmSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { mustRun } from './processes.mjs';
import { stagePackage } from './staging.mjs';
import { checkVsix } from './vsix-content.mjs';

/**
 * Stages, packs and checks one platform's VSIX; the bundles in dist/ must be built.
 * @param {string} target one of targets.mjs
 * @param {string} [folder] where the VSIX goes; default out/package
 * @returns {Promise<{ file: string, files: number, bytes: number }>} path, number of files and size of the VSIX
 */
export async function packageTarget(target, folder = inRoot('out/package')) {
  const stage = `${folder}/${target}-${process.pid}`;
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const file = `${folder}/${name}-${version}-${target}.vsix`;
  try {
    stagePackage(stage, target);
    const vsce = [inRoot('node_modules/@vscode/vsce/vsce'), 'package', '--target', target, '--out', file];
    const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
    await mustRun(process.execPath, [...vsce, ...options], { cwd: stage, quiet: true });
    return { file, ...checkVsix(file, target) };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
