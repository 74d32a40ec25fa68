/** What models are for, and which of the built-in ones runs until the user chooses another. */

/** What a model answers: where blood is, or which slices and patients have which kind of it. */
export type ModelTask = 'segmentation' | 'classification';

export const MODEL_TASKS: readonly ModelTask[] = ['segmentation', 'classification'];

/** Name of the built-in model for each task; undefined where none is built in. */
export const DEFAULT_MODELS: {
  readonly segmentation: string;
  readonly classification: string | undefined;
} = { segmentation: 'ich-prototype', classification: undefined };
