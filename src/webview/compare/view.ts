/** A page that compares: keeps what it shows in step with the versions, the scan and the other side. */

import type { ImageReference } from '../../core/annotation/image';
import { SUBTYPES } from '../../core/annotation/subtype';
import type { ScanOffer, SharedView } from '../../protocol/compare';
import type { Assets, ViewSettings } from '../../protocol/view';
import { PageMask } from '../edit/page-mask';
import { Scan } from '../scan/scan';
import { Store } from '../state/store';
import { PLANES, type ViewState } from '../state/view-state';
import type { Viewer } from '../viewer';
import { emptyVolume } from './empty-scan';
import { type CompareState, type Comparison, compare, imageOf, masks } from './model';
import { ScanSearch } from './scan-search';
import { applyShared, sharedView, slicesAt } from './share';

/** Colors of added, removed and relabeled voxels: safe for color-blind people (Okabe and Ito). */
export const CHANGE_COLORS = ['#56B4E9', '#E69F00', '#CC79A7'] as const;

export interface CompareHost {
  offer(image: ImageReference, attempt: number): Promise<ScanOffer>;
  share(view: SharedView): void;
  failed(error: unknown): void;
}

export class CompareView {
  readonly store: Store<CompareState>;
  /** Voxels that are the same on both sides, while all changes are shown in one view. */
  same: PageMask | undefined;
  private comparison: Comparison | undefined;
  private search: ScanSearch | undefined;
  private imageKey = '';
  /** What the other side knows of this one. */
  private shared = '';
  private workerCode: Promise<string> | undefined;
  /** The settings as the user has them: the colors of the view are sometimes others. */
  private settings: ViewSettings;
  /** A view of the other side that came before there was anything to show. */
  private wanted: SharedView | undefined;

  constructor(
    readonly viewer: Viewer,
    initial: CompareState,
    private readonly assets: Assets,
    private readonly host: CompareHost,
  ) {
    this.store = new Store(initial);
    this.settings = viewer.store.get().settings;
  }

  /** Shows the versions; `view` is what the other side, or an earlier page of this one, shows. */
  start(view: SharedView | undefined): void {
    this.wanted = view;
    if (view) this.store.set({ combined: view.combined });
    this.update();
    this.viewer.store.watch(
      (state) => state,
      () => this.share(),
    );
    this.store.watch(
      (state) => state.combined,
      () => this.share(),
    );
  }

  get changes(): Comparison | undefined {
    return this.comparison;
  }

  /** True if the page shows the changes in one view, and not its own version. */
  get showsChanges(): boolean {
    const { combined, other } = this.store.get();
    return combined && other !== undefined && this.comparison !== undefined;
  }

  setVersions(versions: Pick<CompareState, 'version' | 'other'>): void {
    this.store.set({ version: versions.version, other: versions.other });
    this.update();
  }

  setSettings(settings: ViewSettings): void {
    this.settings = settings;
    this.draw();
  }

  setCombined(combined: boolean): void {
    this.store.set({ combined });
    this.draw();
  }

  /** Takes over what the other side shows. */
  follow(view: SharedView): void {
    if (!this.viewer.scan) {
      this.wanted = view;
      return;
    }
    // So that it is not sent back.
    this.shared = JSON.stringify(view);
    applyShared(this.viewer, view);
    if (view.combined !== this.store.get().combined) this.setCombined(view.combined);
    this.shared = this.sharedText();
  }

  /** Slices of the native plane with changes, ascending. */
  changedSlices(): number[] {
    const { scan } = this.viewer;
    const slices = this.comparison?.changes.slices.map(({ slice }) => scan?.nativeSlice(slice) ?? slice) ?? [];
    return slices.sort((a, b) => a - b);
  }

  /** Goes to the next slice with a change in a direction, wrapping around; without a diff, to the next with a mask. */
  goToChange(direction: 1 | -1): void {
    const { viewer } = this;
    const plane = viewer.scan?.native ?? 'axial';
    if (!this.comparison) {
      viewer.goToBlood(direction);
      return;
    }
    const slices = this.changedSlices();
    const at = viewer.store.get().slices[plane];
    const ahead = direction > 0 ? slices : [...slices].reverse();
    const next = ahead.find((slice) => direction * (slice - at) > 0) ?? ahead[0];
    if (next === undefined) return;
    const { layout } = viewer.store.get();
    if (layout !== 'all' && layout !== plane) viewer.setLayout(plane);
    viewer.goTo(next, plane);
  }

  /** The versions have changed. */
  private update(): void {
    const state = this.store.get();
    const image = imageOf(state);
    const key = image ? JSON.stringify([image.size, image.affine, image.sha256, image.file]) : '';
    if (key === this.imageKey) {
      this.draw();
      return;
    }
    this.imageKey = key;
    this.search?.cancel();
    this.search = undefined;
    if (!image) {
      this.viewer.scan = undefined;
      this.draw();
      return;
    }
    this.show(new Scan(emptyVolume(image), true));
    this.find(image);
  }

  private find(image: ImageReference): void {
    this.store.set({ ground: { state: 'searching' } });
    this.workerCode ??= fetch(this.assets.workerUrl).then((response) => response.text());
    const search = new ScanSearch(image, this.assets, this.workerCode, (attempt) => this.host.offer(image, attempt));
    this.search = search;
    search.run().then(
      (result) => {
        if (!result || this.search !== search) return;
        if (result.found) {
          this.store.set({ ground: { state: 'scan' } });
          this.show(new Scan(result.volume, true));
        } else {
          this.store.set({ ground: { state: 'empty', reason: result.reason } });
          this.draw();
        }
      },
      (error: unknown) => {
        this.host.failed(error);
        const reason = error instanceof Error ? error.message : String(error);
        if (this.search === search) this.store.set({ ground: { state: 'empty', reason } });
      },
    );
  }

  /** Puts the masks on another ground. */
  private show(scan: Scan): void {
    const { viewer } = this;
    const before = sharedView(viewer, false);
    viewer.scan = scan;
    const { wanted } = this;
    this.wanted = undefined;
    const slices = before ? slicesAt(viewer, before) : wanted ? slicesAt(viewer, wanted) : undefined;
    viewer.setScan(scan, slices ?? viewer.store.get().slices);
    viewer.store.set({ stage: { name: 'ready' } });
    this.draw();
    if (wanted) applyShared(viewer, wanted);
    else if (!slices) viewer.store.set({ slices: this.startSlices(scan) });
    viewer.redraw();
  }

  /** Where a comparison opens: at the first change, else at the first slice with a mask, else in the middle. */
  private startSlices(scan: Scan): ViewState['slices'] {
    const middle = Object.fromEntries(
      PLANES.map((plane) => [plane, Math.floor((scan.planes[plane].stack.count - 1) / 2)]),
    ) as unknown as ViewState['slices'];
    const marked =
      this.comparison?.changes.slices[0]?.slice ?? [...scan.labels.bySlice().keys()].sort((a, b) => a - b)[0];
    return marked === undefined ? middle : { ...middle, [scan.native]: scan.nativeSlice(marked) };
  }

  /** Draws the page's version, or the changes. */
  private draw(): void {
    const { viewer } = this;
    const state = this.store.get();
    const { scan } = viewer;
    this.comparison = scan && compare(state, scan.volume);
    const { comparison } = this;
    const showsChanges = this.showsChanges && comparison !== undefined;
    this.same = undefined;
    if (scan) {
      try {
        scan.setMasks(showsChanges ? comparison.changes.changed : masks(state.version.content));
        if (showsChanges) {
          this.same = new PageMask(scan.volume.size);
          this.same.replace(comparison.changes.same);
        }
      } catch (error) {
        // A damaged version may have runs outside of its own image; nothing is drawn then.
        scan.setMasks([]);
        this.host.failed(error);
      }
    }
    const unused = SUBTYPES.slice(CHANGE_COLORS.length).map(() => '#000000');
    const { overlayOpacity, subtypeColors } = this.settings;
    viewer.store.set({
      settings: {
        ...this.settings,
        subtypeColors: showsChanges ? [...CHANGE_COLORS, ...unused] : subtypeColors,
        // There is nothing beneath to be seen through the mask.
        overlayOpacity: state.ground.state === 'empty' ? 1 : overlayOpacity,
      },
    });
    viewer.masksChanged();
    // The store tells those who draw what depends on the comparison.
    this.store.set({});
    viewer.redraw();
  }

  private sharedText(): string {
    const view = sharedView(this.viewer, this.store.get().combined);
    return view ? JSON.stringify(view) : '';
  }

  private share(): void {
    const view = sharedView(this.viewer, this.store.get().combined);
    const text = view ? JSON.stringify(view) : '';
    if (!view || text === this.shared) return;
    this.shared = text;
    this.host.share(view);
  }
}
