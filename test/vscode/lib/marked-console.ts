/**
 * Puts a mark before everything the extension host prints, by which the stand-in of test/host tells it from what the
 * workbench says: both arrive through one channel there. Desktop VS Code sets no mark.
 */
import { format } from 'node:util';

const mark = process.env.HEMORICA_CONSOLE_MARK;
if (mark) {
  const original = console;
  const marked = (level: 'log' | 'info' | 'warn' | 'error') => ({
    value: (...args: unknown[]) => original[level](`${mark}${format(...args)}`),
  });
  // The extension host's own console takes no assignment to its methods, so it gets an heir.
  globalThis.console = Object.create(original, {
    log: marked('log'),
    info: marked('info'),
    warn: marked('warn'),
    error: marked('error'),
  });
}
