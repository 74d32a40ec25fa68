import type { Network } from './session/network';

/**
 * Pictures in one run where the graph leaves that open. A processor gains nothing by more than one
 * (34 pictures of 224 x 224 took 470 ms one by one, 460 ms by two, 475 ms by four and 490 ms by
 * eight, with one thread), which would only make a cancel wait; what has to be reached first, a GPU
 * or a server, gains by each.
 */
const TOGETHER = { cpu: 1, other: 8 } as const;

/** How many inputs go together, and whether it must be so many. */
export function batchOf({ inputs: [input], provider }: Pick<Network, 'inputs' | 'provider'>): {
  readonly size: number;
  readonly fixed: boolean;
} {
  const stated = input?.shape[0];
  if (typeof stated === 'number' && stated > 0) return { size: stated, fixed: true };
  return { size: provider === 'cpu' ? TOGETHER.cpu : TOGETHER.other, fixed: false };
}
