/**
 * Long edits as steps, so that a page stays responsive, shows progress and can stop: a generator
 * yields every few milliseconds of work and returns its result. Nothing changes until the result
 * is applied, so stopping leaves no trace.
 */

/** Work done of a total; the unit is the function's own (slices, voxels). */
export interface StepProgress {
  readonly done: number;
  readonly total: number;
}

export type Steps<T> = Generator<StepProgress, T, void>;

/** Runs all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export interface StepsControl {
  /** Awaited after each step; give way to events here (or return at once while the time slice lasts). */
  readonly pause: () => Promise<void> | undefined;
  /** Asked after each step; true stops. */
  readonly aborted?: () => boolean;
  readonly onProgress?: (progress: StepProgress) => void;
}

/** Runs the steps with pauses; undefined if stopped. */
export async function runSteps<T>(steps: Steps<T>, control: StepsControl): Promise<T | undefined> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    control.onProgress?.(step.value);
    const pause = control.pause();
    if (pause) await pause;
    if (control.aborted?.()) return undefined;
  }
}
