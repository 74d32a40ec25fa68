// What the scripts print: one line per step, with the seconds it took where it took any.

/**
 * Prints one line about what is going on.
 * @param {string} text
 */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a step and prints its name, then how long it took if that was over two seconds.
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  say(`> ${name}`);
  const start = performance.now();
  try {
    return await work();
  } finally {
    const seconds = (performance.now() - start) / 1000;
    if (seconds > 2) say(`  ${name}: ${seconds.toFixed(1)} s`);
  }
}
