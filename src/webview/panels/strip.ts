/** The strip over the slider: which slices carry which subtype, and what is stated of them. */
import { SUBTYPES } from '../../core/annotation/subtype';
import { probabilitiesOf } from '../classification/state';
import { element } from '../dom';
import { t } from '../l10n';
import { drawProposed } from '../proposal/strip-marks';
import type { Viewer } from '../viewer';
import { type StripMarks, stripMarks } from './strip-marks';

/** Half the width of the slider's thumb, CSS pixels: its middle never reaches the ends of the track. */
const THUMB = 5;
/** Rows: one a subtype, and one for boxes and comments. */
const ROWS = SUBTYPES.length + 1;

/**
 * A canvas with a column a slice, aligned with the slider's thumb. A subtype in the mask is a filled
 * block; one that is only stated a hollow one; stated absent against the mask, one with a gap. In the
 * lowest row a bar stands for boxes and a dot for comments. On other planes than that of the volume's
 * own slices it shows what can be seen there. What a model proposes is striped. A click goes to the slice. Keys have the
 * slider and the commands beside it, so screen readers pass this over.
 */
export function slicesStrip(viewer: Viewer): { readonly element: HTMLElement; draw(): void } {
  const canvas = element('canvas', { class: 'strip', attributes: { 'aria-hidden': 'true' } });
  const marks = stripMarks(viewer);
  const count = (): number => (viewer.scan?.whole ? viewer.count(viewer.store.get().active) : 0);
  const sliceAt = (event: PointerEvent): number => {
    const pitch = pitchOf(canvas.clientWidth, count());
    const slice = pitch > 0 ? Math.round((event.offsetX - THUMB) / pitch) : 0;
    return Math.max(0, Math.min(count() - 1, slice));
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || count() === 0) return;
    canvas.setPointerCapture(event.pointerId);
    viewer.goTo(sliceAt(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (count() === 0) return;
    canvas.title = sliceTitle(viewer, marks(), sliceAt(event));
    if (canvas.hasPointerCapture(event.pointerId)) viewer.goTo(sliceAt(event));
  });
  return { element: canvas, draw: () => draw(canvas, viewer, marks(), count()) };
}

function pitchOf(width: number, count: number): number {
  return count > 1 ? (width - 2 * THUMB) / (count - 1) : 0;
}

function draw(canvas: HTMLCanvasElement, viewer: Viewer, marks: StripMarks, count: number): void {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context || count === 0) return;
  context.scale(ratio, ratio);
  const pitch = pitchOf(width, count);
  const row = height / ROWS;
  const w = Math.max(1.5, pitch - (pitch > 4 ? 1 : 0));
  const h = Math.max(1, row - 0.5);
  const colors = viewer.labelColors();
  const quiet = getComputedStyle(canvas).color;
  for (const [slice, { labels, stated, boxes, comments }] of marks) {
    const left = THUMB + slice * pitch - w / 2;
    SUBTYPES.forEach((subtype, n) => {
      const color = colors[n];
      if (!color) return;
      context.fillStyle = color;
      context.strokeStyle = color;
      const [top, present] = [n * row, stated?.present[subtype] ?? null];
      if (labels.has(n + 1)) {
        context.fillRect(left, top, w, h);
        if (present === false) context.clearRect(left + w / 3, top, w / 3, h);
      } else if (present === true) {
        context.lineWidth = 0.75;
        context.strokeRect(left + 0.4, top + 0.4, Math.max(0.5, w - 0.8), Math.max(0.5, h - 0.8));
      }
    });
    context.fillStyle = quiet;
    const bottom = SUBTYPES.length * row;
    if (boxes > 0) context.fillRect(left, bottom + row - 1, w, 1);
    if (comments > 0) {
      context.beginPath();
      context.arc(left + w / 2, bottom + row / 2, Math.min(1.5, row / 2), 0, 2 * Math.PI);
      context.fill();
    }
  }
  drawProposed(context, colors, marks, (slice, label) => ({
    left: THUMB + slice * pitch - w / 2,
    top: (label - 1) * row,
    width: w,
    height: h,
  }));
}

/** "Slice 14: IPH, IVH; boxes; 2 comments". */
function sliceTitle(viewer: Viewer, marks: StripMarks, slice: number): string {
  const { labels, proposed, stated, boxes = 0, comments = 0 } = marks.get(slice) ?? {};
  const names = SUBTYPES.flatMap((subtype, n) => {
    const present = stated?.present[subtype] ?? null;
    if (labels?.has(n + 1)) return [present === false ? t('{0} (stated absent)', subtype) : subtype];
    return present === true ? [t('{0} (stated)', subtype)] : [];
  });
  const proposals = SUBTYPES.filter((_, n) => proposed?.has(n + 1));
  const parts = [
    names.join(', '),
    boxes === 0 ? '' : boxes === 1 ? t('1 box') : t('{0} boxes', boxes),
    comments === 0 ? '' : comments === 1 ? t('1 comment') : t('{0} comments', comments),
    proposals.length > 0 ? t('proposed: {0}', proposals.join(', ')) : '',
    probabilitiesOf(viewer, slice),
  ].filter(Boolean);
  const where = t('Slice {0}', slice + 1);
  return parts.length > 0 ? `${where}: ${parts.join('; ')}` : where;
}
