/** The servers and browsers that the end-to-end tests of one run share; started on first use, ended by the root hooks. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { chromiumFlags, chromiumFlagsWithoutWebgl, ensureChromium } from '../../../scripts/lib/chromium.mjs';
import { ensureHost } from '../../../scripts/lib/host-install.mjs';
import { installExtension, type Server, startServer } from '../../../scripts/lib/host-server.mjs';

const servers = new Map<string, Promise<Server>>();
const browsers = new Map<boolean, Promise<Browser>>();
const folders: string[] = [];

/** A new empty folder that is removed at the end of the run. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `hemorica-${purpose}-`));
  folders.push(folder);
  return folder;
}

/**
 * A VS Code server.
 * @param vsix packaged extension to install into it; without one it has none, and the workbench loads the checkout's
 * @param folder of another extension that it has installed
 */
export function sharedServer(vsix?: string, folder?: string): Promise<Server> {
  return once(servers, `${vsix ?? ''} ${folder ?? ''}`, async () => {
    const host = await ensureHost();
    const state = temporaryFolder('server');
    // A server that starts without a list of its extensions takes those that lie in their folder.
    if (folder) cpSync(folder, path.join(state, 'extensions', path.basename(folder)), { recursive: true });
    if (vsix) await installExtension(host, vsix, { state });
    return startServer(host, { state });
  });
}

/** A browser, with WebGL 2 on a software GPU or without any WebGL. */
export function sharedBrowser(webgl: boolean): Promise<Browser> {
  return once(browsers, webgl, async () =>
    chromium.launch({
      executablePath: await ensureChromium(),
      args: webgl ? chromiumFlags : chromiumFlagsWithoutWebgl,
    }),
  );
}

/** Ends every server and browser and removes the temporary folders. */
export async function endSession(): Promise<void> {
  for (const browser of await settled(browsers)) await browser.close();
  for (const server of await settled(servers)) await server.stop();
  removeFolders();
}

function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
// An interrupted run does not reach endSession.
process.on('exit', removeFolders);

function once<K, V>(made: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = made.get(key);
  if (known) return known;
  const started = make();
  made.set(key, started);
  return started;
}

/** The values that came to be; one that failed has nothing to end. */
async function settled<K, V>(made: Map<K, Promise<V>>): Promise<V[]> {
  const results = await Promise.allSettled(made.values());
  made.clear();
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
