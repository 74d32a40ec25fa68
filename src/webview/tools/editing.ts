/** What the tools that change the mask share. */
import { SUBTYPE_NAMES, type Subtype, subtypeOf } from '../../core/annotation/subtype';
import type { EditPlane } from '../../core/edit/brush';
import type { EditOptions } from '../../core/edit/options';
import type { Vec3 } from '../../core/volume';
import type { EditSession } from '../edit/session';
import { t } from '../l10n';
import type { PlaneView } from '../scan/planes';
import type { Scan } from '../scan/scan';
import type { Plane } from '../state/view-state';
import type { Viewer } from '../viewer';
import type { Point } from '../viewports/camera';

/** Color of marks that erase. */
export const ERASE_COLOR = '#ffffff';

export class Editing {
  constructor(
    readonly viewer: Viewer,
    readonly edits: EditSession,
  ) {}

  /** The scan, if it is whole and so can be edited. */
  get scan(): Scan | undefined {
    const { scan } = this.viewer;
    return scan?.whole ? scan : undefined;
  }

  /** Why a tool that writes this label (0: erases) can do nothing now; undefined if it can. */
  refusal(label: number): string | undefined {
    const { edits, viewer } = this;
    if (edits.refusal !== undefined) return edits.refusal;
    const subtype = subtypeOf(label);
    if (subtype && viewer.store.get().lockedLabels.has(label)) {
      return t('{0} is locked. Unlock it to change it.', subtype);
    }
    return undefined;
  }

  /** Says why nothing can be done; returns whether something can. Shows the mask if it is hidden: nobody edits blindly. */
  permits(label: number): boolean {
    const { viewer } = this;
    const reason = this.refusal(label);
    viewer.warn(reason);
    if (reason !== undefined) return false;
    const { hiddenLabels, overlay } = viewer.store.get();
    if (overlay === 'off') viewer.store.set({ overlay: 'filled' });
    if (hiddenLabels.has(label)) {
      viewer.store.set({ hiddenLabels: new Set([...hiddenLabels].filter((one) => one !== label)) });
    }
    return true;
  }

  /** The shared options of an edit that writes a label. */
  options(scan: Scan, label: EditOptions['label'], limited = this.viewer.store.get().toolOptions.limited): EditOptions {
    const { lockedLabels, toolOptions } = this.viewer.store.get();
    return {
      label,
      locked: [...lockedLabels] as EditOptions['label'][],
      ...(limited ? { hu: toolOptions.hu, scan: scan.volume } : {}),
    };
  }

  /** Color of a label; white for 0. */
  color(label: number): string {
    return this.viewer.store.get().settings.subtypeColors[label - 1] ?? ERASE_COLOR;
  }

  /** The (fractional) voxel index of a point on the shown slice of a plane. */
  indexAt(scan: Scan, plane: Plane, point: Point): Vec3 {
    return scan.planes[plane].toIndex({ slice: this.viewer.store.get().slices[plane], point });
  }

  /** The voxel under a point on the shown slice of a plane; undefined beside the scan. */
  voxelAt(scan: Scan, plane: Plane, point: Point): Vec3 | undefined {
    const voxel = this.indexAt(scan, plane, point).map((value) => Math.round(value) + 0) as unknown as Vec3;
    return voxel.every((value, axis) => value >= 0 && value < (scan.volume.size[axis] ?? 0)) ? voxel : undefined;
  }

  /** Tells the strip what lies under the pointer. */
  under(plane: Plane, point: Point | undefined): void {
    const { scan, viewer } = this;
    viewer.tools.set({ under: scan && point ? { plane, index: this.indexAt(scan, plane, point) } : undefined });
  }
}

/** The plane as the mask tools call it: by the axis along which its slices are stacked, however the scan is stored. */
export function editPlane({ axis }: Pick<PlaneView, 'axis'>): EditPlane {
  return axis === 2 ? 'axial' : axis === 1 ? 'coronal' : 'sagittal';
}

/** A subtype with its full name, for labels of controls. */
export function fullName(subtype: Subtype): string {
  return `${subtype}, ${SUBTYPE_NAMES[subtype]}`;
}
