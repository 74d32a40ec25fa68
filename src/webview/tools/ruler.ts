import type { Ruler } from '../state/view-state';
import type { Viewer } from '../viewer';
import type { Drag, PanePointer, Tool } from './tool';

/** Rulers shorter than this on screen (CSS pixels) are a click, not a measurement. */
const SHORTEST = 4;
/** Distance (CSS pixels) at which the pointer takes a ruler's end. */
const REACH = 8;

/** Draws rulers, and moves the ends of those that are there. */
export class RulerTool implements Tool {
  readonly cursor = 'crosshair';

  constructor(private readonly viewer: Viewer) {}

  press(pointer: PanePointer): Drag {
    const { store } = this.viewer;
    const before = store.get().rulers;
    const grabbed = this.grab(pointer);
    const id = grabbed?.ruler.id ?? Math.max(0, ...before.map((ruler) => ruler.id)) + 1;
    const fixed = grabbed ? grabbed.ruler.ends[grabbed.end === 0 ? 1 : 0] : pointer.point;
    const slice = store.get().slices[pointer.plane];
    const others = before.filter((ruler) => ruler.id !== id);
    const place = (at: PanePointer): void => {
      const ruler: Ruler = { id, plane: pointer.plane, slice, ends: [fixed, at.point] };
      store.set({ rulers: [...others, ruler], selectedRuler: id });
    };
    return {
      move: place,
      end: (at) => {
        const [dx, dy] = [at.screen[0] - pointer.screen[0], at.screen[1] - pointer.screen[1]];
        if (!grabbed && Math.hypot(dx, dy) < SHORTEST) store.set({ rulers: before, selectedRuler: undefined });
        else this.viewer.announceRuler(id);
      },
      cancel: () => store.set({ rulers: before }),
    };
  }

  /** The end of a ruler on the shown slice within reach of the pointer. */
  private grab(pointer: PanePointer): { ruler: Ruler; end: 0 | 1 } | undefined {
    const { rulers, slices } = this.viewer.store.get();
    const scale = this.viewer.camera(pointer.plane)?.scale ?? 1;
    for (const ruler of rulers) {
      if (ruler.plane !== pointer.plane || ruler.slice !== slices[pointer.plane]) continue;
      for (const end of [0, 1] as const) {
        const [u, v] = ruler.ends[end];
        if (Math.hypot(u - pointer.point[0], v - pointer.point[1]) / scale <= REACH) return { ruler, end };
      }
    }
    return undefined;
  }
}
