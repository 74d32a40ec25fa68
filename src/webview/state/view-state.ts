/** The state of one scan's view: what is shown and how. The parts that outlive a hidden tab are kept by `persistence.ts`. */
import type { AnnotationView, Layout, ViewSettings, WindowPreset } from '../../protocol/view';
import type { ViewPart } from '../viewports/camera';
import { WHOLE } from '../viewports/camera';

/** The three planes, in the order of the keyboard's layout switch. */
export const PLANES = ['axial', 'coronal', 'sagittal'] as const;
export type Plane = (typeof PLANES)[number];
export type PerPlane<T> = Readonly<Record<Plane, T>>;

export type OverlayMode = 'filled' | 'outline' | 'off';
export type ToolName = 'navigate' | 'ruler';

/** A distance drawn on one slice of one plane. */
export interface Ruler {
  readonly id: number;
  readonly plane: Plane;
  readonly slice: number;
  /** Ends in plane mm (`camera.ts`), so that their distance is the distance in the patient. */
  readonly ends: readonly [readonly [number, number], readonly [number, number]];
}

/** How far the scan has come. */
export type Stage =
  | { readonly name: 'loading'; readonly done: number; readonly total: number; readonly decoding: boolean }
  | { readonly name: 'first-slice'; readonly done: number; readonly total: number; readonly decoding: boolean }
  | { readonly name: 'ready' }
  | { readonly name: 'cancelled' }
  | { readonly name: 'failed'; readonly file: string; readonly problem: string; readonly remedy: string };

export interface ViewState {
  readonly stage: Stage;
  readonly settings: ViewSettings;
  readonly layout: Layout;
  /** The plane that keys and the slider act on. */
  readonly active: Plane;
  /** Shown slice of each plane, 0-based: together they are the crosshair's point. */
  readonly slices: PerPlane<number>;
  readonly parts: PerPlane<ViewPart>;
  /** HU; `name` is the preset's where it is one. */
  readonly window: WindowPreset;
  /** Whether the crosshair is shown: where it links planes, and in a plane alone, where it would only cover the brain. */
  readonly crosshair: { readonly all: boolean; readonly single: boolean };
  readonly interpolation: boolean;
  readonly tool: ToolName;
  readonly overlay: OverlayMode;
  /** True while the key that hides the mask is held. */
  readonly overlayHeld: boolean;
  /** Label map values (1 to 5) that are not drawn. */
  readonly hiddenLabels: ReadonlySet<number>;
  readonly rulers: readonly Ruler[];
  readonly selectedRuler: number | undefined;
  readonly annotation: AnnotationView;
  /** Counts changes of the scan's labels, for those who show them. */
  readonly masks: number;
  readonly panelOpen: boolean;
  /** CSS pixels. */
  readonly panelWidth: number;
  /** 0-based volume of a file with several. */
  readonly timePoint: number;
  readonly rendering: 'gpu' | 'cpu' | undefined;
}

/** The state of a view that was never shown before. */
export function initialState(settings: ViewSettings): ViewState {
  return {
    stage: { name: 'loading', done: 0, total: 0, decoding: false },
    settings,
    layout: settings.layout,
    active: settings.layout === 'all' ? 'axial' : settings.layout,
    slices: { axial: 0, coronal: 0, sagittal: 0 },
    parts: { axial: WHOLE, coronal: WHOLE, sagittal: WHOLE },
    window: settings.presets[0] ?? { name: 'Brain', center: 40, width: 80 },
    crosshair: { all: true, single: false },
    interpolation: settings.interpolation,
    tool: 'navigate',
    overlay: 'filled',
    overlayHeld: false,
    hiddenLabels: new Set(),
    rulers: [],
    selectedRuler: undefined,
    annotation: { state: 'none' },
    masks: 0,
    panelOpen: true,
    panelWidth: 240,
    timePoint: 0,
    rendering: undefined,
  };
}

/** Whether the present layout shows the crosshair. */
export function showsCrosshair({ crosshair, layout }: Pick<ViewState, 'crosshair' | 'layout'>): boolean {
  return layout === 'all' ? crosshair.all : crosshair.single;
}

/** The planes that a layout shows. */
export function planesOf(layout: Layout): readonly Plane[] {
  return layout === 'all' ? PLANES : [layout];
}
