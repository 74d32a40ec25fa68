// Python environments of the scripts that need one, made once for each set of requirements and kept in .venv/.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { step } from './log.mjs';
import { inRoot, root } from './paths.mjs';
import { mustRun } from './processes.mjs';

/**
 * The Python of an environment that holds what a requirements file lists. HEMORICA_PYTHON names an interpreter that has
 * it already; HEMORICA_PYTHON_BASE the one that environments are made with.
 * @param {string} name of the environment
 * @param {string} requirements path of the file, relative to the repository
 * @returns {Promise<string>} the interpreter
 */
export async function ensurePython(name, requirements) {
  if (process.env.HEMORICA_PYTHON) return process.env.HEMORICA_PYTHON;
  const folder = inRoot('.venv', name);
  const python = path.join(folder, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  const stamp = path.join(folder, 'requirements.sha256');
  const hash = createHash('sha256')
    .update(readFileSync(inRoot(requirements)))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return python;
  await step(`Python environment ${name}`, async () => {
    // What is left of another set of requirements, or of a set-up that was stopped, is no environment.
    rmSync(folder, { recursive: true, force: true });
    const base = process.env.HEMORICA_PYTHON_BASE ?? (process.platform === 'win32' ? 'python' : 'python3');
    await mustRun(base, ['-m', 'venv', folder], { cwd: root, quiet: true });
    await mustRun(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
      cwd: root,
      quiet: true,
    });
    writeFileSync(stamp, hash);
  });
  return python;
}
