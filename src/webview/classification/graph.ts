/** The graph over the strip: the probability of blood, slice by slice. */

import { labelOf } from '../../core/annotation/subtype';
import { type FindingClass, isCalled, type Probabilities } from '../../core/model/classify';
import { percentText } from '../../core/model/percent';
import { element } from '../dom';
import { t } from '../l10n';
import type { Viewer } from '../viewer';
import { probabilitiesText } from './figures';
import { type SlicesOfPlane, slicesOfPlane, suspected } from './state';

/** Half the width of the slider's thumb, CSS pixels: slices lie under its middle. */
const THUMB = 5;
/** Space above certainty, so that a line there is not cut. CSS pixels. */
const TOP = 2;

/**
 * A canvas with a column a slice, as high as the probability of blood, stronger where it reaches the
 * threshold (the dashed line). Lines of the subtypes show while the pointer is on it, one of them
 * while it is pointed at in the legend. Hidden without a result; empty while another plane is looked at.
 */
export function slicesGraph(viewer: Viewer): { readonly element: HTMLElement; draw(): void } {
  const canvas = element('canvas', { class: 'graph', role: 'img' });
  const reading = element('div', { class: 'graph-reading', attributes: { 'aria-hidden': 'true' } });
  const holder = element('div', { class: 'graph-holder' }, [canvas, reading]);
  let under: number | undefined;
  const here = (): SlicesOfPlane | undefined => {
    const shown = slicesOfPlane(viewer);
    return shown?.plane === viewer.store.get().active ? shown : undefined;
  };
  const sliceAt = (event: PointerEvent, count: number): number => {
    const pitch = pitchOf(canvas.clientWidth, count);
    return Math.max(0, Math.min(count - 1, pitch > 0 ? Math.round((event.offsetX - THUMB) / pitch) : 0));
  };
  const draw = (): void => {
    holder.hidden = viewer.classification.get().shown === undefined;
    const shown = here();
    canvas.setAttribute('aria-label', shown ? summary(shown) : '');
    if (!holder.hidden) paint(canvas, viewer, shown, under !== undefined);
    read(reading, canvas, shown, under);
  };
  canvas.addEventListener('pointerdown', (event) => {
    const shown = here();
    if (event.button !== 0 || !shown) return;
    canvas.setPointerCapture(event.pointerId);
    viewer.goTo(sliceAt(event, shown.slices.length));
  });
  canvas.addEventListener('pointermove', (event) => {
    const shown = here();
    under = shown && sliceAt(event, shown.slices.length);
    if (under !== undefined && canvas.hasPointerCapture(event.pointerId)) viewer.goTo(under);
    draw();
  });
  canvas.addEventListener('pointerleave', () => {
    under = undefined;
    draw();
  });
  viewer.classification.watch((state) => state, draw);
  viewer.store.watch((state) => state.slices, draw);
  return { element: holder, draw };
}

function pitchOf(width: number, count: number): number {
  return count > 1 ? (width - 2 * THUMB) / (count - 1) : 0;
}

function paint(canvas: HTMLCanvasElement, viewer: Viewer, shown: SlicesOfPlane | undefined, all: boolean): void {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context || !shown) return;
  context.scale(ratio, ratio);
  const { slices, classes, thresholds } = shown;
  const { pointedAt } = viewer.classification.get();
  const pitch = pitchOf(width, slices.length);
  const x = (slice: number): number => THUMB + slice * pitch;
  const y = (probability: number): number => height - probability * (height - TOP);
  const style = getComputedStyle(canvas);
  context.fillStyle = style.color;
  const bar = Math.max(1, pitch - (pitch > 4 ? 1 : 0));
  slices.forEach((slice, n) => {
    context.globalAlpha = isCalled(slice, thresholds, 'any') ? 0.75 : 0.3;
    const top = y(slice.any ?? 0);
    context.fillRect(x(n) - bar / 2, top, bar, height - top);
  });
  context.globalAlpha = 1;
  const colors = viewer.store.get().settings.subtypeColors;
  for (const name of classes) {
    if (name === 'any' || !(all || pointedAt === name)) continue;
    context.strokeStyle = colors[labelOf(name) - 1] ?? style.color;
    line(context, slices, name, x, y);
  }
  const threshold = thresholds[pointedAt ?? 'any'];
  if (threshold !== undefined) {
    context.strokeStyle = style.getPropertyValue('--threshold');
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(0, Math.round(y(threshold)) + 0.5);
    context.lineTo(width, Math.round(y(threshold)) + 0.5);
    context.stroke();
    context.setLineDash([]);
  }
  context.fillStyle = style.getPropertyValue('--here');
  context.fillRect(Math.round(x(viewer.store.get().slices[shown.plane])) - 0.5, 0, 1, height);
}

function line(
  context: CanvasRenderingContext2D,
  slices: readonly Probabilities[],
  name: FindingClass,
  x: (slice: number) => number,
  y: (probability: number) => number,
): void {
  context.beginPath();
  for (const [n, slice] of slices.entries()) context.lineTo(x(n), y(slice[name] ?? 0));
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.stroke();
}

/** Names the slice under the pointer and what the model says of it. */
function read(
  reading: HTMLElement,
  canvas: HTMLElement,
  shown: SlicesOfPlane | undefined,
  under: number | undefined,
): void {
  const slice = under === undefined ? undefined : shown?.slices[under];
  reading.hidden = slice === undefined;
  if (!shown || slice === undefined || under === undefined) return;
  reading.textContent = `${t('Slice {0}', under + 1)}: ${probabilitiesText(slice, shown.classes)}`;
  const middle = THUMB + under * pitchOf(canvas.clientWidth, shown.slices.length);
  const room = canvas.clientWidth - reading.offsetWidth;
  reading.style.left = `${Math.max(0, Math.min(room, middle - reading.offsetWidth / 2))}px`;
}

/** What the graph shows, for those who do not see it. */
function summary(shown: SlicesOfPlane): string {
  const count = suspected(shown).length;
  return t(
    'Probability of blood by slice: {0} of {1} slices reach {2}',
    count,
    shown.slices.length,
    percentText(shown.thresholds.any ?? 0),
  );
}
