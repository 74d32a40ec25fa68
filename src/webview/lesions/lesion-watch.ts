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
import type { Scan } from '../scan/scan';
import type { Viewer } from '../viewer';

/** Milliseconds of work before the page has its turn, well within a frame. */
const TIME_SLICE = 5;
/** Milliseconds after which the work goes on although the page was never idle. */
const AT_LATEST = 500;

export class LesionWatch {
  private scan: Scan | undefined;
  private index: LesionIndex | undefined;
  private changed = new Set<number>();
  private running = false;
  private forget: () => void = () => undefined;

  constructor(private readonly viewer: Viewer) {
    // Strokes count when they end; until then changes are only noted.
    viewer.store.watch(
      (state) => state.masks,
      () => this.update(),
    );
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
    this.viewer.store.set({ lesions: [], measuring: false });
    if (!scan?.whole) return;
    const { volume } = scan;
    this.index = new LesionIndex(volumeGrid(volume), volume);
    const all = (): void => {
      for (let k = 0; k < volume.size[2]; k++) this.changed.add(k);
    };
    all();
    this.forget = scan.labels.watch((boxes) => {
      if (!boxes) all();
      else for (const { k0 } of boxes) this.changed.add(k0);
    });
  }

  private async run(): Promise<void> {
    const { scan, index, changed } = this;
    if (!scan || !index) return;
    this.running = true;
    const { store } = this.viewer;
    store.set({ measuring: true });
    const [width, height] = scan.volume.size;
    const runs = (k: number): Uint32Array => {
      const labels = scan.labels.slice(k);
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
    if (lesions) store.set({ lesions, measuring: false });
    // The mask may have changed meanwhile, or be another scan's.
    this.update();
  }
}
