/**
 * Asks again and again until the answer is neither undefined, null nor false.
 * @param what completes "waited for ..." in the error
 * @param seconds after which it counts as never coming; set for a slow machine, not for a fast one
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  seconds = 120,
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as Exclude<T, undefined | null | false>;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end)
      throw new Error(`Waited ${seconds} s for ${what}.${last ? ` The last try failed: ${last}` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
