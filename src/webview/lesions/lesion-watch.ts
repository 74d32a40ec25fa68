/**
 * Keeps the list of lesions in step with the mask. Only slices that have changed are measured again,
 * when the page is idle and in short steps, so that painting never waits for it.
 */
import { encodeRuns } from '../../core/annotation/runs';
import { runSteps } from '../../core/edit/steps';
import { volumeGrid } from '../../core/measure/grid';
import type { Lesion } from '../../core/measure/lesion';
import { LesionIndex } from '../../core/measure/lesion-index';
import type { Vec3 } from '../../core/volume';
import type { PageMask } from '../edit/page-mask';
import type { Scan } from '../scan/scan';
import type { Viewer } from '../viewer';

/** Milliseconds of work before the page has its turn, well within a frame. */
const TIME_SLICE = 5;
/** Milliseconds after which the work goes on although the page was never idle. */
const AT_LATEST = 500;

/** A mask whose lesions are listed. */
export interface MeasuredSubject {
  mask(scan: Scan): PageMask;
  /** Calls `update` when the mask has changed for good. */
  watch(update: () => void): void;
  /** Takes the list, undefined for the one that there was, and whether the mask has changed since. */
  show(lesions: readonly Lesion[] | undefined, measuring: boolean): void;
}

/** The annotation's mask. Strokes count when they end; until then changes are only noted. */
function annotationOf({ store }: Viewer): MeasuredSubject {
  return {
    mask: (scan) => scan.labels,
    watch: (update) => store.watch((state) => state.masks, update),
    show: (lesions, measuring) => store.set({ ...(lesions && { lesions }), measuring }),
  };
}

export class LesionWatch {
  private scan: Scan | undefined;
  private index: LesionIndex | undefined;
  private changed = new Set<number>();
  private running = false;
  private forget: () => void = () => undefined;

  /** @param subject Which mask is measured, when, and who is told; by default the annotation's. */
  constructor(
    private readonly viewer: Viewer,
    private readonly subject: MeasuredSubject = annotationOf(viewer),
  ) {
    subject.watch(() => this.update());
  }

  /** The lesion of a voxel (i, j, k), as it was when the list was made; undefined where there is none. */
  at(index: Vec3): Lesion | undefined {
    return this.index?.at(index);
  }

  private update(): void {
    const { scan } = this.viewer;
    if (scan !== this.scan) this.adopt(scan);
    if (!this.running && this.changed.size > 0) void this.run();
  }

  private adopt(scan: Scan | undefined): void {
    this.forget();
    this.scan = scan;
    this.index = undefined;
    this.changed = new Set();
    this.subject.show([], false);
    if (!scan?.whole) return;
    const { volume } = scan;
    this.index = new LesionIndex(volumeGrid(volume), volume);
    const all = (): void => {
      for (let k = 0; k < volume.size[2]; k++) this.changed.add(k);
    };
    all();
    this.forget = this.subject.mask(scan).watch((boxes) => {
      if (!boxes) all();
      else for (const { k0 } of boxes) this.changed.add(k0);
    });
  }

  private async run(): Promise<void> {
    const { scan, index, changed } = this;
    if (!scan || !index) return;
    this.running = true;
    this.subject.show(undefined, true);
    const mask = this.subject.mask(scan);
    const [width, height] = scan.volume.size;
    const runs = (k: number): Uint32Array => {
      const labels = mask.slice(k);
      return labels ? encodeRuns(labels, width, height) : new Uint32Array(0);
    };
    let until = performance.now() + TIME_SLICE;
    const pause = (): Promise<void> | undefined => {
      if (performance.now() < until) return undefined;
      return new Promise((resolve) => {
        requestIdleCallback(
          () => {
            until = performance.now() + TIME_SLICE;
            resolve();
          },
          { timeout: AT_LATEST },
        );
      });
    };
    const lesions = await runSteps(index.update(runs, changed), { pause, aborted: () => this.scan !== scan });
    this.running = false;
    if (lesions) this.subject.show(lesions, false);
    // The mask may have changed meanwhile, or be another scan's.
    this.update();
  }
}
