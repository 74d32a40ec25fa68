/** What a case prints for the runner: one JSON object a line. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The aim, where there is one. */
  readonly most?: number;
  readonly least?: number;
}

export function report(figure: Figure): void {
  console.log(JSON.stringify(figure));
}

/**
 * Median times of several pieces of work, ms, in rounds that take turns, so that a busy moment of the
 * machine hits all of them. One round more goes before and is not counted: code is compiled then.
 */
export async function race<T extends string>(
  rounds: number,
  work: Record<T, () => unknown>,
): Promise<Record<T, number>> {
  const names = Object.keys(work) as T[];
  const times = new Map<T, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      globalThis.gc?.();
      const start = performance.now();
      await work[name]();
      if (round > 0) times.get(name)?.push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<T, number>;
}

/**
 * As `race`, with the processor time of all threads beside the time on the clock, ms: on a machine
 * that others use as well, the clock measures them too.
 */
export async function raceCosts<T extends string>(
  rounds: number,
  work: Record<T, () => unknown>,
): Promise<Record<T, { readonly clock: number; readonly processor: number }>> {
  const names = Object.keys(work) as T[];
  const processor = new Map<T, number[]>(names.map((name) => [name, []]));
  const timed = Object.fromEntries(
    names.map((name) => [
      name,
      async () => {
        const before = process.cpuUsage();
        await work[name]();
        const { user, system } = process.cpuUsage(before);
        processor.get(name)?.push((user + system) / 1000);
      },
    ]),
  ) as Record<T, () => Promise<void>>;
  const clock = await race(rounds, timed);
  const costs = names.map((name) => {
    const [, ...counted] = processor.get(name) ?? [];
    return [name, { clock: clock[name], processor: median(counted) }] as const;
  });
  return Object.fromEntries(costs) as Record<T, { readonly clock: number; readonly processor: number }>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
