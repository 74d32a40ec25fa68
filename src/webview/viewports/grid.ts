/** The panes of the layout: one plane, or axial large with the two others beside it. */
import { element } from '../dom';
import { PLANES, type Plane } from '../state/view-state';
import type { Viewer } from '../viewer';
import { type MakeViewport, Pane } from './pane';

/**
 * Makes the panes and keeps them in step with the layout.
 * @param rendered Called whenever a pane has been painted.
 */
export function paneGrid(viewer: Viewer, makeViewport: MakeViewport, rendered: (plane: Plane) => void): HTMLElement {
  const grid = element('div', { class: 'grid' });
  for (const plane of PLANES) {
    const pane = new Pane(plane, viewer, makeViewport, () => rendered(plane));
    pane.element.addEventListener('focus', () => viewer.store.set({ active: plane }));
    viewer.panes.set(plane, pane);
    grid.append(pane.element);
  }
  const arrange = (): void => {
    const { layout, stage } = viewer.store.get();
    // A first slice has no other planes yet: it shows where it can.
    const shown = layout !== 'all' && stage.name !== 'ready' ? (viewer.scan?.native ?? 'axial') : layout;
    grid.dataset.layout = shown;
    for (const [plane, pane] of viewer.panes) pane.element.hidden = shown !== 'all' && shown !== plane;
  };
  viewer.store.watch((state) => state.layout, arrange);
  viewer.store.watch((state) => state.stage.name, arrange);
  let before = viewer.store.get();
  viewer.store.watch(
    (state) => state,
    (state) => {
      // Progress alone changes nothing in the panes.
      const quiet = { ...state, stage: before.stage };
      const changed = (Object.keys(quiet) as (keyof typeof quiet)[]).some((key) => quiet[key] !== before[key]);
      before = state;
      if (changed) viewer.redraw();
    },
  );
  return grid;
}
