/** The strip of changed slices: a mark for each at its place along the slider, colored by what changed. */
import { element } from '../dom';
import { t } from '../l10n';
import { CHANGE_COLORS, type CompareView } from './view';

/** Half the width of the slider's thumb, CSS pixels: its middle never reaches the ends of the track. */
const THUMB = 5;

export function changesStrip(view: CompareView): HTMLElement {
  const { viewer } = view;
  const canvas = element('canvas', { class: 'changes-strip', title: t('Slices with changes') });
  const draw = (): void => drawStrip(canvas, view);
  viewer.store.watch((state) => state.active, draw);
  viewer.store.watch((state) => state.masks, draw);
  view.store.watch((state) => state, draw);
  new ResizeObserver(draw).observe(canvas);
  canvas.addEventListener('click', (event) => {
    const native = viewer.scan?.native;
    if (!native || viewer.store.get().active !== native) return;
    const at = (event.offsetX - THUMB) / pitchOf(canvas, viewer.count(native));
    // The nearest change: its mark may be a pixel wide.
    const [nearest] = view.changedSlices().sort((a, b) => Math.abs(a - at) - Math.abs(b - at));
    if (nearest !== undefined) viewer.goTo(nearest, native);
  });
  return canvas;
}

function pitchOf(canvas: HTMLElement, count: number): number {
  return count > 1 ? (canvas.clientWidth - 2 * THUMB) / (count - 1) : 1;
}

function drawStrip(canvas: HTMLCanvasElement, view: CompareView): void {
  const { viewer, changes } = view;
  const { scan } = viewer;
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context || !scan || !changes || viewer.store.get().active !== scan.native) return;
  context.scale(ratio, ratio);
  const pitch = pitchOf(canvas, viewer.count(scan.native));
  const mark = Math.max(2, pitch - (pitch > 4 ? 1 : 0));
  for (const { slice, added, removed, relabeled } of changes.changes.slices) {
    const x = THUMB + scan.nativeSlice(slice) * pitch - mark / 2;
    const counts = [added, removed, relabeled];
    const total = added + removed + relabeled;
    let y = 0;
    counts.forEach((count, n) => {
      // What there is shows, however little.
      const part = count === 0 ? 0 : Math.max(2, (count / total) * height);
      context.fillStyle = CHANGE_COLORS[n] ?? '';
      context.fillRect(x, Math.min(y, height - part), mark, part);
      y += part;
    });
  }
}
