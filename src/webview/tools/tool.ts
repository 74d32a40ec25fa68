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
  /** Places since the last event (plane mm), where the pointer moved faster than the screen; the last is `point`. */
  readonly path: readonly Point[];
  /** True while the key is held that makes tools do the opposite: Ctrl, Cmd or Alt. */
  readonly opposite: boolean;
  readonly event: PointerEvent;
}

/** What goes on between pressing and releasing a button. */
export interface Drag {
  move(pointer: PanePointer): void;
  end(pointer: PanePointer): void;
  /** The pointer was taken away (Escape, the system): what has been begun is undone. */
  cancel(): void;
}

/** Keys that a tool can take while it is active. */
export type ToolKey = 'Enter' | 'Escape' | 'Backspace' | 'Delete';

export interface Tool {
  /** CSS cursor over the pane. */
  readonly cursor: string;
  /** The button was pressed; without a drag the press was all. */
  press(pointer: PanePointer): Drag | undefined;
  /** The pointer is here with no button pressed, or something that the cursor shows has changed; undefined: it has left. */
  hover?(pointer: PanePointer | undefined): void;
  /** Returns true if the tool has taken the key. */
  key?(key: ToolKey): boolean;
  /** Another tool was chosen: what has been begun is dropped. */
  leave?(): void;
}
