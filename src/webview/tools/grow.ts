import { subtypeOf } from '../../core/annotation/subtype';
import { proposeLimits } from '../../core/edit/histogram';
import { growRegion } from '../../core/edit/region-grow';
import type { Steps } from '../../core/edit/steps';
import { relabelLesion } from '../../core/edit/whole';
import type { Vec3 } from '../../core/volume';
import type { Proposals, Proposed } from '../edit/proposals';
import { t } from '../l10n';
import type { Scan } from '../scan/scan';
import type { Plane, ViewState } from '../state/view-state';
import { type Editing, editPlane } from './editing';
import type { Drag, PanePointer, Tool, ToolKey } from './tool';

/** A cross of the active subtype's color under the pointer. */
class ClickTool {
  readonly cursor = 'crosshair';

  constructor(
    protected readonly editing: Editing,
    protected readonly proposals: Proposals,
  ) {}

  hover(pointer: PanePointer | undefined): void {
    const { editing } = this;
    const { viewer } = editing;
    for (const plane of viewer.panes.keys()) if (plane !== pointer?.plane) viewer.setMarks(plane, []);
    if (!pointer) return;
    const scale = viewer.camera(pointer.plane)?.scale ?? 1;
    viewer.setMarks(pointer.plane, [
      {
        kind: 'circle',
        center: pointer.point,
        radius: 6 * scale,
        color: editing.color(viewer.store.get().activeLabel),
      },
    ]);
    editing.under(pointer.plane, pointer.point);
  }

  key(key: ToolKey): boolean {
    if (key === 'Enter') return this.proposals.accept();
    if (key === 'Escape' || key === 'Delete' || key === 'Backspace') return this.proposals.cancel();
    return false;
  }

  leave(): void {
    this.proposals.cancel();
    this.hover(undefined);
  }
}

/** Grows a region from a click within HU limits, shown before it is made. */
export class GrowTool extends ClickTool implements Tool {
  private seed: { readonly voxel: Vec3; readonly plane: Plane } | undefined;

  press({ plane, point, opposite }: PanePointer): Drag | undefined {
    const { editing } = this;
    const { scan, viewer } = editing;
    if (!scan || !editing.permits(viewer.store.get().activeLabel)) return undefined;
    const voxel = editing.voxelAt(scan, plane, point);
    const limits = voxel && proposeLimits(scan.volume, scan.grid, voxel, { plane: editPlane(scan.planes[plane]) });
    if (!voxel || !limits) return undefined;
    // With the modifier held the limits stay as they are.
    if (!opposite) viewer.setToolOptions({ hu: { min: Math.round(limits.min), max: Math.round(limits.max) } });
    this.seed = { voxel, plane };
    this.grow();
    return undefined;
  }

  /** Other options were chosen: the region that waits follows them. */
  optionsChanged(): void {
    if (this.proposals.open && this.seed) this.grow();
  }

  override leave(): void {
    this.seed = undefined;
    super.leave();
  }

  private grow(): void {
    const { editing, seed } = this;
    const { scan, viewer } = editing;
    if (!scan || !seed) return;
    const state = viewer.store.get();
    const label = t('Grow Region of {0}', subtypeOf(state.activeLabel) ?? '');
    void this.proposals.start(scan, label, this.steps(scan, seed, state));
  }

  private *steps(scan: Scan, { voxel, plane }: { voxel: Vec3; plane: Plane }, state: ViewState): Steps<Proposed> {
    const { activeLabel, toolOptions } = state;
    const options = this.editing.options(scan, activeLabel, false);
    // In 2-D growing stays in the slice of the volume, which only its native plane shows.
    const flat = toolOptions.dimensions === 2 && scan.planes[plane].native;
    const { change, bounded } = yield* growRegion(scan.grid, scan.labels, voxel, {
      ...options,
      // Blood of another subtype is not painted over.
      over: [0],
      scan: scan.volume,
      hu: toolOptions.hu,
      dimensions: flat ? 2 : 3,
      connectivity: 'face',
      radius: toolOptions.reach,
    });
    return { change, ...(bounded ? { warning: t('Leaks: it reaches the limit of {0} mm.', toolOptions.reach) } : {}) };
  }
}

/** Gives the lesion under a click the active subtype. */
export class RelabelTool extends ClickTool implements Tool {
  press({ plane, point }: PanePointer): Drag | undefined {
    const { editing } = this;
    const { scan, viewer } = editing;
    const { activeLabel, lockedLabels } = viewer.store.get();
    const voxel = scan && editing.voxelAt(scan, plane, point);
    if (!scan || !voxel || !editing.permits(activeLabel)) return undefined;
    const own = scan.labels.at(...voxel);
    const [from, to] = [subtypeOf(own), subtypeOf(activeLabel)];
    if (!from || !to || own === activeLabel) {
      viewer.warn(from ? t('This lesion is {0} already.', from) : t('There is no lesion under the pointer.'));
      return undefined;
    }
    if (lockedLabels.has(own)) {
      viewer.warn(editing.refusal(own));
      return undefined;
    }
    const options = { ...editing.options(scan, activeLabel, false), dimensions: 3, connectivity: 'full' } as const;
    const steps = relabelLesion(scan.grid, scan.labels, voxel, activeLabel, options);
    // One click is the whole of it: the proposal is accepted as soon as it is known.
    void this.proposals
      .start(scan, t('Relabel {0} to {1}', from, to), asProposed(steps))
      .then(() => this.proposals.accept());
    return undefined;
  }
}

function* asProposed(steps: ReturnType<typeof relabelLesion>): Steps<Proposed> {
  return { change: yield* steps };
}
