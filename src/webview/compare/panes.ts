/** What panes need beyond the picture and its mask: the outline of what stayed the same, pointers, figures. */
import { SUBTYPES } from '../../core/annotation/subtype';
import { element, perFrame } from '../dom';
import type { PageMask } from '../edit/page-mask';
import { t } from '../l10n';
import { MaskLayer } from '../overlays/mask';
import { PlaneLabels } from '../scan/label-image';
import { dispatchPointers, watchDragKeys } from '../tools/dispatch';
import { NavigateTool } from '../tools/navigate';
import { PanTool } from '../tools/pan';
import { probeText } from '../tools/probe';
import type { PanePointer } from '../tools/tool';
import { WindowTool } from '../tools/window';
import type { Pane } from '../viewports/pane';
import { masks, versionsOf } from './model';
import type { CompareView } from './view';

/** Outline of voxels that both versions have alike. */
const SAME_COLORS = SUBTYPES.map(() => '#ffffff');

/** Connects the panes of a comparison: pointers move and look, and nothing is edited. */
export function connectPanes(view: CompareView): void {
  const { viewer } = view;
  const tools = {
    main: new Map([['navigate' as const, new NavigateTool(viewer)]]),
    pan: new PanTool(viewer),
    window: new WindowTool(viewer),
  };
  watchDragKeys();
  for (const pane of viewer.panes.values()) {
    let under: PanePointer | undefined;
    const show = (): void =>
      pane.showUnderPointer([labelsUnder(view, under), probeText(viewer, under)].join('\n').trim());
    dispatchPointers(pane, viewer, tools, {
      hover: (pointer) => {
        under = pointer;
        show();
      },
    });
    viewer.store.watch((state) => state.slices[pane.plane], show);
    outlineSame(pane, view);
  }
}

/** "IPH", "none -> IPH": the subtypes of the voxel under the pointer. */
function labelsUnder(view: CompareView, pointer: PanePointer | undefined): string {
  const { scan, store } = view.viewer;
  if (!pointer || !scan) return '';
  const at = { slice: store.get().slices[pointer.plane], point: pointer.point };
  const [i, j, k] = scan.planes[pointer.plane].toIndex(at).map(Math.round) as [number, number, number];
  const state = view.store.get();
  const versions = versionsOf(state);
  const name = (label: number): string => SUBTYPES[label - 1] ?? t('none');
  if (!view.showsChanges || !versions) return SUBTYPES[scan.labels.at(i, j, k) - 1] ?? '';
  const [before, after] = [versions.before, versions.after].map(({ content }) => labelAt(masks(content), i, j, k));
  if (before === after) return SUBTYPES[(after ?? 0) - 1] ?? '';
  return `${name(before ?? 0)} → ${name(after ?? 0)}`;
}

function labelAt(slices: ReturnType<typeof masks>, i: number, j: number, k: number): number {
  const runs = slices.find(({ slice }) => slice === k)?.runs ?? new Uint32Array(0);
  for (let n = 0; n < runs.length; n += 4) {
    const start = runs[n + 2] ?? 0;
    if (runs[n + 1] === j && i >= start && i < start + (runs[n + 3] ?? 0)) return runs[n] ?? 0;
  }
  return 0;
}

/** A thin white line around the voxels that are the same on both sides, while changes are shown in one view. */
function outlineSame(pane: Pane, view: CompareView): void {
  const { viewer } = view;
  const canvas = element('canvas', { class: 'mask same' });
  pane.element.querySelector('.mask')?.after(canvas);
  const layer = new MaskLayer(canvas);
  let shown: PageMask | undefined;
  let labels: PlaneLabels | undefined;
  const draw = perFrame(() => {
    const plane = viewer.scan?.planes[pane.plane];
    const { camera } = pane;
    if (!plane || !camera) return;
    if (view.same !== shown) {
      shown = view.same;
      labels = shown && new PlaneLabels(plane.mapping, shown);
    }
    const { overlay, overlayHeld, slices } = viewer.store.get();
    const visible = overlay !== 'off' && !overlayHeld;
    const image = visible ? labels?.image(Math.min(slices[pane.plane], plane.stack.count - 1)) : undefined;
    layer.draw(image, plane, camera, { colors: SAME_COLORS, mode: 'outline', opacity: 1, lineWidth: 1 });
  });
  viewer.store.watch((state) => state, draw);
  view.store.watch((state) => state, draw);
  new ResizeObserver(draw).observe(pane.element);
}
