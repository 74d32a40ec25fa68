import { svg } from '../dom';
import { type Camera, type Point, toScreen } from '../viewports/camera';

/** CSS pixels around the crossing that stay free, so that the lines never cover what they point at. */
const GAP = 12;

/** Two lines through the point that the planes share. */
export class CrosshairLayer {
  readonly element = svg('g', { class: 'crosshair' });
  private readonly lines = Array.from({ length: 4 }, () => svg('line'));

  constructor() {
    this.element.append(...this.lines);
  }

  /** @param point Plane mm; undefined hides the lines. */
  draw(point: Point | undefined, camera: Camera): void {
    this.element.style.display = point ? '' : 'none';
    if (!point) return;
    const [x, y] = toScreen(camera, point);
    const [width, height] = camera.size;
    const ends = [
      [0, y, x - GAP, y],
      [x + GAP, y, width, y],
      [x, 0, x, y - GAP],
      [x, y + GAP, x, height],
    ];
    this.lines.forEach((line, n) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = ends[n] ?? [];
      const empty = x2 <= x1 && y2 <= y1;
      line.style.display = empty ? 'none' : '';
      line.setAttribute('x1', String(x1));
      line.setAttribute('y1', String(y1));
      line.setAttribute('x2', String(x2));
      line.setAttribute('y2', String(y2));
    });
  }
}
