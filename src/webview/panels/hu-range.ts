/** Two HU limits on one track, over the histogram of what lies under the brush. */
import { type Brush, brushSpans } from '../../core/edit/brush';
import { type HuHistogram, huHistogram } from '../../core/edit/histogram';
import { element, perFrame } from '../dom';
import { t } from '../l10n';
import type { HuRange } from '../state/tool-options';
import { editPlane } from '../tools/editing';
import { figureField } from '../ui/fields';
import type { Viewer } from '../viewer';

/** HU that the track spans: air and bone lie beyond. */
const TRACK: HuRange = { min: -20, max: 140 };
/** Radius (mm) of the region that is counted where the tool has no size of its own. */
const NEIGHBOURHOOD = 5;

/** The control; it keeps itself up to date. */
export function huRange(viewer: Viewer, focusView: () => void): HTMLElement {
  const { store } = viewer;
  const canvas = element('canvas', { class: 'histogram', attributes: { 'aria-hidden': 'true' } });
  const figures = element('span', { class: 'quiet hu-figures', attributes: { 'aria-hidden': 'true' } });
  const set = (range: Partial<HuRange>): void => {
    const hu = { ...store.get().toolOptions.hu, ...range };
    viewer.setToolOptions({ hu: { min: Math.min(hu.min, hu.max), max: Math.max(hu.min, hu.max) } });
  };
  const unit = (): string => viewer.scan?.unit || t('value');
  const track = (): HuRange => trackOf(viewer);
  const slider = (label: string, end: keyof HuRange): HTMLInputElement => {
    const input = element('input', { class: `hu-slider ${end}`, title: label, attributes: { 'aria-label': label } });
    input.type = 'range';
    input.addEventListener('input', () => {
      const { hu } = store.get().toolOptions;
      const value = Number(input.value);
      set(end === 'min' ? { min: Math.min(value, hu.max) } : { max: Math.max(value, hu.min) });
    });
    return input;
  };
  const sliders = { min: slider(t('Lowest HU'), 'min'), max: slider(t('Highest HU'), 'max') };
  const field = (label: string, end: keyof HuRange) =>
    figureField({
      label,
      unit: '',
      min: -32768,
      max: 32767,
      step: 1,
      change: (value) => set({ [end]: value }),
      left: focusView,
    });
  const fields = { min: field(t('Lowest HU'), 'min'), max: field(t('Highest HU'), 'max') };
  const unitText = element('span', { class: 'unit' });

  let counted: HuHistogram | undefined;
  const draw = (): void => drawHistogram(canvas, counted, store.get().toolOptions.hu, track());
  const count = perFrame(() => {
    if (!canvas.isConnected || canvas.clientWidth === 0) return;
    counted = histogramUnder(viewer) ?? counted;
    if (counted && counted.count > 0) {
      figures.textContent = t('mean {0}, SD {1}', counted.mean.toFixed(0), counted.sd.toFixed(0));
    }
    draw();
  });
  viewer.tools.watch((status) => status.under, count);
  store.watch(
    (state) => state.toolOptions,
    ({ hu }) => {
      const { min, max } = track();
      for (const end of ['min', 'max'] as const) {
        sliders[end].min = String(min);
        sliders[end].max = String(max);
        sliders[end].step = max - min > 20 ? '1' : 'any';
        sliders[end].value = String(hu[end]);
        sliders[end].setAttribute('aria-valuetext', `${hu[end]} ${unit()}`);
        fields[end].setValue(hu[end]);
      }
      unitText.textContent = unit();
      count();
    },
  );
  new ResizeObserver(draw).observe(canvas);
  return element('div', { class: 'hu-range', role: 'group', attributes: { 'aria-label': t('HU limits') } }, [
    fields.min.element,
    element('div', { class: 'hu-track' }, [canvas, sliders.min, sliders.max]),
    fields.max.element,
    unitText,
    figures,
  ]);
}

function trackOf({ scan }: Viewer): HuRange {
  if (!scan || scan.unit === 'HU') return TRACK;
  const [min, max] = scan.valueRange();
  return { min, max };
}

/** The histogram of what the tool covers where the pointer is; undefined if it is nowhere. */
function histogramUnder(viewer: Viewer): HuHistogram | undefined {
  const { scan } = viewer;
  const { under } = viewer.tools.get();
  if (!scan?.whole || !under) return undefined;
  const { tool, toolOptions } = viewer.store.get();
  const sized = tool === 'brush' || tool === 'eraser';
  const brush: Brush = {
    shape: sized ? toolOptions.shape : 'circle',
    radius: sized ? toolOptions.radius : NEIGHBOURHOOD,
    plane: editPlane(scan.planes[under.plane]),
  };
  return huHistogram(scan.volume, scan.grid, (sink) => brushSpans(scan.grid, brush, under.index, under.index, sink), 2);
}

function drawHistogram(canvas: HTMLCanvasElement, counted: HuHistogram | undefined, hu: HuRange, track: HuRange): void {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context || width === 0) return;
  context.scale(ratio, ratio);
  const at = (value: number): number => ((value - track.min) / (track.max - track.min)) * width;
  const style = getComputedStyle(canvas);
  context.fillStyle = style.getPropertyValue('--within') || '#808080';
  context.globalAlpha = 0.25;
  context.fillRect(at(hu.min), 0, Math.max(1, at(hu.max) - at(hu.min)), height);
  context.globalAlpha = 1;
  if (!counted || counted.count === 0) return;
  const most = counted.counts.reduce((a, b) => Math.max(a, b), 1);
  for (const [n, count] of counted.counts.entries()) {
    if (count === 0) continue;
    const low = counted.start + n * counted.width;
    const inside = low + counted.width > hu.min && low <= hu.max;
    context.fillStyle = inside ? style.getPropertyValue('--within') || '#808080' : style.color;
    context.globalAlpha = inside ? 1 : 0.45;
    const tall = Math.max(1, (count / most) * height);
    context.fillRect(at(low), height - tall, Math.max(1, at(low + counted.width) - at(low)), tall);
  }
}
