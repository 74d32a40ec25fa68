/** Connects panes and keys with the tools. */
import type { Viewer } from '../viewer';
import type { Pane } from '../viewports/pane';
import { cancelDrag, dispatchPointers, watchDragKeys } from './dispatch';
import { ModifierKeys } from './modifiers';
import { PanTool } from './pan';
import { probeText } from './probe';
import type { PanePointer, ToolKey } from './tool';
import type { ToolBox } from './tool-box';
import { WindowTool } from './window';

const KEYS: readonly ToolKey[] = ['Enter', 'Escape', 'Backspace', 'Delete'];

/**
 * @param hovered The pointer is over a pane, or has left it (undefined).
 * @param clicked The right button was clicked.
 */
export function connectTools(
  viewer: Viewer,
  box: ToolBox,
  hovered: (pane: Pane, pointer: PanePointer | undefined) => void,
  clicked: (pointer: PanePointer) => void,
): void {
  const { store } = viewer;
  const tools = { main: box.tools, pan: new PanTool(viewer), window: new WindowTool(viewer, clicked) };
  /** The pointer over any of the panes. */
  let last: PanePointer | undefined;
  watchDragKeys();
  for (const pane of viewer.panes.values()) {
    let under: PanePointer | undefined;
    const show = (): void => {
      pane.showUnderPointer(probeText(viewer, under));
      hovered(pane, under);
    };
    const hover = (pointer: PanePointer | undefined): void => {
      under = pointer;
      if (pointer || last?.plane === pane.plane) last = pointer;
      if (!pointer) viewer.tools.set({ under: undefined });
      show();
    };
    dispatchPointers(pane, viewer, tools, { hover });
    // The wheel changes what lies under a pointer that rests.
    store.watch((state) => state.slices[pane.plane], show);
  }
  store.watch(
    (state) => state.tool,
    (tool) => {
      const cursor = tools.main.get(tool)?.cursor ?? 'crosshair';
      for (const pane of viewer.panes.values()) pane.element.style.setProperty('--cursor', cursor);
    },
  );
  // What the cursor shows follows the keys while the pointer rests.
  const again = (): void => box.active?.hover?.(last);
  for (const part of ['tool', 'toolOptions', 'activeLabel', 'slices', 'fields', 'settings'] as const) {
    store.watch((state) => state[part], again);
  }
  ModifierKeys.watch((opposite) => {
    if (!last || last.opposite === opposite) return;
    last = { ...last, opposite };
    again();
  });
}

/** Gives a key to the drag that goes on, or to the active tool. Returns whether it was taken. */
export function toolKey(box: ToolBox, { key }: KeyboardEvent): boolean {
  if (key === 'Escape' && cancelDrag()) return true;
  const known = KEYS.find((one) => one === key);
  return known !== undefined && box.key(known);
}
