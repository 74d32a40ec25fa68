// The execution provider WebGPU on a GPU in software, so that it is tested where there is none:
//   node scripts/test-webgpu.mjs [part of a path]...
// Chromium's SwiftShader is the driver. With HEMORICA_GPU=1 the machine's own drivers are used.
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleTests } from './lib/bundle-tests.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { needPackages } from './lib/debian.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';

/** Where Chromium's packages put the driver and the loader of Vulkan. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const DRIVER = 'vk_swiftshader_icd.json';

/** @returns {Promise<Record<string, string>>} environment in which WebGPU finds a GPU */
async function softwareGpu() {
  if (process.env.HEMORICA_GPU === '1') return {};
  await ensureChromium();
  const folder = FOLDERS.find((one) => existsSync(path.join(one, DRIVER)));
  if (!folder) throw new Error(`No ${DRIVER} in ${FOLDERS.join(', ')}. Install Debian's chromium and run this again.`);
  const loader = existsSync(path.join(folder, 'libvulkan.so.1'));
  if (!loader) await needPackages(['libvulkan1'], 'the software GPU');
  return {
    VK_DRIVER_FILES: path.join(folder, DRIVER),
    // The loader complains without it.
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? os.tmpdir(),
    ...(loader && { LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') }),
  };
}

await runSuite('webgpu', async (results) => {
  const { files, remove } = await bundleTests('webgpu', { filters: process.argv.slice(2), format: 'esm' });
  try {
    const env = { ...process.env, ...(await softwareGpu()) };
    const options = { files, results, timeout: 300_000 };
    const command = ['--enable-source-maps', inRoot('scripts/lib/run-mocha.mjs'), JSON.stringify(options)];
    await mustRun(process.execPath, command, { cwd: root, env });
  } finally {
    remove();
  }
});
