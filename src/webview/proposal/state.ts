/** What a page shows of a proposal: kept apart from the view's state, so that a slider that moves draws no picture again. */
import type { Lesion } from '../../core/measure/lesion';
import type { ProposalView } from '../../protocol/proposal';

export interface ProposalState {
  readonly shown: ProposalView | undefined;
  /** What is proposed at the threshold and not decided, mL by label (index 0 is EPH). */
  readonly volumes: readonly number[];
  /** Counts changes of the scan's proposed mask. */
  readonly masks: number;
  /** The proposed lesions, largest first, as they were when the last change had been measured. */
  readonly lesions: readonly Lesion[];
  readonly measuring: boolean;
  /** The proposed lesion under the pointer. */
  readonly under: Lesion | undefined;
  /** The lesion that was gone to last. */
  readonly chosen: Lesion | undefined;
}

export const NO_PROPOSAL: ProposalState = {
  shown: undefined,
  volumes: [],
  masks: 0,
  lesions: [],
  measuring: false,
  under: undefined,
  chosen: undefined,
};
