import { t } from '../l10n';
import type { Viewer } from '../viewer';
import type { Drag, PanePointer, Tool } from './tool';

/** Change a pixel of drag makes, as a part of the window's width at the start (at least 1 HU a pixel for wide windows). */
const PER_PIXEL = 1 / 250;

/** Right button: sideways changes the window's width, up and down its center. */
export class WindowTool implements Tool {
  readonly cursor = 'default';

  constructor(private readonly viewer: Viewer) {}

  press(pointer: PanePointer): Drag {
    const before = this.viewer.store.get().window;
    const step = Math.max(before.width, this.viewer.smallestWindow * 20) * PER_PIXEL;
    return {
      move: (at) => {
        const [dx, dy] = [at.screen[0] - pointer.screen[0], at.screen[1] - pointer.screen[1]];
        // A press without a drag leaves the preset and its name alone.
        if (dx === 0 && dy === 0) return;
        this.viewer.setWindow({
          name: t('Custom'),
          center: this.viewer.roundValue(before.center + dy * step),
          width: Math.max(this.viewer.smallestWindow, this.viewer.roundValue(before.width + dx * step)),
        });
      },
      end: () => undefined,
      cancel: () => this.viewer.store.set({ window: before }),
    };
  }
}
