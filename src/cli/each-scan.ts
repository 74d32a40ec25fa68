/** Working through the scans that paths name, one after the other; a bad one never stops the rest. */
import { findScans, type ScanFiles } from '../node/scan-files';
import { attempt } from './output';
import { pathOf, shown } from './scan-summary';

/**
 * Calls `work` for every scan of every path. What cannot be read is reported on stderr, one line each.
 * Resolves to the exit code: 0, or 1 if anything failed. Unexpected errors are thrown.
 */
export async function eachScan(paths: readonly string[], work: (scan: ScanFiles) => Promise<void>): Promise<number> {
  const codes: number[] = [];
  for (const named of paths) {
    const code = await attempt(named, async () => {
      const { scans, failures } = await findScans(named);
      for (const failure of failures) codes.push(await attempt(named, () => Promise.reject(failure)));
      for (const scan of scans) {
        codes.push(await attempt(scans.length === 1 ? named : shown(pathOf(scan)), () => work(scan)));
      }
    });
    codes.push(code);
  }
  return Math.max(0, ...codes);
}
