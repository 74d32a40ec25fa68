import type { Label } from '../../core/annotation/subtype';
import { subtypeOf } from '../../core/annotation/subtype';
import { type Brush, brushSpans, stroke } from '../../core/edit/brush';
import type { Vec3 } from '../../core/volume';
import { t } from '../l10n';
import { outlineSegments } from '../overlays/outline';
import type { Mark } from '../overlays/tool-marks';
import { pixelsOf } from '../scan/label-image';
import type { Scan } from '../scan/scan';
import type { Point } from '../viewports/camera';
import { type Editing, editPlane } from './editing';
import type { Drag, PanePointer, Tool } from './tool';

/** From this size of a pixel on screen (CSS pixels) the cursor shows which voxels it covers. */
const COARSE = 4;

/** Paints the active subtype, or erases; with the modifier held, the opposite. */
export class BrushTool implements Tool {
  readonly cursor = 'none';

  constructor(
    private readonly editing: Editing,
    private readonly erases: boolean,
  ) {}

  press(pointer: PanePointer): Drag | undefined {
    const { editing } = this;
    const { scan } = editing;
    const label = this.label(pointer);
    const open = scan && editing.permits(label) ? editing.edits.begin() : undefined;
    if (!scan || !open) return undefined;
    let last: { readonly slice: number; readonly index: Vec3 } | undefined;
    const paint = (at: PanePointer): void => {
      const options = editing.options(scan, label);
      const slice = editing.viewer.store.get().slices[at.plane];
      for (const point of at.path) {
        const index = editing.indexAt(scan, at.plane, point);
        // Where another slice was scrolled to, the stroke starts anew.
        const from = last?.slice === slice ? last.index : index;
        open.paint(stroke(scan.grid, scan.labels, this.brush(scan, at), from, index, options));
        last = { slice, index };
      }
      this.hover(at);
    };
    paint(pointer);
    const subtype = subtypeOf(label);
    return {
      move: paint,
      end: () => open.end(subtype ? t('Brush {0}', subtype) : t('Erase')),
      cancel: () => open.cancel(),
    };
  }

  hover(pointer: PanePointer | undefined): void {
    const { editing } = this;
    const { viewer, scan } = editing;
    for (const plane of viewer.panes.keys()) if (plane !== pointer?.plane) viewer.setMarks(plane, []);
    if (!pointer || !scan) return;
    const { radius } = viewer.store.get().toolOptions;
    const label = this.label(pointer);
    const color = editing.color(label);
    const dashed = label === 0;
    const marks: Mark[] = [{ kind: 'circle', center: pointer.point, radius, color, dashed }];
    const edges = this.coveredEdges(scan, pointer);
    if (edges.length > 0) marks.push({ kind: 'edges', edges, color, faint: true });
    viewer.setMarks(pointer.plane, marks);
    editing.under(pointer.plane, pointer.point);
  }

  leave(): void {
    this.hover(undefined);
  }

  private label(pointer: PanePointer): Label {
    const paints = pointer.opposite ? this.erases : !this.erases;
    return paints ? this.editing.viewer.store.get().activeLabel : 0;
  }

  private brush(scan: Scan, { plane }: PanePointer): Brush {
    const { shape, radius } = this.editing.viewer.store.get().toolOptions;
    return { shape, radius, plane: editPlane(scan.planes[plane]) };
  }

  /** Where pixels are large on screen, the edges of those that a click would paint. */
  private coveredEdges(scan: Scan, pointer: PanePointer): readonly (readonly [Point, Point])[] {
    const { viewer } = this.editing;
    const view = scan.planes[pointer.plane];
    const scale = viewer.camera(pointer.plane)?.scale ?? 1;
    if (Math.max(...view.spacing) / scale < COARSE) return [];
    const slice = viewer.store.get().slices[pointer.plane];
    const at = this.editing.indexAt(scan, pointer.plane, pointer.point);
    const rows = new Map<string, readonly [number, number][]>();
    let box: { i0: number; i1: number; j0: number; j1: number; k0: number; k1: number } | undefined;
    brushSpans(scan.grid, this.brush(scan, pointer), at, at, (k, j, first, last) => {
      const key = `${k},${j}`;
      rows.set(key, [...(rows.get(key) ?? []), [first, last]]);
      box = {
        i0: Math.min(box?.i0 ?? first, first),
        i1: Math.max(box?.i1 ?? last, last),
        j0: Math.min(box?.j0 ?? j, j),
        j1: Math.max(box?.j1 ?? j, j),
        k0: Math.min(box?.k0 ?? k, k),
        k1: Math.max(box?.k1 ?? k, k),
      };
    });
    const rect = box && pixelsOf(view.mapping, box, slice);
    if (!rect) return [];
    const [width, height] = [rect.x1 - rect.x0 + 1, rect.y1 - rect.y0 + 1];
    const covered = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [i, j, k] = view.mapping.toIndex(rect.x0 + x, rect.y0 + y, slice).map(Math.round) as [
          number,
          number,
          number,
        ];
        if (rows.get(`${k},${j}`)?.some(([first, last]) => i >= first && i <= last)) covered[y * width + x] = 1;
      }
    }
    const [du, dv] = view.spacing;
    const corner = (x: number, y: number): Point => [(rect.x0 + x - 0.5) * du, (rect.y0 + y - 0.5) * dv];
    const segments = outlineSegments(covered, width, height).get(1) ?? [];
    return segments.map(([x1, y1, x2, y2]) => [corner(x1, y1), corner(x2, y2)] as const);
  }
}
