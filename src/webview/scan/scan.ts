/** A decoded scan (or its first slice) as the view uses it: planes, values and windows. */

import type { SliceRuns } from '../../core/annotation/runs';
import { type EditGrid, gridOf } from '../../core/edit/grid';
import { indexToWorld, worldToIndex } from '../../core/geometry';
import { cross, norm } from '../../core/vec3';
import type { Vec3, Volume } from '../../core/volume';
import { PageMask } from '../edit/page-mask';
import { type PerPlane, PLANES, type Plane } from '../state/view-state';
import { Drawing } from './drawing';
import { makePlanes } from './make-planes';
import type { PlaneView } from './planes';

/** The value in `preview` of voxels that would lose their label. */
export const REMOVED = 6;

/** A voxel's place and value, for the figures under the pointer. */
export interface Probe {
  /** Voxel index (i, j, k). */
  readonly index: Vec3;
  readonly value: number;
}

export class Scan {
  readonly planes: PerPlane<PlaneView>;
  readonly labels: PageMask;
  /** What a proposed edit would change: the labels after it; `REMOVED` where it would take one away. */
  readonly preview: PageMask;
  /** What a model proposes, as far as it has not been decided. */
  readonly proposed: PageMask;
  /** The geometry that mask tools work on. */
  readonly grid: EditGrid;
  private readonly drawing: Drawing;

  /**
   * @param whole False for a first slice, which has no other planes and no place among its slices yet.
   */
  constructor(
    readonly volume: Volume,
    readonly whole: boolean,
  ) {
    this.drawing = new Drawing(volume);
    this.labels = new PageMask(volume.size);
    this.preview = new PageMask(volume.size);
    this.proposed = new PageMask(volume.size);
    this.grid = gridOf(volume);
    this.planes = makePlanes(volume, this.drawing, this);
  }

  /** The plane that shows the volume's own slices. */
  get native(): Plane {
    return PLANES.find((plane) => this.planes[plane].native) ?? 'axial';
  }

  /** Slice of the native plane that shows slice k of the volume. */
  nativeSlice(k: number): number {
    const { volume } = this;
    return Math.round(this.planes[this.native].toPlane(indexToWorld(volume, [0, 0, k])).slice);
  }

  /** mm2 of a voxel in its slice. */
  get pixelArea(): number {
    const { spacing, direction } = this.volume;
    return spacing[0] * spacing[1] * norm(cross(direction[0], direction[1]));
  }

  /** Unit of the values: HU unless the scan says otherwise. */
  get unit(): string {
    return this.volume.notices.some((notice) => notice.code === 'not-hounsfield') ? '' : 'HU';
  }

  /** Values drawn black and white under a window, in the unit of the planes' images. */
  range(window: { readonly center: number; readonly width: number }): readonly [number, number] {
    return this.drawing.range(window.center - window.width / 2, window.center + window.width / 2);
  }

  /** Smallest and largest value of the scan's middle slice, in HU or its own unit. */
  valueRange(): readonly [number, number] {
    return this.drawing.valueRange();
  }

  /** The voxel at an LPS point; undefined outside the scan. */
  probe(world: Vec3): Probe | undefined {
    const { volume } = this;
    const [i, j, k] = worldToIndex(volume, world).map(Math.round) as [number, number, number];
    const [width, height, depth] = volume.size;
    if (i < 0 || j < 0 || k < 0 || i >= width || j >= height || k >= depth) return undefined;
    const stored = Number(volume.voxels[(k * height + j) * width + i] ?? 0);
    // + 0 turns the negative zero of a negative slope into zero.
    return { index: [i, j, k], value: stored * volume.slope + volume.intercept + 0 };
  }

  /** Takes over the masks of an annotation; labels outside the scan are an error (RangeError). */
  setMasks(slices: readonly SliceRuns[]): void {
    this.labels.replace(slices);
  }
}
