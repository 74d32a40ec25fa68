import type { Viewer } from '../viewer';
import type { Drag, PanePointer, Tool } from './tool';

/** Moves the plane under the pointer: middle button, or the main one with Space held. */
export class PanTool implements Tool {
  readonly cursor = 'grab';

  constructor(private readonly viewer: Viewer) {}

  press(pointer: PanePointer): Drag {
    const before = this.viewer.store.get().parts;
    let last = pointer.screen;
    return {
      move: (at) => {
        this.viewer.pan(at.plane, [at.screen[0] - last[0], at.screen[1] - last[1]]);
        last = at.screen;
      },
      end: () => undefined,
      cancel: () => this.viewer.store.set({ parts: before }),
    };
  }
}
