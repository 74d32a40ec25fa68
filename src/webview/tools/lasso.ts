import type { Label } from '../../core/annotation/subtype';
import { subtypeOf } from '../../core/annotation/subtype';
import { fillOutline } from '../../core/edit/polygon';
import { t } from '../l10n';
import type { Mark } from '../overlays/tool-marks';
import type { Plane } from '../state/view-state';
import type { Point } from '../viewports/camera';
import { type Editing, editPlane } from './editing';
import type { Drag, PanePointer, Tool, ToolKey } from './tool';

/** An outline on one slice, while it is drawn. */
interface Outline {
  readonly plane: Plane;
  readonly slice: number;
  readonly label: Label;
  readonly points: Point[];
}

/** Distance (CSS pixels) at which a click closes a polygon at its first corner. */
const CLOSE = 8;

/** What both lassos share: how an outline looks, and filling it. */
class OutlineTool {
  constructor(protected readonly editing: Editing) {}

  /** An outline that starts at the pointer; undefined if nothing can be edited now. */
  protected begin({ plane, opposite, point }: PanePointer): Outline | undefined {
    const { viewer } = this.editing;
    const { activeLabel, slices } = viewer.store.get();
    const label = opposite ? 0 : activeLabel;
    if (!this.editing.scan || !this.editing.permits(label)) return undefined;
    return { plane, slice: slices[plane], label, points: [point] };
  }

  protected look(label: Label): Pick<Mark, 'color' | 'dashed'> {
    return { color: this.editing.color(label), dashed: label === 0 };
  }

  /** Fills the outline, or cuts it out, as one edit. */
  protected fill({ plane, slice, label, points }: Outline): void {
    const { editing } = this;
    const { scan } = editing;
    if (!scan) return;
    const view = scan.planes[plane];
    const outline = points.map((point) => view.toIndex({ slice, point }));
    const options = editing.options(scan, label);
    const change = fillOutline(scan.grid, scan.labels, editPlane(view), outline, options, 'nonzero');
    const subtype = subtypeOf(label);
    editing.edits.commit(subtype ? t('Lasso {0}', subtype) : t('Lasso Erase'), change);
  }

  /** A small cross where an outline would start; dashed lines would not show in it, so cutting is white. */
  protected hoverMark(pointer: PanePointer | undefined): void {
    const { viewer } = this.editing;
    for (const plane of viewer.panes.keys()) if (plane !== pointer?.plane) viewer.setMarks(plane, []);
    if (!pointer) return;
    const label = pointer.opposite ? 0 : viewer.store.get().activeLabel;
    const arm = 5 * (viewer.camera(pointer.plane)?.scale ?? 1);
    const [u, v] = pointer.point;
    viewer.setMarks(pointer.plane, [
      {
        kind: 'edges',
        color: this.editing.color(label),
        edges: [
          [
            [u - arm, v],
            [u + arm, v],
          ],
          [
            [u, v - arm],
            [u, v + arm],
          ],
        ],
      },
    ]);
    this.editing.under(pointer.plane, pointer.point);
  }
}

/** Freehand: what the pointer goes around is filled, or erased with the modifier held. */
export class LassoTool extends OutlineTool implements Tool {
  readonly cursor = 'crosshair';

  press(pointer: PanePointer): Drag | undefined {
    const outline = this.begin(pointer);
    if (!outline) return undefined;
    const { viewer } = this.editing;
    const { plane, points, label } = outline;
    const draw = (): void =>
      viewer.setMarks(plane, [{ kind: 'line', points, closed: true, filled: true, ...this.look(label) }]);
    return {
      move: (at) => {
        points.push(...at.path);
        draw();
      },
      end: () => {
        viewer.setMarks(plane, []);
        this.fill(outline);
      },
      cancel: () => viewer.setMarks(plane, []),
    };
  }

  hover(pointer: PanePointer | undefined): void {
    this.hoverMark(pointer);
  }

  leave(): void {
    this.hoverMark(undefined);
  }
}

/** Corner by corner; a double click, Enter, or a click on the first corner closes it. */
export class PolygonTool extends OutlineTool implements Tool {
  readonly cursor = 'crosshair';
  private outline: Outline | undefined;

  press(pointer: PanePointer): Drag | undefined {
    const { viewer } = this.editing;
    const scale = viewer.camera(pointer.plane)?.scale ?? 1;
    const near = ([u, v]: Point): boolean => Math.hypot(u - pointer.point[0], v - pointer.point[1]) / scale <= CLOSE;
    const { outline } = this;
    if (!outline || !this.onShownSlice(outline) || outline.plane !== pointer.plane) {
      this.outline = this.begin(pointer);
    } else {
      const [first] = outline.points;
      const last = outline.points.at(-1);
      const closes = outline.points.length > 2 && ((first && near(first)) || (last && near(last)));
      if (closes) {
        this.close();
        return undefined;
      }
      if (!last || !near(last)) outline.points.push(pointer.point);
    }
    this.hover(pointer);
    return undefined;
  }

  hover(pointer: PanePointer | undefined): void {
    const { outline } = this;
    const { viewer } = this.editing;
    if (!outline) {
      this.hoverMark(pointer);
      return;
    }
    if (!this.onShownSlice(outline)) {
      this.drop();
      return;
    }
    const { plane, points, label } = outline;
    const to = pointer?.plane === plane ? [pointer.point] : [];
    viewer.setMarks(plane, [
      { kind: 'line', points: [...points, ...to], closed: true, filled: true, ...this.look(label) },
      ...points.map((at) => ({ kind: 'handle', at, ...this.look(label), dashed: false }) as const),
    ]);
  }

  key(key: ToolKey): boolean {
    if (!this.outline) return false;
    if (key === 'Enter') this.close();
    else if (key === 'Backspace') {
      this.outline.points.pop();
      if (this.outline.points.length === 0) this.drop();
      else this.hover(undefined);
    } else this.drop();
    return true;
  }

  leave(): void {
    this.drop();
  }

  private onShownSlice({ plane, slice }: Outline): boolean {
    return this.editing.viewer.store.get().slices[plane] === slice;
  }

  private close(): void {
    const { outline } = this;
    this.drop();
    if (outline && outline.points.length > 2) this.fill(outline);
  }

  private drop(): void {
    this.outline = undefined;
    this.hoverMark(undefined);
  }
}
