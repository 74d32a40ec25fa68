import { svg } from '../dom';
import { t } from '../l10n';
import type { Ruler } from '../state/view-state';
import { type Camera, type Point, toScreen } from '../viewports/camera';

/** Length in the patient, mm: ends are in plane mm, so pixels of any shape come out right. */
export function rulerLength({ ends: [a, b] }: Pick<Ruler, 'ends'>): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}

/** A length as it is shown. */
export function lengthText(mm: number): string {
  return t('{0} mm', mm.toFixed(1));
}

export interface RulerEvents {
  select(id: number): void;
  /** Moves an end of the selected ruler by CSS pixels (arrow keys). */
  nudge(id: number, end: 0 | 1, delta: Point): void;
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The rulers of the shown slice. Each is focusable; its ends move with the arrow keys. */
export class RulerLayer {
  readonly element = svg('g', { class: 'rulers' });
  private readonly nodes = new Map<number, RulerNode>();

  constructor(private readonly events: RulerEvents) {}

  draw(rulers: readonly Ruler[], selected: number | undefined, camera: Camera): void {
    const kept = new Set(rulers.map((ruler) => ruler.id));
    for (const [id, node] of this.nodes) {
      if (kept.has(id)) continue;
      node.element.remove();
      this.nodes.delete(id);
    }
    for (const ruler of rulers) {
      let node = this.nodes.get(ruler.id);
      if (!node) {
        node = new RulerNode(ruler.id, this.events);
        this.nodes.set(ruler.id, node);
        this.element.append(node.element);
      }
      node.draw(ruler, ruler.id === selected, camera);
    }
  }
}

class RulerNode {
  private readonly shadow = svg('line', { class: 'ruler-shadow' });
  private readonly line = svg('line', { class: 'ruler-line' });
  private readonly text = svg('text', { class: 'ruler-text' });
  private readonly handles: readonly SVGCircleElement[];
  readonly element: SVGGElement;

  constructor(id: number, events: RulerEvents) {
    this.handles = ([0, 1] as const).map((end) => {
      const handle = svg('circle', { class: 'ruler-end', r: 4, tabindex: 0, role: 'button' });
      handle.addEventListener('focus', () => events.select(id));
      handle.addEventListener('keydown', (event) => {
        const arrow = ARROWS[event.key];
        if (!arrow) return;
        const step = event.shiftKey ? 10 : 1;
        events.nudge(id, end, [arrow[0] * step, arrow[1] * step]);
        event.preventDefault();
        event.stopPropagation();
      });
      return handle;
    });
    this.element = svg('g', { class: 'ruler' }, [this.shadow, this.line, ...this.handles, this.text]);
  }

  draw(ruler: Ruler, selected: boolean, camera: Camera): void {
    const ends = ruler.ends.map((end) => toScreen(camera, end));
    const [a = [0, 0], b = [0, 0]] = ends;
    this.element.classList.toggle('selected', selected);
    for (const line of [this.shadow, this.line]) {
      line.setAttribute('x1', String(a[0]));
      line.setAttribute('y1', String(a[1]));
      line.setAttribute('x2', String(b[0]));
      line.setAttribute('y2', String(b[1]));
    }
    const length = lengthText(rulerLength(ruler));
    this.handles.forEach((handle, n) => {
      const [x, y] = ends[n] ?? [0, 0];
      handle.setAttribute('cx', String(x));
      handle.setAttribute('cy', String(y));
      handle.setAttribute('aria-label', t('Ruler {0}, end {1}, {2}', ruler.id, n + 1, length));
    });
    // Beside the lower end on the outer side, kept inside the pane.
    const low = a[1] > b[1] ? a : b;
    const high = low === a ? b : a;
    const right = low[0] >= high[0];
    const x = Math.min(Math.max(low[0] + (right ? 10 : -10), 48), camera.size[0] - 48);
    const y = Math.min(Math.max(low[1] + 14, 24), camera.size[1] - 30);
    this.text.setAttribute('x', String(x));
    this.text.setAttribute('y', String(y));
    this.text.setAttribute('text-anchor', right ? 'start' : 'end');
    this.text.textContent = length;
  }
}
