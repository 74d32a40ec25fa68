/**
 * Edits that are shown before they are made: worked out in steps without freezing the page, drawn
 * hatched, and then accepted or dropped.
 */
import { type MaskChange, NUMBERS_PER_RUN } from '../../core/edit/changes';
import { runSteps, type Steps } from '../../core/edit/steps';
import { nextTask } from '../dom';
import { t } from '../l10n';
import { REMOVED, type Scan } from '../scan/scan';
import type { Viewer } from '../viewer';
import type { EditSession } from './session';

/** What the steps of a proposal result in. */
export interface Proposed {
  readonly change: MaskChange;
  readonly warning?: string;
}

/** Milliseconds of work between two looks at events: half a frame. */
const SLICE_OF_TIME = 8;

export class Proposals {
  /** The latest; an older one that still runs sees that it is not and stops. */
  private current: { readonly label: string; readonly scan: Scan; change: MaskChange | undefined } | undefined;

  constructor(
    private readonly viewer: Viewer,
    private readonly edits: EditSession,
  ) {}

  /** True while there is a proposal, ready or not. */
  get open(): boolean {
    return this.current !== undefined;
  }

  /** Works out a proposal; one that is there already is dropped. Resolves when it is ready or was dropped. */
  async start(scan: Scan, label: string, steps: Steps<Proposed>): Promise<void> {
    this.cancel();
    const mine = { label, scan, change: undefined as MaskChange | undefined };
    this.current = mine;
    const nothing = { label, voxels: 0, added: 0, removed: 0 };
    this.viewer.tools.set({ proposal: { ...nothing, progress: 0 } });
    let since = performance.now();
    let result: Proposed | undefined;
    // A mask that changes meanwhile is another one than the steps read.
    let changed = false;
    const stop = scan.labels.watch(() => {
      changed = true;
    });
    try {
      result = await runSteps(steps, {
        pause: () => {
          if (performance.now() - since < SLICE_OF_TIME) return undefined;
          return nextTask().then(() => {
            since = performance.now();
          });
        },
        aborted: () => this.current !== mine || changed,
        onProgress: ({ done, total }) => {
          if (this.current === mine)
            this.viewer.tools.set({ proposal: { ...nothing, progress: done / Math.max(1, total) } });
        },
      });
    } finally {
      stop();
      if (this.current === mine && (!result || changed)) this.cancel();
    }
    if (this.current !== mine || !result) return;
    mine.change = result.change;
    this.show(scan, label, result);
  }

  /** Makes the proposed edit. Returns whether there was one that was ready. */
  accept(): boolean {
    const { current } = this;
    if (!current?.change) return false;
    this.cancel();
    this.edits.commit(current.label, current.change);
    return true;
  }

  /** Drops the proposal. Returns whether there was one. */
  cancel(): boolean {
    const { current } = this;
    if (!current) return false;
    this.current = undefined;
    current.scan.preview.replace([]);
    this.viewer.tools.set({ proposal: undefined });
    return true;
  }

  private show(scan: Scan, label: string, { change, warning }: Proposed): void {
    scan.preview.replace([]);
    scan.preview.apply(
      change.map(({ slice, runs }) => {
        const shown = runs.slice();
        for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
          shown[n + 3] = 0;
          shown[n + 4] = runs[n + 4] || REMOVED;
        }
        return { slice, runs: shown };
      }),
    );
    let [voxels, added, removed] = [0, 0, 0];
    for (const { slice, runs } of change) {
      const milliliters = (scan.pixelArea * (scan.volume.slices[slice]?.extent ?? 0)) / 1000;
      for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
        const length = runs[n + 2] ?? 0;
        voxels += length;
        if (runs[n + 3]) removed += length * milliliters;
        if (runs[n + 4]) added += length * milliliters;
      }
    }
    const all = warning ?? (voxels === 0 ? t('Nothing would change.') : undefined);
    this.viewer.tools.set({
      proposal: { label, progress: undefined, voxels, added, removed, ...(all ? { warning: all } : {}) },
    });
    // Made on this mask, it does not outlive it.
    const stop = scan.labels.watch(() => {
      stop();
      if (this.current?.change === change) this.cancel();
    });
  }
}
