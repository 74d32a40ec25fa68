/**
 * The view of one scan: its state and everything that can be done with it. Keys, toolbar, pointer
 * tools and the host's commands all come here; panes and panels watch the store.
 */
import { SUBTYPE_NAMES, SUBTYPES } from '../core/annotation/subtype';
import type { Vec3 } from '../core/volume';
import type { Layout, WindowPreset } from '../protocol/view';
import { type ClassificationState, NO_CLASSIFICATION } from './classification/state';
import { t } from './l10n';
import { lengthText, rulerLength } from './overlays/rulers';
import type { Mark } from './overlays/tool-marks';
import { NO_PROPOSAL, type ProposalState } from './proposal/state';
import type { PlanePoint } from './scan/planes';
import type { Scan } from './scan/scan';
import { Store } from './state/store';
import { RADIUS_RANGE, type ToolOptions } from './state/tool-options';
import { IDLE, type ToolStatus } from './state/tool-status';
import { type PaintLabel, PLANES, type Plane, planesOf, type ViewState } from './state/view-state';
import { type Camera, type Point, panned, WHOLE, zoomed } from './viewports/camera';
import type { Pane } from './viewports/pane';

/** A step of the zoom commands. */
const ZOOM_STEP = 1.25;

export class Viewer {
  readonly store: Store<ViewState>;
  readonly tools = new Store<ToolStatus>(IDLE);
  readonly classification = new Store<ClassificationState>(NO_CLASSIFICATION);
  readonly proposal = new Store<ProposalState>(NO_PROPOSAL);
  scan: Scan | undefined;
  readonly panes = new Map<Plane, Pane>();
  private bySlice: ReadonlyMap<number, ReadonlySet<number>> = new Map();
  private readonly marks = new Map<Plane, readonly Mark[]>();

  /** @param say Tells screen readers, politely. */
  constructor(
    state: ViewState,
    readonly say: (text: string) => void,
  ) {
    this.store = new Store(state);
  }

  /** Shows another scan (the first slice, then the whole). Slices are kept within its planes. */
  setScan(scan: Scan, slices: ViewState['slices']): void {
    this.scan = scan;
    for (const mask of [scan.labels, scan.preview, scan.proposed]) {
      mask.watch(() => {
        for (const pane of this.panes.values()) pane.invalidateMask();
      });
    }
    this.store.set({ slices: this.clamp(slices) });
    this.masksChanged();
  }

  /** The scan's labels have changed. */
  masksChanged(): void {
    const { scan } = this;
    const marked = scan ? [...scan.labels.bySlice()] : [];
    this.bySlice = new Map(marked.map(([k, labels]) => [scan?.nativeSlice(k) ?? k, labels]));
    this.store.set({ masks: this.store.get().masks + 1 });
  }

  /** Slices of the native plane with labels and which they have. */
  get labelsBySlice(): ReadonlyMap<number, ReadonlySet<number>> {
    return this.bySlice;
  }

  redraw(): void {
    for (const pane of this.panes.values()) pane.invalidate();
  }

  /** What the tools draw over a plane. */
  marksOn(plane: Plane): readonly Mark[] {
    return this.marks.get(plane) ?? [];
  }

  setMarks(plane: Plane, marks: readonly Mark[]): void {
    this.marks.set(plane, marks);
    this.panes.get(plane)?.invalidateMarks();
  }

  /** Tells the annotator something that went otherwise than asked, until the next edit. */
  warn(message: string | undefined): void {
    if (message === this.tools.get().message) return;
    this.tools.set({ message });
    if (message) this.say(message);
  }

  /** Makes a subtype the one that tools paint with. */
  chooseLabel(label: PaintLabel): void {
    this.store.set({ activeLabel: label });
    const subtype = SUBTYPES[label - 1];
    if (subtype) this.say(SUBTYPE_NAMES[subtype]);
  }

  setToolOptions(options: Partial<ToolOptions>): void {
    this.store.set({ toolOptions: { ...this.store.get().toolOptions, ...options } });
  }

  /** Makes the brush larger or smaller by steps of about a tenth, on round figures. */
  resizeBrush(by: 1 | -1): void {
    const { radius } = this.store.get().toolOptions;
    const step = radius + by * 1e-6 < 2 ? 0.25 : radius + by * 1e-6 < 10 ? 0.5 : radius + by * 1e-6 < 20 ? 1 : 2;
    const next =
      by > 0 ? Math.floor(radius / step + 1e-6) * step + step : Math.ceil(radius / step - 1e-6) * step - step;
    this.setToolOptions({ radius: Math.max(RADIUS_RANGE[0], Math.min(RADIUS_RANGE[1], next)) });
    this.say(t('Brush radius {0}', lengthText(this.store.get().toolOptions.radius)));
  }

  /** Number of slices of a plane; 0 before there is a scan. */
  count(plane: Plane): number {
    return this.scan?.planes[plane].stack.count ?? 0;
  }

  /** Goes to a slice of a plane (kept within it), by default of the active one. */
  goTo(slice: number, plane: Plane = this.store.get().active): void {
    const { slices } = this.store.get();
    const next = this.clamp({ ...slices, [plane]: slice });
    if (next[plane] === slices[plane] && this.store.get().active === plane) return;
    this.store.set({ slices: next, active: plane, selectedRuler: undefined });
    this.say(this.sliceText(plane));
  }

  /** Tells screen readers where a plane is. */
  announceSlice(plane: Plane): void {
    this.say(this.sliceText(plane));
  }

  /** Moves by slices: positive goes on through the stack. */
  step(by: number, plane?: Plane): void {
    const at = plane ?? this.store.get().active;
    this.goTo(this.store.get().slices[at] + by, at);
  }

  /** The next slice with a mask in a direction, wrapping around at the ends. */
  goToBlood(direction: 1 | -1): void {
    this.goToOneOf([...this.bySlice.keys()], this.scan?.native ?? 'axial', direction, t('No slice has a mask.'));
  }

  /**
   * Shows the next of some slices of a plane in a direction, wrapping around at the ends.
   * @param none What is said where there is none.
   */
  goToOneOf(slices: readonly number[], plane: Plane, direction: 1 | -1, none: string): void {
    const marked = [...slices].sort((a, b) => direction * (a - b));
    const at = this.store.get().slices[plane];
    const next = marked.find((slice) => direction * (slice - at) > 0) ?? marked[0];
    if (next === undefined) {
      this.say(none);
      return;
    }
    const { layout } = this.store.get();
    if (layout !== 'all' && layout !== plane) this.setLayout(plane);
    this.goTo(next, plane);
  }

  /** Moves the crosshair to a point of a plane: the other planes go there. */
  lookAt(plane: Plane, point: Point): void {
    const { scan } = this;
    if (!scan?.whole) return;
    const { slices } = this.store.get();
    const world = scan.planes[plane].toWorld({ slice: slices[plane], point });
    const moved = Object.fromEntries(
      PLANES.map((other) => [
        other,
        other === plane ? slices[other] : Math.round(scan.planes[other].toPlane(world).slice),
      ]),
    ) as unknown as ViewState['slices'];
    this.store.set({ slices: this.clamp(moved), active: plane });
  }

  /** The point that all three shown slices share, LPS mm: within the axial slice, where the two others cross it. */
  crosshairWorld(): Vec3 | undefined {
    const { scan } = this;
    if (!scan) return undefined;
    const { slices } = this.store.get();
    const { axial, coronal, sagittal } = scan.planes;
    const slice = slices.axial;
    const others = (point: Point): Point => {
      const world = axial.toWorld({ slice, point });
      return [sagittal.toPlane(world).slice - slices.sagittal, coronal.toPlane(world).slice - slices.coronal];
    };
    // Both are affine within a slice, so three points give the whole mapping. The steps span the
    // plane to keep rounding small.
    const [w, h] = [axial.width * axial.spacing[0], axial.height * axial.spacing[1]];
    const [s0, c0] = others([0, 0]);
    const [s1, c1] = others([w, 0]);
    const [s2, c2] = others([0, h]);
    const [a, b, c, d] = [(s1 - s0) / w, (s2 - s0) / h, (c1 - c0) / w, (c2 - c0) / h];
    const determinant = a * d - b * c;
    if (determinant === 0) return undefined;
    const point: Point = [(b * c0 - d * s0) / determinant, (c * s0 - a * c0) / determinant];
    return axial.toWorld({ slice, point });
  }

  /** The crosshair in a plane, plane mm. */
  crosshairOn(plane: Plane): Point | undefined {
    const world = this.crosshairWorld();
    return world && this.scan?.planes[plane].toPlane(world).point;
  }

  camera(plane: Plane): Camera | undefined {
    return this.panes.get(plane)?.camera;
  }

  /** Zooms a plane around a place in its pane (CSS pixels; the middle by default). */
  zoom(factor: number, plane: Plane = this.store.get().active, anchor?: Point): void {
    const camera = this.camera(plane);
    const view = this.scan?.planes[plane];
    if (!camera || !view) return;
    const { parts } = this.store.get();
    const middle: Point = [camera.size[0] / 2, camera.size[1] / 2];
    const part = zoomed(parts[plane], view, camera.size, factor, anchor ?? middle);
    this.store.set({ parts: { ...parts, [plane]: part } });
  }

  zoomIn(): void {
    this.zoom(ZOOM_STEP);
  }

  zoomOut(): void {
    this.zoom(1 / ZOOM_STEP);
  }

  /** Moves a plane by CSS pixels. */
  pan(plane: Plane, delta: Point): void {
    const camera = this.camera(plane);
    const view = this.scan?.planes[plane];
    if (!camera || !view) return;
    const { parts } = this.store.get();
    this.store.set({ parts: { ...parts, [plane]: panned(parts[plane], view, camera.size, delta) } });
  }

  toggleCrosshair(): void {
    const { crosshair, layout } = this.store.get();
    const kind = layout === 'all' ? 'all' : 'single';
    this.store.set({ crosshair: { ...crosshair, [kind]: !crosshair[kind] } });
  }

  /** Shows the shown planes whole. */
  fit(): void {
    const { layout, parts } = this.store.get();
    const whole = Object.fromEntries(planesOf(layout).map((plane) => [plane, WHOLE]));
    this.store.set({ parts: { ...parts, ...whole } });
  }

  setLayout(layout: Layout): void {
    this.store.set({ layout, ...(layout === 'all' ? {} : { active: layout }) });
    this.say(layout === 'all' ? t('All three planes') : this.planeName(layout));
  }

  /** The presets that a menu lists: those of the settings, and the scan's own range. */
  presets(): readonly WindowPreset[] {
    const own = this.fullRange();
    return own ? [...this.store.get().settings.presets, own] : this.store.get().settings.presets;
  }

  /** A window over all values of the scan; undefined before there is one. */
  fullRange(): WindowPreset | undefined {
    if (!this.scan) return undefined;
    const [low, high] = this.scan.valueRange();
    const width = Math.max(high - low, this.smallestWindow);
    return { name: t('Full range'), center: this.roundValue((low + high) / 2), width: this.roundValue(width) };
  }

  setWindow(window: WindowPreset): void {
    this.store.set({ window });
    this.say(this.windowText());
  }

  /** Goes through the presets; a custom window goes to the first or last. */
  cycleWindow(by: 1 | -1): void {
    const presets = this.presets();
    const { window } = this.store.get();
    const at = presets.findIndex((preset) => sameWindow(preset, window));
    const next = at < 0 ? (by > 0 ? 0 : presets.length - 1) : (at + by + presets.length) % presets.length;
    const preset = presets[next];
    if (preset) this.setWindow(preset);
  }

  /** Narrowest window: 1 HU, or a 250th of the range where values are no HU. */
  get smallestWindow(): number {
    if (!this.scan || this.scan.unit === 'HU') return 1;
    const [low, high] = this.scan.valueRange();
    return (high - low) / 250 || 1e-6;
  }

  /** Rounds a window's value as far as its smallest step needs. */
  roundValue(value: number): number {
    const digits = Math.max(0, Math.ceil(-Math.log10(this.smallestWindow)));
    return Number(value.toFixed(Math.min(digits, 12)));
  }

  selectRuler(id: number | undefined): void {
    this.store.set({ selectedRuler: id });
  }

  /** Moves an end of a ruler by CSS pixels. */
  nudgeRuler(id: number, end: 0 | 1, delta: Point): void {
    const { rulers } = this.store.get();
    const ruler = rulers.find((one) => one.id === id);
    const scale = ruler && this.camera(ruler.plane)?.scale;
    if (!ruler || !scale) return;
    const move = ([u, v]: Point): Point => [u + delta[0] * scale, v + delta[1] * scale];
    const ends: readonly [Point, Point] =
      end === 0 ? [move(ruler.ends[0]), ruler.ends[1]] : [ruler.ends[0], move(ruler.ends[1])];
    this.store.set({ rulers: rulers.map((one) => (one === ruler ? { ...ruler, ends } : one)) });
    this.announceRuler(id);
  }

  /** Puts a ruler of a third of the view's width into the middle of the active plane, for the keyboard. */
  addRuler(): void {
    const { active, rulers, slices } = this.store.get();
    const camera = this.camera(active);
    if (!camera) return;
    const id = Math.max(0, ...rulers.map((ruler) => ruler.id)) + 1;
    const [u, v] = camera.center;
    const reach = (camera.size[0] * camera.scale) / 6;
    this.store.set({
      rulers: [
        ...rulers,
        {
          id,
          plane: active,
          slice: slices[active],
          ends: [
            [u - reach, v],
            [u + reach, v],
          ],
        },
      ],
      selectedRuler: id,
    });
    this.announceRuler(id);
  }

  removeRuler(id: number | undefined): void {
    const { rulers } = this.store.get();
    if (id === undefined) return;
    this.store.set({ rulers: rulers.filter((ruler) => ruler.id !== id), selectedRuler: undefined });
    this.say(t('Ruler removed'));
  }

  announceRuler(id: number): void {
    const ruler = this.store.get().rulers.find((one) => one.id === id);
    if (ruler) this.say(t('Ruler {0}', lengthText(rulerLength(ruler))));
  }

  /** CSS colors by label (label 1 first); undefined for hidden ones. */
  labelColors(): readonly (string | undefined)[] {
    const { settings, hiddenLabels } = this.store.get();
    return settings.subtypeColors.map((color, n) => (hiddenLabels.has(n + 1) ? undefined : color));
  }

  planeName(plane: Plane): string {
    return plane === 'axial' ? t('Axial') : plane === 'coronal' ? t('Coronal') : t('Sagittal');
  }

  /** "slice 14/28, z -41.5 mm"; of a first slice, whose place is not known yet, only where it is. */
  sliceText(plane: Plane): string {
    const { scan } = this;
    if (!scan) return '';
    const view = scan.planes[plane];
    const slice = this.store.get().slices[plane];
    const middle: PlanePoint = {
      slice,
      point: [((view.width - 1) / 2) * view.spacing[0], ((view.height - 1) / 2) * view.spacing[1]],
    };
    const axis = plane === 'axial' ? 2 : plane === 'coronal' ? 1 : 0;
    const place = `${'xyz'[axis]} ${view.toWorld(middle)[axis].toFixed(1)} mm`;
    return scan.whole ? `${t('slice {0}/{1}', slice + 1, view.stack.count)}, ${place}` : place;
  }

  windowText(): string {
    const { name, center, width } = this.store.get().window;
    return `${name} ${center}/${width}`;
  }

  private clamp(slices: ViewState['slices']): ViewState['slices'] {
    const within = (plane: Plane): number => Math.max(0, Math.min(this.count(plane) - 1, slices[plane]));
    return { axial: within('axial'), coronal: within('coronal'), sagittal: within('sagittal') };
  }
}

/** True if two windows show the same. */
export function sameWindow(a: WindowPreset, b: WindowPreset): boolean {
  return a.center === b.center && a.width === b.width;
}
