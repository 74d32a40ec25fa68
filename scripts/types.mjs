// Type-checks every folder that has a tsconfig.json of its own: node scripts/types.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const projects = [...readdirSync(path.join(root, 'src')).map((folder) => `src/${folder}`), 'test', 'bench'];
let failed = 0;
for (const project of projects.filter((folder) => existsSync(path.join(root, folder, 'tsconfig.json')))) {
  const { status, stdout } = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', project],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  // A folder without sources yet is no error of types.
  if (status !== 0 && !/error TS18003/.test(stdout)) {
    failed++;
    console.log(stdout);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
