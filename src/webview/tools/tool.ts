/** What a pointer does in a pane: one small class a tool. */

import type { Plane } from '../state/view-state';
import type { Point } from '../viewports/camera';

/** A pointer in a pane. */
export interface PanePointer {
  readonly plane: Plane;
  /** CSS pixels from the pane's top left corner. */
  readonly screen: Point;
  /** Plane mm. */
  readonly point: Point;
  readonly event: PointerEvent;
}

/** What goes on between pressing and releasing a button. */
export interface Drag {
  move(pointer: PanePointer): void;
  end(pointer: PanePointer): void;
  /** The pointer was taken away (Escape, the system): what has been begun is undone. */
  cancel(): void;
}

export interface Tool {
  /** CSS cursor over the pane. */
  readonly cursor: string;
  /** The button was pressed; without a drag the press was all. */
  press(pointer: PanePointer): Drag | undefined;
}
