/** One plane on screen: cornerstone's picture, the mask, crosshair and rulers, letters and figures. */
import { element, perFrame, svg } from '../dom';
import { sliceFields } from '../edit/fields';
import { t } from '../l10n';
import { currentSlice } from '../look';
import { boxMarks } from '../overlays/boxes';
import { CommentLayer } from '../overlays/comments';
import { CrosshairLayer } from '../overlays/crosshair';
import { HighlightLayer } from '../overlays/highlight';
import { MaskLayer } from '../overlays/mask';
import { RulerLayer } from '../overlays/rulers';
import { MarkLayer } from '../overlays/tool-marks';
import type { PlaneView } from '../scan/planes';
import { type Plane, showsCrosshair, type ViewState } from '../state/view-state';
import type { Viewer } from '../viewer';
import { type Camera, cameraOf, type Point } from './camera';
import type { Picture } from './picture';
import { drawPoster } from './poster';
import type { Viewport } from './renderer';

/** Makes a viewport; undefined as long as cornerstone is not there. */
export type MakeViewport = (target: HTMLDivElement, id: string, rendered: () => void) => Viewport | undefined;

export class Pane {
  readonly element: HTMLElement;
  private readonly picture = element('div', { class: 'picture' });
  /** Stands in for the picture until cornerstone has painted. */
  private readonly poster = element('canvas', { class: 'poster' });
  private readonly maskCanvas = element('canvas', { class: 'mask' });
  private readonly mask = new MaskLayer(this.maskCanvas);
  private readonly proposedCanvas = element('canvas', { class: 'mask proposed' });
  private readonly proposed = new MaskLayer(this.proposedCanvas);
  private readonly previewCanvas = element('canvas', { class: 'mask preview' });
  private readonly preview = new MaskLayer(this.previewCanvas);
  private readonly marks = new MarkLayer();
  private readonly boxes = new MarkLayer();
  private readonly crosshair = new CrosshairLayer();
  private readonly rulers: RulerLayer;
  private readonly letters = {
    left: element('span', { class: 'letter left' }),
    right: element('span', { class: 'letter right' }),
    top: element('span', { class: 'letter top' }),
    bottom: element('span', { class: 'letter bottom' }),
  };
  private readonly where = element('div', { class: 'corner lower-left' });
  private readonly under = element('div', { class: 'corner lower-right' });
  private readonly lesionUnder = element('div', { class: 'corner lesion-under' });
  private readonly proposedUnder = element('div', { class: 'corner proposed-under' });
  private readonly highlight = new HighlightLayer();
  private readonly comments: CommentLayer;
  private viewport: Viewport | undefined;
  /** CSS pixels, and device pixels to each. */
  private size: Point = [0, 0];
  private ratio = 0;
  /** What the viewport shows or has been asked to show. */
  private pictured: Picture | undefined;
  /** Draws everything in the next frame; the two others only the mask, and what tools draw. */
  readonly invalidate = perFrame(() => this.draw());
  readonly invalidateMask = perFrame(() => this.drawMaskAlone());
  readonly invalidateMarks = perFrame(() => this.drawMarks());

  constructor(
    readonly plane: Plane,
    private readonly viewer: Viewer,
    private readonly makeViewport: MakeViewport,
    private readonly rendered: () => void,
  ) {
    this.rulers = new RulerLayer({
      select: (id) => this.viewer.selectRuler(id),
      nudge: (id, end, delta) => this.viewer.nudgeRuler(id, end, delta),
    });
    this.comments = new CommentLayer((n) => this.viewer.store.set({ panelOpen: true, shownComment: { n } }));
    const marks = svg('svg', { class: 'marks' }, [
      this.boxes.element,
      this.highlight.element,
      this.crosshair.element,
      this.comments.element,
      this.rulers.element,
      this.marks.element,
    ]);
    this.element = element(
      'section',
      { class: 'pane', role: 'group', attributes: { tabindex: '0', 'data-plane': plane } },
      [
        this.picture,
        this.poster,
        this.maskCanvas,
        this.proposedCanvas,
        this.previewCanvas,
        marks as unknown as HTMLElement,
        ...Object.values(this.letters),
        this.where,
        this.under,
        this.lesionUnder,
        this.proposedUnder,
      ],
    );
    for (const letter of Object.values(this.letters)) letter.setAttribute('aria-hidden', 'true');
    // A zoom may change the size in CSS pixels alone, another screen that in its own pixels alone.
    for (const box of ['content-box', 'device-pixel-content-box'] as const) {
      new ResizeObserver(() => this.resized()).observe(this.element, { box });
    }
  }

  /** The current camera; undefined while the pane is hidden or nothing is loaded. */
  get camera(): Camera | undefined {
    const view = this.viewer.scan?.planes[this.plane];
    if (!view || this.size[0] === 0 || this.size[1] === 0) return undefined;
    return cameraOf(this.viewer.store.get().parts[this.plane], view, this.size);
  }

  /** Figures for the place under the pointer. */
  showUnderPointer(text: string): void {
    this.under.textContent = text;
  }

  /** Names the lesion under the pointer. */
  showLesion(text: string): void {
    if (this.lesionUnder.textContent !== text) this.lesionUnder.textContent = text;
  }

  /** Names the proposed lesion under the pointer. */
  showProposed(text: string): void {
    if (this.proposedUnder.textContent !== text) this.proposedUnder.textContent = text;
  }

  dispose(): void {
    this.viewport?.dispose();
    this.viewport = undefined;
    this.pictured = undefined;
  }

  private drawPicture(picture: Picture): void {
    this.viewport ??= this.makeViewport(this.picture, this.plane, () => {
      this.poster.remove();
      this.rendered();
    });
    if (this.viewport && !(this.pictured && samePicture(this.pictured, picture))) {
      this.pictured = picture;
      this.viewport.show(picture);
    }
    if (!this.poster.isConnected) return;
    drawPoster(this.poster, picture);
    this.rendered();
  }

  private resized(): void {
    const { clientWidth, clientHeight } = this.element;
    const ratio = window.devicePixelRatio;
    if (clientWidth === this.size[0] && clientHeight === this.size[1] && ratio === this.ratio) return;
    this.size = [clientWidth, clientHeight];
    this.ratio = ratio;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.viewport?.resize();
    this.pictured = undefined;
    // At once and not in the next frame: a resized canvas is empty until it is drawn again.
    this.draw();
  }

  private draw(): void {
    const { scan, store } = this.viewer;
    const camera = this.camera;
    if (!scan || !camera) return;
    const state = store.get();
    const view = scan.planes[this.plane];
    const slice = Math.min(state.slices[this.plane], view.stack.count - 1);
    // A first slice stands alone: the other planes come with the whole scan.
    if (!scan.whole && !view.native) return;
    this.drawPicture({
      stack: state.interpolation ? view.stack : view.nearest,
      slice,
      camera,
      range: scan.range(state.window),
      interpolation: state.interpolation,
    });
    this.drawMask(state, view, slice, camera);
    this.drawMarks();
    const masked = state.overlay !== 'off' && !state.overlayHeld;
    this.boxes.draw(masked ? boxMarks(view, slice, state.fields, this.viewer.labelColors()) : [], camera);
    this.drawRemarks(state, view, slice, camera);
    this.highlight.draw(state.highlighted, scan.volume.size, view, slice, camera);
    this.crosshair.draw(showsCrosshair(state) && scan.whole ? this.viewer.crosshairOn(this.plane) : undefined, camera);
    this.rulers.draw(
      state.rulers.filter((ruler) => ruler.plane === this.plane && ruler.slice === slice),
      state.selectedRuler,
      camera,
    );
    for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
      this.letters[edge].textContent = view.letters[edge];
    }
    const where = this.viewer.sliceText(this.plane);
    this.where.textContent = where.replace(', ', '\n');
    this.element.setAttribute('aria-label', t('{0} view, {1}', this.viewer.planeName(this.plane), where));
    this.element.classList.toggle('active', state.layout === 'all' && state.active === this.plane);
  }

  private drawMask(state: ViewState, view: PlaneView, slice: number, camera: Camera): void {
    const masked = state.overlay !== 'off' && !state.overlayHeld;
    const { subtypeColors, overlayOpacity } = state.settings;
    this.mask.draw(masked ? view.labels(slice) : undefined, view, camera, {
      colors: this.viewer.labelColors().map((color, n) => color && faded(color, state.labelOpacities[n] ?? 1)),
      mode: state.overlay === 'outline' ? 'outline' : 'filled',
      opacity: state.opacity ?? overlayOpacity,
    });
    this.proposed.draw(masked ? view.proposed(slice) : undefined, view, camera, {
      colors: this.viewer.labelColors(),
      mode: 'proposed',
      opacity: 1,
    });
    const colors = [...subtypeColors, REMOVED_COLOR];
    this.preview.draw(view.preview(slice), view, camera, { colors, mode: 'hatched', opacity: 1 });
  }

  /** Marks of comments, where the plane shows the slices that they are on. */
  private drawRemarks(state: ViewState, view: PlaneView, slice: number, camera: Camera): void {
    const k = view.native ? currentSlice(this.viewer) : undefined;
    const comments = k === undefined ? [] : sliceFields(state.fields, k).comments;
    this.element.dataset.tool = state.tool;
    this.comments.draw(comments, ([i, j]) => view.fromIndex([i, j, k ?? slice]).point, camera);
  }

  private drawMaskAlone(): void {
    const { scan, store } = this.viewer;
    const camera = this.camera;
    const state = store.get();
    const view = scan?.planes[this.plane];
    if (!scan?.whole || !view || !camera) return;
    this.drawMask(state, view, Math.min(state.slices[this.plane], view.stack.count - 1), camera);
  }

  private drawMarks(): void {
    const camera = this.camera;
    if (camera) this.marks.draw(this.viewer.marksOn(this.plane), camera);
  }
}

/** Of voxels that a proposed edit takes away. */
const REMOVED_COLOR = '#ffffff';

/** A CSS color with a share of its opacity. */
function faded(color: string, share: number): string {
  return share === 1 ? color : `color-mix(in srgb, ${color} ${share * 100}%, transparent)`;
}

function samePicture(a: Picture, b: Picture): boolean {
  return (
    a.stack === b.stack &&
    a.slice === b.slice &&
    a.interpolation === b.interpolation &&
    JSON.stringify([a.camera, a.range]) === JSON.stringify([b.camera, b.range])
  );
}
