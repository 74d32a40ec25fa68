import type { Box } from '../../core/annotation/annotation';
import { SUBTYPES, type Subtype, subtypeOf } from '../../core/annotation/subtype';
import type { FieldChange } from '../../core/document/edit';
import { boxesOfSlice } from '../../core/edit/boxes';
import { sliceFields } from '../edit/fields';
import { t } from '../l10n';
import { boxCorners } from '../overlays/boxes';
import type { Mark } from '../overlays/tool-marks';
import type { PlaneView } from '../scan/planes';
import type { Scan } from '../scan/scan';
import type { Editing } from './editing';
import type { Drag, PanePointer, Tool, ToolKey } from './tool';

/** CSS pixels at which the pointer takes a box's edge or corner. */
const REACH = 6;

/** A box of the shown slice: which it is, and which of its edges move. */
interface Grip {
  readonly subtype: Subtype;
  readonly n: number;
  /** -1, 0 or 1 along columns and rows: low edge, none, high edge. */
  readonly edge: readonly [number, number];
}

/** Draws boxes on the volume's own slices; moves, resizes and deletes those that are there. */
export class BoxTool implements Tool {
  readonly cursor = 'crosshair';
  private selected: { readonly subtype: Subtype; readonly n: number; readonly k: number } | undefined;

  constructor(private readonly editing: Editing) {}

  press(pointer: PanePointer): Drag | undefined {
    const { editing } = this;
    const { scan, viewer } = editing;
    if (!scan) return undefined;
    if (!scan.planes[pointer.plane].native) {
      viewer.warn(t('Boxes are drawn on the slices as they were scanned.'));
      return undefined;
    }
    const grip = this.gripAt(scan, pointer);
    const subtype = grip?.subtype ?? subtypeOf(viewer.store.get().activeLabel) ?? 'IPH';
    if (!editing.permits(SUBTYPES.indexOf(subtype) + 1)) return undefined;
    return grip ? this.change(scan, pointer, grip) : this.draw(scan, pointer, subtype);
  }

  hover(pointer: PanePointer | undefined): void {
    const { editing } = this;
    const { scan, viewer } = editing;
    for (const plane of viewer.panes.keys()) if (plane !== pointer?.plane) viewer.setMarks(plane, []);
    if (!scan || !pointer) return;
    const grip = scan.planes[pointer.plane].native ? this.gripAt(scan, pointer) : undefined;
    const selected = this.selected?.k === this.slice(scan) ? this.selected : undefined;
    const shown = grip ?? selected;
    const box = shown && this.boxes(scan, shown.subtype)[shown.n];
    const view = scan.planes[pointer.plane];
    viewer.panes.get(pointer.plane)?.element.style.setProperty('--cursor', cursorOf(grip));
    viewer.setMarks(pointer.plane, shown && box ? handles(view, this.slice(scan), box, this.color(shown.subtype)) : []);
  }

  key(key: ToolKey): boolean {
    const { selected, editing } = this;
    const { scan } = editing;
    if (key === 'Escape' && selected) {
      this.selected = undefined;
      return true;
    }
    if ((key !== 'Delete' && key !== 'Backspace') || !selected || !scan || selected.k !== this.slice(scan))
      return false;
    const boxes = this.boxes(scan, selected.subtype);
    const after = boxes.filter((_, n) => n !== selected.n);
    if (after.length < boxes.length && editing.permits(SUBTYPES.indexOf(selected.subtype) + 1)) {
      this.commit(scan, t('Delete Box of {0}', selected.subtype), selected.subtype, after);
    }
    this.selected = undefined;
    return true;
  }

  leave(): void {
    this.selected = undefined;
    this.hover(undefined);
  }

  /** Puts boxes around the parts that the active subtype has on the shown slice, in the place of those that are there. */
  fromMask(): void {
    const { editing } = this;
    const { scan, viewer } = editing;
    const { activeLabel } = viewer.store.get();
    const subtype = subtypeOf(activeLabel);
    if (!scan || !subtype || !editing.permits(activeLabel)) return;
    const boxes = boxesOfSlice(scan.grid, scan.labels, this.slice(scan), activeLabel, 'part');
    if (boxes.length === 0) viewer.warn(t('{0} has no mask on this slice.', subtype));
    else this.commit(scan, t('Boxes of {0} From Mask', subtype), subtype, boxes);
  }

  private draw(scan: Scan, pointer: PanePointer, subtype: Subtype): Drag {
    const { viewer } = this.editing;
    const start = this.corner(scan, pointer);
    let box: Box | undefined;
    return {
      move: (at) => {
        box = boxBetween(start, this.corner(scan, at), scan);
        this.show(scan, at, box, subtype);
      },
      end: () => {
        viewer.setMarks(pointer.plane, []);
        if (!box || (box[2] < 2 && box[3] < 2)) return;
        const boxes = [...this.boxes(scan, subtype), box];
        this.commit(scan, t('Draw Box of {0}', subtype), subtype, boxes);
        this.selected = { subtype, n: boxes.length - 1, k: this.slice(scan) };
      },
      cancel: () => viewer.setMarks(pointer.plane, []),
    };
  }

  private change(scan: Scan, pointer: PanePointer, { subtype, n, edge }: Grip): Drag | undefined {
    const { viewer } = this.editing;
    const before = this.boxes(scan, subtype);
    const old = before[n];
    if (!old) return undefined;
    this.selected = { subtype, n, k: this.slice(scan) };
    const start = this.corner(scan, pointer);
    let box = old;
    this.show(scan, pointer, box, subtype);
    return {
      move: (at) => {
        const [i, j] = this.corner(scan, at);
        box = movedBox(old, edge, [Math.round(i - start[0]), Math.round(j - start[1])], scan);
        this.show(scan, at, box, subtype);
      },
      end: () => {
        const moved = edge[0] === 0 && edge[1] === 0;
        if (box.join() === old.join()) return;
        const boxes = before.map((one, at) => (at === n ? box : one));
        this.commit(scan, moved ? t('Move Box of {0}', subtype) : t('Resize Box of {0}', subtype), subtype, boxes);
      },
      cancel: () => viewer.setMarks(pointer.plane, []),
    };
  }

  private commit(scan: Scan, label: string, subtype: Subtype, after: readonly Box[]): void {
    const slice = this.slice(scan);
    const change: FieldChange = { field: 'boxes', slice, subtype, before: this.boxes(scan, subtype), after };
    this.editing.edits.commit(label, [], [change]);
  }

  private show(scan: Scan, { plane }: PanePointer, box: Box, subtype: Subtype): void {
    const view = scan.planes[plane];
    this.editing.viewer.setMarks(plane, handles(view, this.slice(scan), box, this.color(subtype)));
  }

  /** The box, and the part of it, that the pointer can take: the nearest edge, else the inside of the smallest. */
  private gripAt(scan: Scan, pointer: PanePointer): Grip | undefined {
    const reach = REACH * (this.editing.viewer.camera(pointer.plane)?.scale ?? 1);
    const [ri, rj] = [reach / scan.grid.dx, reach / scan.grid.dy];
    const [i, j] = this.corner(scan, pointer);
    let best: { grip: Grip; size: number } | undefined;
    for (const subtype of SUBTYPES) {
      for (const [n, [i0, j0, ni, nj]] of this.boxes(scan, subtype).entries()) {
        if (i < i0 - ri || i > i0 + ni + ri || j < j0 - rj || j > j0 + nj + rj) continue;
        const edge = [edgeAt(i, i0, ni, ri), edgeAt(j, j0, nj, rj)] as const;
        const onEdge = edge[0] !== 0 || edge[1] !== 0;
        const size = onEdge ? 0 : ni * nj;
        if (!best || size < best.size) best = { grip: { subtype, n, edge }, size };
      }
    }
    return best?.grip;
  }

  private boxes(scan: Scan, subtype: Subtype): readonly Box[] {
    return sliceFields(this.editing.viewer.store.get().fields, this.slice(scan)).boxes[subtype];
  }

  private color(subtype: Subtype): string {
    return this.editing.color(SUBTYPES.indexOf(subtype) + 1);
  }

  /** Slice k that the native plane shows. */
  private slice(scan: Scan): number {
    return Math.round(this.editing.indexAt(scan, scan.native, [0, 0])[2]);
  }

  /** The pointer in voxels from the corner of the first one: voxel i reaches from i to i + 1. */
  private corner(scan: Scan, { plane, point }: PanePointer): readonly [number, number] {
    const [i, j] = this.editing.indexAt(scan, plane, point);
    return [i + 0.5, j + 0.5];
  }
}

function edgeAt(value: number, start: number, count: number, reach: number): number {
  const [low, high] = [Math.abs(value - start), Math.abs(value - start - count)];
  if (Math.min(low, high) > reach) return 0;
  return low < high ? -1 : 1;
}

function cursorOf(grip: Grip | undefined): string {
  if (!grip) return 'crosshair';
  const [i, j] = grip.edge;
  if (i === 0 && j === 0) return 'move';
  if (i === 0) return 'ns-resize';
  if (j === 0) return 'ew-resize';
  return i === j ? 'nwse-resize' : 'nesw-resize';
}

/** All voxels that lie between two places, the ones under them included; within the scan. */
function boxBetween(a: readonly [number, number], b: readonly [number, number], { grid }: Scan): Box {
  const span = (p: number, q: number, count: number): readonly [number, number] => {
    const clip = (value: number): number => Math.max(0, Math.min(count - 1, Math.floor(value)));
    const [low, high] = [clip(Math.min(p, q)), clip(Math.max(p, q))];
    return [low, high - low + 1];
  };
  const [i, ni] = span(a[0], b[0], grid.width);
  const [j, nj] = span(a[1], b[1], grid.height);
  return [i, j, ni, nj];
}

/** A box moved by whole voxels, or with the edges that are held moved; within the scan, at least one voxel each way. */
function movedBox([i, j, ni, nj]: Box, edge: Grip['edge'], by: readonly [number, number], { grid }: Scan): Box {
  const along = (start: number, count: number, held: number, move: number, size: number): readonly [number, number] => {
    if (edge[0] === 0 && edge[1] === 0) return [Math.max(0, Math.min(size - count, start + move)), count];
    if (held === 0) return [start, count];
    const fixed = held < 0 ? start + count : start;
    const free = Math.max(0, Math.min(size, (held < 0 ? start : start + count) + move));
    const [low, high] = [Math.min(fixed, free), Math.max(fixed, free)];
    return high > low ? [low, high - low] : [Math.min(low, size - 1), 1];
  };
  const [i0, n0] = along(i, ni, edge[0], by[0], grid.width);
  const [j0, n1] = along(j, nj, edge[1], by[1], grid.height);
  return [i0, j0, n0, n1];
}

function handles(view: PlaneView, k: number, box: Box, color: string): Mark[] {
  const points = boxCorners(view, k, box);
  return [
    { kind: 'line', points, closed: true, color },
    ...points.map((at) => ({ kind: 'handle', at, color, filled: true }) as const),
  ];
}
