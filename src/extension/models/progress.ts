import type { InferenceStage } from '../../protocol/inference';

/** Share of the whole, in percent: decoding is the first quarter, loading the model little, running the rest. */
export function percentOf({ stage, done, total }: InferenceStage): number {
  const [from, to] = { decoding: [0, 25], 'loading-model': [25, 30], running: [30, 100] }[stage] as [number, number];
  return from + (to - from) * (total > 0 ? Math.min(1, done / total) : 0);
}
