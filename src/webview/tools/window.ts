import { t } from '../l10n';
import type { Viewer } from '../viewer';
import type { Drag, PanePointer, Tool } from './tool';

/** Change a pixel of drag makes, as a part of the window's width at the start (at least 1 HU a pixel for wide windows). */
const PER_PIXEL = 1 / 250;

/** A press of the right button that moves less is a click, CSS pixels: hands are not still. */
const CLICK = 3;

/** Right button: a drag sideways changes the window's width, up and down its center; a click opens a menu. */
export class WindowTool implements Tool {
  readonly cursor = 'default';

  /** @param clicked The button was pressed and released without a drag. */
  constructor(
    private readonly viewer: Viewer,
    private readonly clicked: (pointer: PanePointer) => void = () => undefined,
  ) {}

  press(pointer: PanePointer): Drag {
    const before = this.viewer.store.get().window;
    const step = Math.max(before.width, this.viewer.smallestWindow * 20) * PER_PIXEL;
    let dragged = false;
    return {
      move: (at) => {
        const [dx, dy] = [at.screen[0] - pointer.screen[0], at.screen[1] - pointer.screen[1]];
        // A press without a drag leaves the preset and its name alone.
        dragged ||= Math.hypot(dx, dy) > CLICK;
        if (!dragged) return;
        this.viewer.setWindow({
          name: t('Custom'),
          center: this.viewer.roundValue(before.center + dy * step),
          width: Math.max(this.viewer.smallestWindow, this.viewer.roundValue(before.width + dx * step)),
        });
      },
      end: (at) => {
        if (!dragged) this.clicked(at);
      },
      cancel: () => this.viewer.store.set({ window: before }),
    };
  }
}
