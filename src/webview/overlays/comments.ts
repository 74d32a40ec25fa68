/** Marks of comments over a slice: at voxels, and for the slice as a whole in its upper right corner. */
import type { Comment } from '../../core/annotation/annotation';
import { svg } from '../dom';
import { t } from '../l10n';
import { type Camera, type Point, toScreen } from '../viewports/camera';

/** A speech bubble whose tip is at the origin. */
const BUBBLE = 'M0 0l4-5h6a2 2 0 0 0 2-2v-7a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2z';
/** CSS pixels from the pane's corner. */
const CORNER = [26, 26] as const;

export class CommentLayer {
  readonly element = svg('g', { class: 'comment-marks' });
  private drawn = '';

  /** @param open A mark was chosen: comment n of the slice. */
  constructor(private readonly open: (n: number) => void) {}

  /**
   * @param comments Of the shown slice; none hides the marks.
   * @param toPlane Plane mm of a voxel [column, row] of the slice.
   */
  draw(comments: readonly Comment[], toPlane: (at: readonly [number, number]) => Point, camera: Camera): void {
    const marks = comments.map(({ at, text }, n) => {
      const [x, y] = at ? toScreen(camera, toPlane(at)) : [camera.size[0] - CORNER[0], CORNER[1] + 14];
      return { n, x: Math.round(x), y: Math.round(y), text, voxel: at !== undefined };
    });
    // Remarks on the slice as a whole share one mark.
    const shown = marks.filter(({ voxel }, n) => voxel || marks.findIndex((mark) => !mark.voxel) === n);
    const state = JSON.stringify([shown, marks]);
    if (state === this.drawn) return;
    this.drawn = state;
    const whole = marks.filter(({ voxel }) => !voxel).map(({ text }) => text);
    this.element.replaceChildren(
      ...shown.map(({ n, x, y, text, voxel }) => {
        const words = voxel ? text : whole.join('\n');
        const title = svg('title');
        title.textContent = words;
        const mark = svg(
          'g',
          { class: 'comment-mark', role: 'button', tabindex: 0, transform: `translate(${x} ${y})` },
          [title, svg('path', { d: BUBBLE })],
        );
        mark.setAttribute('aria-label', t('Comment: {0}', words));
        mark.addEventListener('pointerdown', (event) => event.stopPropagation());
        mark.addEventListener('click', () => this.open(n));
        mark.addEventListener('keydown', (event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          event.stopPropagation();
          this.open(n);
        });
        return mark;
      }),
    );
  }
}
