/**
 * Ends the process before it takes the whole computer's memory. A network may ask for any amount
 * while it runs or is loaded, on a thread that answers nobody meanwhile; the system would then slow
 * down everything else, and end what it likes. So another thread looks.
 */
import os from 'node:os';

/** Part of the memory that there is (of the computer, or what the system allows this process). */
const PART = 0.75;

/** Between looks, ms. */
const INTERVAL = 100;

/** Environment variable with another limit, in MB. */
const VARIABLE = 'HEMORICA_INFERENCE_MEMORY';

/** Bytes that the process may take. */
export function memoryLimit(environment: NodeJS.ProcessEnv = process.env): number {
  const stated = Number(environment[VARIABLE]);
  if (stated > 0) return stated * 1e6;
  // 0 or beyond all memory where the system states no limit.
  const allowed = process.constrainedMemory() || Infinity;
  return PART * Math.min(os.totalmem(), allowed);
}

/** Looks from now on; the client of a process that is ended says that it most likely was for lack of memory. */
export function watchMemory(limit = memoryLimit()): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > limit) process.kill(process.pid, 'SIGKILL');
  }, INTERVAL).unref();
}
