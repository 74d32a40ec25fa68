/** The graph: a line for each subtype, a point for each commit; the commits are a list that keys walk through. */
import { SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import type { HistoryView } from '../../protocol/history';
import { element, svg } from '../dom';
import { t } from '../l10n';
import { columnOf, commitAt, type Frame, rowOf, ticks } from './scale';
import { commitText, subtypesIn } from './text';

const HEIGHT = 260;
const MARGIN = { left: 52, right: 16, top: 12, bottom: 30 };
/** Shapes of the points, so that lines are told apart without their colors. */
const SHAPES: Readonly<Record<Subtype, string>> = {
  EPH: 'M-4-4h8v8h-8z',
  SDH: 'M0-5L5 4H-5z',
  SAH: 'M0-5L5 0L0 5L-5 0z',
  IPH: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  IVH: 'M-5-3h10L0 5z',
};

export interface Graph {
  readonly element: HTMLElement;
  /** Draws at the present width. */
  draw(view: HistoryView, selected: number): void;
}

/** @param select A commit was gone to; `show` one was chosen. */
export function historyGraph(select: (n: number) => void, show: (n: number) => void): Graph {
  const picture = svg('svg', { class: 'graph', role: 'listbox', tabindex: 0, height: HEIGHT });
  picture.setAttribute('aria-label', t('Volume of each subtype over the commits'));
  const holder = element('div', { class: 'graph-holder' }, [picture]);
  let [count, chosen] = [0, 0];
  let frame: Frame = { left: 0, top: 0, width: 1, height: 1 };

  const nearest = (event: MouseEvent): number =>
    commitAt(event.clientX - picture.getBoundingClientRect().left, count, frame);
  picture.addEventListener('pointermove', (event) => {
    if (nearest(event) !== chosen) select(nearest(event));
  });
  picture.addEventListener('click', (event) => show(nearest(event)));
  picture.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: chosen - 1,
      ArrowRight: chosen + 1,
      Home: 0,
      End: count - 1,
    };
    const next = steps[event.key];
    if (next !== undefined) {
      event.preventDefault();
      select(Math.max(0, Math.min(count - 1, next)));
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      show(chosen);
    }
  });

  return {
    element: holder,
    draw(view, selected) {
      const { commits } = view;
      [count, chosen] = [commits.length, selected];
      const width = Math.max(240, holder.clientWidth);
      const inner = { left: MARGIN.left, top: MARGIN.top, width: width - MARGIN.left - MARGIN.right };
      frame = { ...inner, height: HEIGHT - MARGIN.top - MARGIN.bottom };
      picture.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
      picture.setAttribute('width', String(width));
      picture.setAttribute('aria-activedescendant', `commit-${selected}`);
      const volumes = commits.flatMap((commit) => Object.values(commit.volumes ?? {}));
      const marks = ticks(Math.max(0, ...volumes));
      const largest = marks.at(-1) ?? 1;
      const x = columnOf(selected, count, frame);
      picture.replaceChildren(
        ...axis(marks, largest, frame),
        ...dates(view, frame),
        svg('line', { class: 'cursor', x1: x, x2: x, y1: frame.top, y2: frame.top + frame.height }),
        ...subtypesIn(view).flatMap((subtype) => line(view, subtype, largest, frame, selected)),
        ...commits.map((commit, n) => {
          const option = svg('g', { id: `commit-${n}`, role: 'option', 'aria-selected': String(n === selected) });
          option.setAttribute('aria-label', commitText(view, commit));
          return option;
        }),
      );
    },
  };
}

function axis(marks: readonly number[], largest: number, frame: Frame): SVGElement[] {
  return marks.flatMap((mark) => {
    const y = rowOf(mark, largest, frame);
    const label = svg('text', { class: 'tick', x: frame.left - 8, y: y + 4, 'text-anchor': 'end' });
    label.textContent = mark === largest ? t('{0} mL', mark) : String(mark);
    return [svg('line', { class: 'grid', x1: frame.left, x2: frame.left + frame.width, y1: y, y2: y }), label];
  });
}

/** The first and the last date, and as many between as there is room for. */
function dates({ commits, language }: HistoryView, frame: Frame): SVGElement[] {
  const room = Math.max(2, Math.floor(frame.width / 110));
  const step = Math.max(1, Math.ceil((commits.length - 1) / (room - 1)));
  return commits.flatMap(({ date }, n) => {
    const last = n === commits.length - 1;
    if (!last && (n % step !== 0 || commits.length - 1 - n < step / 2)) return [];
    const anchor = commits.length === 1 ? 'middle' : n === 0 ? 'start' : last ? 'end' : 'middle';
    const x = columnOf(n, commits.length, frame);
    const label = svg('text', { class: 'tick', x, y: frame.top + frame.height + 20, 'text-anchor': anchor });
    label.textContent = new Date(date).toLocaleDateString(language);
    return [label];
  });
}

function line(view: HistoryView, subtype: Subtype, largest: number, frame: Frame, selected: number): SVGElement[] {
  const color = view.colors[SUBTYPES.indexOf(subtype)] ?? 'currentColor';
  const places = view.commits.map(({ volumes }, n) =>
    volumes ? [columnOf(n, view.commits.length, frame), rowOf(volumes[subtype], largest, frame)] : undefined,
  );
  // A version that cannot be read leaves a gap.
  const path = places.map((place, n) => (place ? `${places[n - 1] ? 'L' : 'M'}${place[0]} ${place[1]}` : '')).join('');
  const crowded = view.commits.length > frame.width / 12;
  const points = places.flatMap((place, n) => {
    if (!place || (crowded && n !== selected && n !== places.length - 1)) return [];
    const transform = `translate(${place[0]} ${place[1]})${n === selected ? ' scale(1.5)' : ''}`;
    return [svg('path', { class: 'point', d: SHAPES[subtype], transform, fill: color })];
  });
  return [svg('path', { class: 'line', d: path, stroke: color }), ...points];
}

/** The sign of a subtype in the graph, for the legend. */
export function legendSign(subtype: Subtype, color: string): SVGElement {
  const sign = svg('svg', { class: 'sign', viewBox: '-7 -7 14 14', width: 14, height: 14 });
  sign.setAttribute('aria-hidden', 'true');
  sign.append(svg('path', { d: SHAPES[subtype], fill: color }));
  return sign;
}
