/**
 * The proposal in the page: its mask at the present threshold, and what the annotator decides. The
 * host holds the proposal; a decision is shown when the host has taken it.
 */
import { runSteps } from '../../core/edit/steps';
import { volumeGrid } from '../../core/measure/grid';
import type { Lesion } from '../../core/measure/lesion';
import type { SlicePlaces } from '../../core/proposal/places';
import { proposedSteps, type Scope } from '../../core/proposal/proposal';
import type { Decision, ProposalSetting, ProposalView } from '../../protocol/proposal';
import { nextTask } from '../dom';
import { t } from '../l10n';
import { middleOf } from '../lesions/lesion-edits';
import { LesionWatch } from '../lesions/lesion-watch';
import { currentSlice, goToVoxel } from '../look';
import type { Viewer } from '../viewer';

/** What of a proposal only the host can do. */
export interface ProposalHost {
  set(id: string, setting: ProposalSetting): void;
  /** Rejects with the reason if the decision was refused. */
  decide(decision: Decision): Promise<void>;
  /** Runs the model on slice k. */
  segmentSlice(k: number): void;
}

/** Milliseconds of work between two looks at events. */
const SLICE_OF_TIME = 12;

export class ProposalSession {
  /** The lesions of the proposed mask, measured as those of the annotation are. */
  readonly lesions: LesionWatch;
  /** Counts changes, so that work on an older state sees that it is one. */
  private wanted = 0;
  private working = false;

  constructor(
    readonly viewer: Viewer,
    private readonly host: ProposalHost,
  ) {
    const { proposal } = viewer;
    this.lesions = new LesionWatch(viewer, {
      mask: (scan) => scan.proposed,
      watch: (update) => proposal.watch((state) => state.masks, update),
      show: (lesions, measuring) => proposal.set({ ...(lesions && { lesions }), measuring }),
    });
  }

  /** There is a proposal, another one, or none any more. */
  adopt(shown: ProposalView | null): void {
    const { proposal } = this.viewer;
    const before = proposal.get().shown;
    proposal.set({
      shown: shown ?? undefined,
      ...(before?.id === shown?.id ? {} : { lesions: [], under: undefined, chosen: undefined }),
    });
    this.update();
  }

  /** Something has been decided, or taken back. */
  decided(id: string, decided: readonly SlicePlaces[]): void {
    this.change(id, (shown) => ({ ...shown, proposal: { ...shown.proposal, decided } }));
  }

  /** Threshold or mode was set in another page. */
  adopted(id: string, { threshold, mode }: ProposalSetting): void {
    this.change(id, (shown) => ({ ...shown, threshold, mode }));
  }

  /** Sets the threshold or the mode: shown at once, and told to the host. */
  set(part: Partial<ProposalSetting>): void {
    const { shown } = this.viewer.proposal.get();
    if (!shown) return;
    const { threshold, mode } = { ...shown, ...part };
    if (threshold === shown.threshold && mode === shown.mode) return;
    this.change(shown.id, (old) => ({ ...old, threshold, mode }));
    this.host.set(shown.id, { threshold, mode });
  }

  /** Accepts or rejects a part of what is shown. */
  async decide(decision: Decision['decision'], scope: Scope): Promise<void> {
    const { proposal, store } = this.viewer;
    const { shown } = proposal.get();
    const { lockedLabels, readOnly } = store.get();
    if (!shown) return;
    if (decision === 'accept' && readOnly !== undefined) {
      this.viewer.warn(readOnly);
      return;
    }
    const { id, threshold, mode } = shown;
    try {
      await this.host.decide({ id, decision, scope, threshold, mode, locked: [...lockedLabels] });
      this.viewer.warn(undefined);
    } catch (error) {
      this.viewer.warn(error instanceof Error ? error.message : String(error));
    }
  }

  /** Decides on the slice that is shown. */
  async decideSlice(decision: Decision['decision']): Promise<void> {
    const slice = currentSlice(this.viewer);
    if (slice !== undefined) await this.decide(decision, { kind: 'slice', slice });
  }

  /** Decides on a lesion; without one, on that under the pointer, else the one gone to last, else the only one of the slice. */
  async decideLesion(decision: Decision['decision'], lesion: Lesion | undefined = this.meant()): Promise<void> {
    const [first] = lesion?.masks ?? [];
    if (!first) {
      this.viewer.warn(t('Point at a proposed lesion, or choose one in the list.'));
      return;
    }
    const [, row = 0, column = 0] = first.runs;
    await this.decide(decision, { kind: 'lesion', slice: first.slice, row, column });
  }

  /** Goes to the next or previous proposed lesion, from head to foot as the slices are stacked. */
  goToNext(by: 1 | -1): void {
    const { proposal, scan } = this.viewer;
    const { lesions, chosen } = proposal.get();
    const place = (lesion: Lesion): number => scan?.nativeSlice(middleOf(lesion)[2]) ?? 0;
    const sorted = [...lesions].sort((a, b) => place(a) - place(b) || a.number - b.number);
    const at = chosen ? sorted.indexOf(chosen) : -1;
    const here = currentSlice(this.viewer);
    const shown = here === undefined ? 0 : (scan?.nativeSlice(here) ?? 0);
    const beyond = sorted.findIndex((lesion) => place(lesion) >= shown);
    const from = at >= 0 ? at + by : by > 0 ? Math.max(0, beyond) : (beyond < 0 ? sorted.length : beyond) - 1;
    const next = sorted[(from + sorted.length) % Math.max(1, sorted.length)];
    if (next) this.goTo(next);
  }

  goTo(lesion: Lesion): void {
    this.viewer.proposal.set({ chosen: lesion });
    goToVoxel(this.viewer, middleOf(lesion));
  }

  /** Runs the model on the slice that is shown. */
  segmentSlice(): void {
    const slice = currentSlice(this.viewer);
    if (slice !== undefined) this.host.segmentSlice(slice);
  }

  private meant(): Lesion | undefined {
    const { under, chosen, lesions } = this.viewer.proposal.get();
    const k = currentSlice(this.viewer);
    const here = lesions.filter(({ masks }) => masks.some(({ slice }) => slice === k));
    return (
      under ?? (chosen && lesions.includes(chosen) ? chosen : undefined) ?? (here.length === 1 ? here[0] : undefined)
    );
  }

  private change(id: string, make: (shown: ProposalView) => ProposalView): void {
    const { proposal } = this.viewer;
    const { shown } = proposal.get();
    if (shown?.id !== id) return;
    proposal.set({ shown: make(shown) });
    this.update();
  }

  /** Makes the mask of what is shown now; what was being made for an older state is given up. */
  private update(): void {
    this.wanted++;
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    try {
      for (let done = -1; done !== this.wanted; ) {
        done = this.wanted;
        await this.draw(() => done !== this.wanted);
      }
    } finally {
      this.working = false;
    }
  }

  private async draw(stale: () => boolean): Promise<void> {
    const { proposal, scan } = this.viewer;
    const { shown, masks } = proposal.get();
    if (!scan?.whole) return;
    if (!shown) {
      if (scan.proposed.empty && masks === 0) return;
      scan.proposed.replace([]);
      proposal.set({ volumes: [], masks: masks + 1 });
      return;
    }
    let since = performance.now();
    const mask = await runSteps(proposedSteps(shown.proposal, volumeGrid(scan.volume), shown.threshold), {
      pause: () => {
        if (performance.now() - since < SLICE_OF_TIME) return undefined;
        return nextTask().then(() => {
          since = performance.now();
        });
      },
      aborted: stale,
    });
    if (!mask || scan !== this.viewer.scan) return;
    scan.proposed.replace(mask.slices);
    proposal.set({ volumes: mask.volumes, masks: proposal.get().masks + 1 });
  }
}
