/** The state of one scan's view: what is shown and how. The parts that outlive a hidden tab are kept by `persistence.ts`. */
import type { Label } from '../../core/annotation/subtype';
import type { Lesion } from '../../core/measure/lesion';
import type { AnnotationFields } from '../../protocol/edit';
import type { AnnotationView, Layout, ViewSettings, WindowPreset } from '../../protocol/view';
import type { LesionOrder } from '../lesions/order';
import type { Highlighted } from '../overlays/highlight';
import type { ViewPart } from '../viewports/camera';
import { WHOLE } from '../viewports/camera';
import { INITIAL_TOOL_OPTIONS, type ToolOptions } from './tool-options';

/** The three planes, in the order of the keyboard's layout switch. */
export const PLANES = ['axial', 'coronal', 'sagittal'] as const;
export type Plane = (typeof PLANES)[number];
export type PerPlane<T> = Readonly<Record<Plane, T>>;

export type OverlayMode = 'filled' | 'outline' | 'off';
export const TOOL_NAMES = [
  'navigate',
  'ruler',
  'brush',
  'eraser',
  'lasso',
  'polygon',
  'grow',
  'box',
  'relabel',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** A label that a voxel can be given. */
export type PaintLabel = Exclude<Label, 0>;

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
  /** 0 to 1, of filled masks; undefined: as the settings say. */
  readonly opacity: number | undefined;
  /** For each label (label 1 first) the share of that opacity that it is drawn with, 0 to 1. */
  readonly labelOpacities: readonly number[];
  /** The subtype that tools paint with. */
  readonly activeLabel: PaintLabel;
  /** Label map values (1 to 5) that no tool adds to or takes from. */
  readonly lockedLabels: ReadonlySet<number>;
  readonly toolOptions: ToolOptions;
  readonly rulers: readonly Ruler[];
  readonly selectedRuler: number | undefined;
  readonly annotation: AnnotationView;
  /** What the annotation states beside its masks, with every edit; undefined while there is none. */
  readonly fields: AnnotationFields | undefined;
  /** Why the annotation cannot be edited now; undefined if it can. */
  readonly readOnly: string | undefined;
  /** Counts changes of the scan's labels, for those who show them; a stroke counts when it ends. */
  readonly masks: number;
  /** Lesions of the mask, largest first, as they were when the last edit had been measured. */
  readonly lesions: readonly Lesion[];
  /** Whether the mask has changed since. */
  readonly measuring: boolean;
  readonly lesionOrder: LesionOrder;
  /** The lesion that is outlined for a moment. */
  readonly highlighted: Highlighted | undefined;
  /** The comment of the shown slice that its mark asked for, last. */
  readonly shownComment: { readonly n: number } | undefined;
  /** Name of who reads this scan, for comments and review; undefined until the host has said. */
  readonly reader: string | undefined;
  /** Parts of the side panel that are folded. */
  readonly foldedSections: ReadonlySet<string>;
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
    opacity: undefined,
    labelOpacities: [1, 1, 1, 1, 1],
    activeLabel: 4,
    lockedLabels: new Set(),
    toolOptions: INITIAL_TOOL_OPTIONS,
    rulers: [],
    selectedRuler: undefined,
    annotation: { state: 'none' },
    fields: undefined,
    readOnly: undefined,
    masks: 0,
    lesions: [],
    measuring: false,
    lesionOrder: 'volume',
    highlighted: undefined,
    shownComment: undefined,
    reader: undefined,
    foldedSections: new Set(),
    panelOpen: true,
    panelWidth: 272,
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
