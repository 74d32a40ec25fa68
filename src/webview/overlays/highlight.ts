/** The outline of a lesion that was just chosen, for a moment. */
import type { SliceRuns } from '../../core/annotation/runs';
import { LabelVolume } from '../../core/mask/label-volume';
import type { Vec3 } from '../../core/volume';
import { svg } from '../dom';
import { LabelImage } from '../scan/label-image';
import type { PlaneView } from '../scan/planes';
import { type Camera, toScreen } from '../viewports/camera';
import { outlineSegments } from './outline';

/** A lesion to outline. */
export interface Highlighted {
  readonly masks: readonly SliceRuns[];
}

export class HighlightLayer {
  readonly element = svg('g', { class: 'highlight' });
  private readonly shadow = svg('path', { class: 'highlight-shadow' });
  private readonly line = svg('path', { class: 'highlight-line' });
  private made: { lesion: Highlighted; slice: number; d: string } | undefined;

  constructor() {
    this.element.append(this.shadow, this.line);
  }

  /**
   * @param lesion undefined hides the outline.
   * @param size Voxels of the scan.
   */
  draw(lesion: Highlighted | undefined, size: Vec3, plane: PlaneView, slice: number, camera: Camera): void {
    this.element.style.display = lesion ? '' : 'none';
    if (!lesion) {
      this.made = undefined;
      return;
    }
    if (this.made?.lesion !== lesion || this.made.slice !== slice) {
      this.made = { lesion, slice, d: outline(lesion, size, plane, slice) };
      this.shadow.setAttribute('d', this.made.d);
      this.line.setAttribute('d', this.made.d);
    }
    const [du, dv] = plane.spacing;
    // The corner of the first pixel lies half a pixel before its centre.
    const [left, top] = toScreen(camera, [-du / 2, -dv / 2]);
    this.element.setAttribute(
      'transform',
      `translate(${left} ${top}) scale(${du / camera.scale} ${dv / camera.scale})`,
    );
  }
}

/** SVG path in pixels of the plane, from the first pixel's corner. */
function outline({ masks }: Highlighted, size: Vec3, plane: PlaneView, slice: number): string {
  // Of one label, so that touching voxels have no line between them.
  const one = masks.map(({ slice: k, runs }) => ({
    slice: k,
    runs: runs.map((value, n) => (n % 4 === 0 ? 1 : value)),
  }));
  const volume = new LabelVolume(size, one);
  const image = new LabelImage(plane.mapping, { size, slice: (k) => volume.slice(k) }, slice);
  const segments = outlineSegments(image.pixels, plane.width, plane.height).get(1) ?? [];
  return segments.map(([x1, y1, x2, y2]) => `M${x1} ${y1}L${x2} ${y2}`).join('');
}
