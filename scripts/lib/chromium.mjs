// The browser that shows the workbench of the VS Code server, and the flags it wants.
import { existsSync } from 'node:fs';
import { needPackages } from './debian.mjs';

/** Where Chromium or Chrome usually lies, by platform. */
const usual = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
};

const find = () =>
  [process.env.HEMORICA_CHROMIUM ?? '', ...(process.platform === 'darwin' ? usual.darwin : usual.linux)].find(
    (file) => file && existsSync(file),
  );

/**
 * The executable of a Chromium, installed through Debian's packages where there is none. HEMORICA_CHROMIUM names another one.
 * @returns {Promise<string>}
 * @throws {Error} saying what to install, where that is not permitted
 */
export async function ensureChromium() {
  const found = find();
  if (found) return found;
  await needPackages(['chromium'], 'the browser of the VS Code tests');
  const installed = find();
  if (!installed)
    throw new Error(
      "Debian's chromium is installed, but not at /usr/bin/chromium. Set HEMORICA_CHROMIUM to its executable.",
    );
  return installed;
}

/** Command-line flags: a software GPU with WebGL 2, and no traffic of the browser's own. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** Flags for a browser without WebGL, in which the viewer must fall back to the CPU. */
export const chromiumFlagsWithoutWebgl = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--disable-3d-apis',
];
