/** Working through the scans that paths name, one after the other; a bad one never stops the rest. */
import type { ScanFiles } from '../node/scan-files';
import { findCohort } from './cohort';
import { attempt, complain } from './output';

/**
 * Calls `work` for every scan of every path, once. What cannot be read is reported on stderr, one line
 * each. Resolves to the exit code: 0, or 1 if anything failed. Unexpected errors are thrown.
 */
export async function eachScan(paths: readonly string[], work: (scan: ScanFiles) => Promise<void>): Promise<number> {
  const { members, unreadable } = await findCohort(paths);
  for (const { message } of unreadable) complain(message);
  let code = unreadable.length > 0 ? 1 : 0;
  for (const { scan, named } of members) code = Math.max(code, await attempt(named, () => work(scan)));
  return code;
}
