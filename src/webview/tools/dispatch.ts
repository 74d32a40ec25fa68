/** Pointers and wheels over a pane, to the tool that they belong to. */
import type { ToolName } from '../state/view-state';
import type { Viewer } from '../viewer';
import { type Point, toPlane } from '../viewports/camera';
import type { Pane } from '../viewports/pane';
import { ModifierKeys } from './modifiers';
import type { Drag, PanePointer, Tool } from './tool';
import { WheelNotches } from './wheel';

export interface Tools {
  /** By the main button. */
  readonly main: ReadonlyMap<ToolName, Tool>;
  readonly pan: Tool;
  readonly window: Tool;
}

export interface PointerWatch {
  /** The pointer is here, or has left (undefined). */
  hover(pointer: PanePointer | undefined): void;
}

/** Zoom by a notch of the wheel, and by a pixel of a pinch. */
const ZOOM_NOTCH = 1.2;
const ZOOM_PIXEL = 0.01;

/** True while Space is held: the main button pans. */
let spaceHeld = false;
let running: { drag: Drag; pointer: number; element: HTMLElement } | undefined;

/** Watches the key that belongs to pointers: Space to pan. Once per page. */
export function watchDragKeys(): void {
  const set = (held: boolean): void => {
    spaceHeld = held;
    document.body.classList.toggle('panning', held);
  };
  window.addEventListener('keydown', (event) => {
    const onPane = event.target instanceof Element && event.target.closest('.pane') !== null;
    if (event.code === 'Space' && (onPane || event.target === document.body)) {
      set(true);
      event.preventDefault();
    }
  });
  window.addEventListener('keyup', (event) => {
    if (event.code === 'Space') set(false);
  });
  window.addEventListener('blur', () => set(false));
}

/** Takes back the drag that goes on. Returns whether there was one. */
export function cancelDrag(): boolean {
  if (!running) return false;
  const { drag, pointer, element } = running;
  running = undefined;
  drag.cancel();
  element.releasePointerCapture(pointer);
  return true;
}

/** Connects a pane with the tools. */
export function dispatchPointers(pane: Pane, viewer: Viewer, tools: Tools, watch: PointerWatch): void {
  const { element, plane } = pane;
  const notches = new WheelNotches();

  const pointerAt = (event: PointerEvent): PanePointer | undefined => {
    const { camera } = pane;
    if (!camera) return undefined;
    const box = element.getBoundingClientRect();
    const place = ({ clientX, clientY }: PointerEvent): Point => [
      clientX - box.left - element.clientLeft,
      clientY - box.top - element.clientTop,
    ];
    const screen = place(event);
    const point = toPlane(camera, screen);
    // Synthetic events have no others behind them.
    const between = event.type === 'pointermove' ? event.getCoalescedEvents() : [];
    const path = [...between.slice(0, -1).map((one) => toPlane(camera, place(one))), point];
    return { plane, screen, point, path, opposite: ModifierKeys.inverts(event), event };
  };
  const activeTool = (): Tool | undefined => tools.main.get(viewer.store.get().tool);
  const toolFor = (button: number): Tool | undefined => {
    if (button === 1 || (button === 0 && spaceHeld)) return tools.pan;
    if (button === 2) return tools.window;
    return button === 0 ? activeTool() : undefined;
  };

  element.addEventListener('pointerdown', (event) => {
    const pointer = pointerAt(event);
    const tool = toolFor(event.button);
    if (!pointer || !tool || running) return;
    if (event.target instanceof Element && event.target.closest('.ruler-end') && viewer.store.get().tool !== 'ruler') {
      // Ends of rulers can be taken with any tool.
      const drag = event.button === 0 && !spaceHeld ? tools.main.get('ruler')?.press(pointer) : undefined;
      if (drag) {
        begin(event, drag);
        return;
      }
    }
    viewer.store.set({ active: plane });
    const drag = tool.press(pointer);
    if (drag) begin(event, drag);
  });
  const begin = (event: PointerEvent, drag: Drag): void => {
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    running = { drag, pointer: event.pointerId, element };
    event.preventDefault();
  };
  element.addEventListener('pointermove', (event) => {
    const pointer = pointerAt(event);
    watch.hover(pointer);
    if (running) {
      if (pointer && running.element === element && running.pointer === event.pointerId) running.drag.move(pointer);
    } else activeTool()?.hover?.(pointer);
  });
  element.addEventListener('pointerup', (event) => {
    const pointer = pointerAt(event);
    if (!pointer || running?.element !== element || running.pointer !== event.pointerId) return;
    const { drag } = running;
    running = undefined;
    drag.end(pointer);
  });
  element.addEventListener('lostpointercapture', (event) => {
    if (running?.element !== element || running.pointer !== event.pointerId) return;
    const { drag } = running;
    running = undefined;
    drag.cancel();
  });
  element.addEventListener('pointerleave', () => {
    watch.hover(undefined);
    if (!running) activeTool()?.hover?.(undefined);
  });
  element.addEventListener('contextmenu', (event) => event.preventDefault());
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) {
        const box = element.getBoundingClientRect();
        const anchor: Point = [event.clientX - box.left, event.clientY - box.top];
        const notch = Math.abs(event.deltaY) >= 50;
        const factor = notch ? ZOOM_NOTCH ** -Math.sign(event.deltaY) : Math.exp(-event.deltaY * ZOOM_PIXEL);
        viewer.zoom(factor, plane, anchor);
        return;
      }
      if (event.shiftKey) {
        // Some systems turn the wheel sideways while Shift is held.
        const delta = event.deltaY || event.deltaX;
        const { tool } = viewer.store.get();
        if ((tool === 'brush' || tool === 'eraser') && delta !== 0) viewer.resizeBrush(delta < 0 ? 1 : -1);
        return;
      }
      // Away from the user is towards the head, as the Up key.
      const steps = notches.take(event as WheelEvent & { wheelDeltaY?: number });
      if (steps !== 0) viewer.step(-steps, plane);
    },
    { passive: false },
  );
}
