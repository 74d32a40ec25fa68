/**
 * CornerstoneJS behind a small face: images in memory, one stack viewport a pane, GPU or CPU.
 *
 * The world frame that cornerstone sees is the plane's own: u, v in mm, every image of a stack at
 * the same place. So the camera stays put from slice to slice also where a tilted gantry moves the
 * slices, and the same arithmetic (`camera.ts`) serves cornerstone and our overlays.
 */
import {
  cache,
  Enums,
  eventTarget,
  getConfiguration,
  imageLoader,
  metaData,
  RenderingEngine,
  type StackViewport,
  setUseCPURendering,
  type Types,
  utilities,
} from '@cornerstonejs/core';
import type { Camera } from './camera';
import type { ImageStack, Picture } from './picture';
import { quantized } from './quantize';
import { detectRendering, type Rendering } from './webgl';

const SCHEME = 'hemorica';

/** Bytes of windowless images that cornerstone may keep; they can be made again at any time. */
const CACHE_BYTES = 48e6;

/** Lost WebGL contexts after which another one is not tried. */
const MOST_LOSSES = 3;

let rendering: Rendering = 'gpu';

const stacks = new Map<string, ImageStack>();
let stackNumber = 0;

/**
 * Prepares cornerstone to draw by WebGL 2 or by the CPU; once, before the first viewport.
 * @param fellBack Called when WebGL is lost for good and the CPU goes on.
 */
export function prepare(how: Rendering, fellBack: () => void = () => undefined): void {
  rendering = how;
  // One WebGL context for all panes: each costs memory and start-up time. This also spares
  // cornerstone's init() with its probing of texture formats, which stacks do not need.
  Object.assign(getConfiguration().rendering ?? {}, { webGlContextCount: 1 });
  setUseCPURendering(how === 'cpu', false);
  cache.setMaxCacheSize(CACHE_BYTES);
  imageLoader.registerImageLoader(SCHEME, (imageId) => ({ promise: Promise.resolve(loadImage(imageId)) }));
  metaData.addProvider(provideMetadata);
  let losses = 0;
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, () => {
    // Other events of the loss are still to be handled by the old engine.
    window.setTimeout(() => renew(++losses <= MOST_LOSSES ? detectRendering() : 'cpu', fellBack));
  });
}

/** The GPU has taken its context away (a driver's reset, too many contexts): everything is set up anew on another one. */
function renew(how: Rendering, fellBack: () => void): void {
  engine?.destroy();
  engine = undefined;
  if (how !== rendering) {
    rendering = how;
    setUseCPURendering(true, false);
    fellBack();
  }
  for (const viewport of viewports) viewport.renew();
}

function find(imageId: string): { stack: ImageStack; n: number } {
  const [, key = '', n = ''] = imageId.split(/[:/]/);
  const stack = stacks.get(key);
  if (!stack) throw new Error(`No stack of images is registered for ${imageId}.`);
  return { stack, n: Number(n) };
}

function loadImage(imageId: string): Types.IImage {
  const { stack, n } = find(imageId);
  // The CPU draws integers only.
  const quantize = rendering === 'cpu' && stack.float;
  const { width, height, pixels, min, max } = quantize ? quantized(stack).image(n) : stack.image(n);
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width,
    height,
    scalarData: pixels,
    numberOfComponents: 1,
  });
  return {
    imageId,
    minPixelValue: min,
    maxPixelValue: max,
    slope: 1,
    intercept: 0,
    // Cornerstone makes its gray scale from this and never again: a window of no width would turn
    // black and white around for good. Ours follows with every picture.
    windowCenter: 40,
    windowWidth: 400,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    getPixelData: () => pixels,
    getCanvas: () => document.createElement('canvas'),
    rows: height,
    columns: width,
    width,
    height,
    color: false,
    rgba: false,
    numberOfComponents: 1,
    columnPixelSpacing: stack.spacing[0],
    rowPixelSpacing: stack.spacing[1],
    invert: false,
    sizeInBytes: pixels.byteLength,
    dataType: pixels.constructor.name as Types.PixelDataTypedArrayString,
    voxelManager,
  };
}

function provideMetadata(type: string, imageId: string): unknown {
  if (typeof imageId !== 'string' || !imageId.startsWith(`${SCHEME}:`)) return undefined;
  const { stack } = find(imageId);
  switch (type) {
    case Enums.MetadataModules.IMAGE_PLANE:
      return {
        frameOfReferenceUID: SCHEME,
        rows: stack.height,
        columns: stack.width,
        imageOrientationPatient: [1, 0, 0, 0, 1, 0],
        rowCosines: [1, 0, 0],
        columnCosines: [0, 1, 0],
        imagePositionPatient: [0, 0, 0],
        columnPixelSpacing: stack.spacing[0],
        rowPixelSpacing: stack.spacing[1],
      };
    case Enums.MetadataModules.IMAGE_PIXEL:
      return { samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' };
    case Enums.MetadataModules.GENERAL_SERIES:
      return { modality: 'CT' };
    default:
      return undefined;
  }
}

let engine: RenderingEngine | undefined;

const viewports = new Set<Viewport>();

/** One stack viewport of cornerstone in an element. Only the newest of the pictures asked for is shown. */
export class Viewport {
  private viewport: StackViewport;
  private wanted: Picture | undefined;
  private last: Picture | undefined;
  private running = false;
  private shownStack: ImageStack | undefined;
  private stackKey = '';

  /**
   * @param target Element that cornerstone puts its canvas into; laid out, not of size zero.
   * @param rendered Called after each painted frame.
   */
  constructor(
    private readonly target: HTMLDivElement,
    private readonly id: string,
    rendered: () => void,
    private readonly failed: (error: unknown) => void,
  ) {
    this.viewport = this.enable();
    target.addEventListener(Enums.Events.IMAGE_RENDERED, rendered);
    viewports.add(this);
  }

  private enable(): StackViewport {
    engine ??= new RenderingEngine(SCHEME);
    engine.enableElement({ viewportId: this.id, element: this.target, type: Enums.ViewportType.STACK });
    return engine.getViewport(this.id) as StackViewport;
  }

  /** Takes part in a new rendering engine, with the picture of before. */
  renew(): void {
    this.forgetStack();
    this.viewport = this.enable();
    if (this.last) this.show(this.last);
  }

  /** Takes over a new size of the element; a `show` with the new camera must follow. */
  resize(): void {
    engine?.resize(true, true);
  }

  /** Shows a picture, once whatever is being shown is done. */
  show(picture: Picture): void {
    this.wanted = picture;
    this.last = picture;
    if (!this.running) void this.run();
  }

  /** Removes the viewport and forgets its images. */
  dispose(): void {
    this.wanted = undefined;
    viewports.delete(this);
    engine?.disableElement(this.id);
    this.forgetStack();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.wanted) {
        const picture = this.wanted;
        this.wanted = undefined;
        await this.apply(picture);
      }
    } catch (error) {
      this.failed(error);
    } finally {
      this.running = false;
    }
  }

  private async apply(picture: Picture): Promise<void> {
    const { stack, slice } = picture;
    if (stack !== this.shownStack) {
      this.forgetStack();
      this.stackKey = String(++stackNumber);
      stacks.set(this.stackKey, stack);
      this.shownStack = stack;
      const ids = Array.from({ length: stack.count }, (_, n) => `${SCHEME}:${this.stackKey}/${n}`);
      await this.viewport.setStack(ids, slice);
    } else if (this.viewport.getCurrentImageIdIndex() !== slice) {
      await this.viewport.setImageIdIndex(slice);
    }
    const quantize = rendering === 'cpu' && stack.float;
    const [lower, upper] = quantize ? quantized(stack).range(picture.range) : picture.range;
    this.viewport.setProperties(
      {
        voiRange: { lower, upper },
        interpolationType: picture.interpolation ? Enums.InterpolationType.LINEAR : Enums.InterpolationType.NEAREST,
      },
      true,
    );
    this.aim(picture.camera, stack);
    this.viewport.render();
  }

  private aim({ center, scale, size }: Camera, stack: ImageStack): void {
    const { viewport } = this;
    if (rendering === 'gpu') {
      const parallelScale = (size[1] / 2) * scale;
      viewport.setCamera({
        focalPoint: [center[0], center[1], 0],
        position: [center[0], center[1], -500],
        parallelScale,
      });
      return;
    }
    // The CPU viewport knows a scale of the finer pixel side, in canvas pixels, and a translation in
    // image pixels that it derives from a move of the focal point.
    const canvas = viewport.getCanvas();
    const finer = Math.min(stack.spacing[0], stack.spacing[1]);
    const cpu = viewport as StackViewport & { setCamera(camera: { scale?: number; focalPoint?: Types.Point3 }): void };
    cpu.setCamera({ scale: ((finer / scale) * canvas.width) / size[0] });
    const [tx, ty] = viewport.getPan();
    const focal = viewport.canvasToWorld([this.target.clientWidth / 2, this.target.clientHeight / 2]);
    const wantedX = stack.width / 2 - (center[0] / stack.spacing[0] + 0.5);
    const wantedY = stack.height / 2 - (center[1] / stack.spacing[1] + 0.5);
    cpu.setCamera({
      focalPoint: [focal[0] + (tx - wantedX) * stack.spacing[0], focal[1] + (ty - wantedY) * stack.spacing[1], 0],
    });
  }

  private forgetStack(): void {
    if (!this.shownStack) return;
    const ids = Array.from({ length: this.shownStack.count }, (_, n) => `${SCHEME}:${this.stackKey}/${n}`);
    for (const id of ids) if (cache.getImageLoadObject(id)) cache.removeImageLoadObject(id);
    stacks.delete(this.stackKey);
    this.shownStack = undefined;
  }
}
