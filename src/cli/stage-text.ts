import type { InferenceStage } from '../protocol/inference';

/** How far a model has come with a scan: "segmenting 3 of 34 slices". */
export function stageText({ stage, done, total }: InferenceStage, running: string): string {
  if (stage === 'loading-model') return 'loading the model';
  const counted = total > 0 ? ` ${done} of ${total} slices` : '';
  return (stage === 'decoding' ? 'reading' : running) + counted;
}
