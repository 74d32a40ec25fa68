/**
 * What of a view outlives its page: VS Code destroys the page of a hidden tab, and gives this back
 * to the next one. Versioned; anything that does not fit is dropped, never an error.
 */
import { type KeptPanel, panelFromJson, panelToJson } from './panel-state';
import { toolOptionsFrom } from './tool-options';
import { type PaintLabel, type PerPlane, PLANES, type Ruler, TOOL_NAMES, type ViewState } from './view-state';

const VERSION = 1;

const KEPT = [
  'layout',
  'active',
  'slices',
  'parts',
  'window',
  'crosshair',
  'interpolation',
  'tool',
  'overlay',
  'rulers',
  'panelOpen',
  'panelWidth',
  'timePoint',
] as const satisfies readonly (keyof ViewState)[];

export type KeptState = Pick<
  ViewState,
  (typeof KEPT)[number] | 'activeLabel' | 'toolOptions' | 'hiddenLabels' | 'lockedLabels'
> &
  KeptPanel;

/** A view as a JSON value. */
export function toJson(state: ViewState): unknown {
  const kept = Object.fromEntries(KEPT.map((key) => [key, state[key]]));
  const { activeLabel, toolOptions, hiddenLabels, lockedLabels } = state;
  return {
    version: VERSION,
    ...kept,
    activeLabel,
    toolOptions,
    hiddenLabels: [...hiddenLabels],
    lockedLabels: [...lockedLabels],
    panel: panelToJson(state),
  };
}

/** The view that `toJson` kept; undefined if it is none of ours. */
export function fromJson(json: unknown): KeptState | undefined {
  if (!isRecord(json) || json.version !== VERSION) return undefined;
  const state = json as unknown as KeptState & { hiddenLabels: unknown; panel: unknown };
  const valid =
    ['axial', 'coronal', 'sagittal', 'all'].includes(state.layout) &&
    PLANES.includes(state.active) &&
    perPlane(state.slices, Number.isInteger) &&
    perPlane(state.parts, isPart) &&
    isRecord(state.window) &&
    isRecord(state.crosshair) &&
    Number.isFinite(state.window.center) &&
    state.window.width > 0 &&
    Array.isArray(state.rulers) &&
    state.rulers.every(isRuler) &&
    Number.isFinite(state.panelWidth) &&
    Array.isArray(state.hiddenLabels);
  if (!valid) return undefined;
  const kept = Object.fromEntries(KEPT.map((key) => [key, state[key]])) as Pick<ViewState, (typeof KEPT)[number]>;
  return {
    ...kept,
    tool: TOOL_NAMES.find((tool) => tool === state.tool) ?? 'navigate',
    activeLabel: LABELS.find((label) => label === state.activeLabel) ?? 4,
    toolOptions: toolOptionsFrom(state.toolOptions),
    hiddenLabels: labelSet(state.hiddenLabels),
    lockedLabels: labelSet(state.lockedLabels),
    ...panelFromJson(state.panel),
  };
}

const LABELS: readonly PaintLabel[] = [1, 2, 3, 4, 5];

function labelSet(json: unknown): ReadonlySet<number> {
  return new Set(Array.isArray(json) ? LABELS.filter((label) => json.includes(label)) : []);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function perPlane<T>(value: unknown, is: (item: unknown) => item is T): value is PerPlane<T>;
function perPlane(value: unknown, is: (item: unknown) => boolean): boolean;
function perPlane(value: unknown, is: (item: unknown) => boolean): boolean {
  return isRecord(value) && PLANES.every((plane) => is(value[plane]));
}

function isPart(value: unknown): boolean {
  return isRecord(value) && Number.isFinite(value.zoom) && Number(value.zoom) > 0 && isPoint(value.pan);
}

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

function isRuler(value: unknown): value is Ruler {
  return (
    isRecord(value) &&
    Number.isInteger(value.id) &&
    Number.isInteger(value.slice) &&
    PLANES.some((plane) => plane === value.plane) &&
    Array.isArray(value.ends) &&
    value.ends.length === 2 &&
    value.ends.every(isPoint)
  );
}
