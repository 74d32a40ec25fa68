import type { Viewer } from '../viewer';
import type { Drag, PanePointer, Tool } from './tool';

/** The plain pointer: puts the crosshair where it presses, and takes it along. */
export class NavigateTool implements Tool {
  readonly cursor = 'crosshair';

  constructor(private readonly viewer: Viewer) {}

  press(pointer: PanePointer): Drag {
    const before = this.viewer.store.get().slices;
    this.viewer.lookAt(pointer.plane, pointer.point);
    return {
      move: (at) => this.viewer.lookAt(at.plane, at.point),
      end: () => undefined,
      cancel: () => this.viewer.store.set({ slices: before }),
    };
  }
}
