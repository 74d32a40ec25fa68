/** What tools draw over a pane: outlines of brushes, lassos, boxes. */
import { svg } from '../dom';
import { type Camera, type Point, toScreen } from '../viewports/camera';

interface Look {
  /** CSS color. */
  readonly color: string;
  /** Erasing and cutting are drawn dashed. */
  readonly dashed?: boolean;
  /** Thinner and quieter. */
  readonly faint?: boolean;
  /** Lightly filled. */
  readonly filled?: boolean;
}

/** All places in plane mm. */
export type Mark = Look &
  (
    | { readonly kind: 'circle'; readonly center: Point; readonly radius: number }
    | { readonly kind: 'line'; readonly points: readonly Point[]; readonly closed?: boolean }
    /** Line pieces that need not be connected. */
    | { readonly kind: 'edges'; readonly edges: readonly (readonly [Point, Point])[] }
    /** A small square of fixed size, to be dragged. */
    | { readonly kind: 'handle'; readonly at: Point }
    | { readonly kind: 'text'; readonly at: Point; readonly text: string }
  );

/** Half the side of a handle, CSS pixels. */
export const HANDLE = 4;

export class MarkLayer {
  readonly element = svg('g', { class: 'tool-marks' });

  draw(marks: readonly Mark[], camera: Camera): void {
    this.element.replaceChildren(...marks.flatMap((mark) => nodes(mark, camera)));
  }
}

function nodes(mark: Mark, camera: Camera): SVGElement[] {
  if (mark.kind === 'text') {
    const [x, y] = toScreen(camera, mark.at);
    const text = svg('text', { x: x + 4, y: y - 5, class: 'tool-text' });
    text.style.fill = mark.color;
    text.textContent = mark.text;
    return [text];
  }
  const d = pathOf(mark, camera);
  const shadow = svg('path', { d, class: `tool-shadow${mark.faint ? ' faint' : ''}` });
  const line = svg('path', {
    d,
    class: ['tool-line', mark.faint ? 'faint' : '', mark.dashed ? 'dashed' : ''].join(' ').trim(),
  });
  line.style.stroke = mark.color;
  if (mark.filled) {
    line.style.fill = mark.color;
    line.style.fillOpacity = '0.15';
  }
  return [shadow, line];
}

function pathOf(mark: Exclude<Mark, { kind: 'text' }>, camera: Camera): string {
  const at = (point: Point): string =>
    toScreen(camera, point)
      .map((value) => value.toFixed(1))
      .join(' ');
  switch (mark.kind) {
    case 'circle': {
      const [x, y] = toScreen(camera, mark.center);
      const r = mark.radius / camera.scale;
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
    }
    case 'line':
      return `M${mark.points.map(at).join('L')}${mark.closed ? 'Z' : ''}`;
    case 'edges':
      return mark.edges.map(([a, b]) => `M${at(a)}L${at(b)}`).join('');
    case 'handle': {
      const [x, y] = toScreen(camera, mark.at);
      return `M${x - HANDLE} ${y - HANDLE}h${2 * HANDLE}v${2 * HANDLE}h${-2 * HANDLE}Z`;
    }
  }
}
