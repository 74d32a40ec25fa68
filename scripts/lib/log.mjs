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

/**
 * Runs a script's work; an error ends it with its message and exit code 1.
 * @param {() => Promise<void>} work
 */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
