/** How the tools that change the mask are set: one value for all of them, kept with the view. */

export interface HuRange {
  /** HU (or the scan's own unit), inclusive. */
  readonly min: number;
  readonly max: number;
}

export interface ToolOptions {
  /** A circle in the shown plane, or a sphere across slices. */
  readonly shape: 'circle' | 'sphere';
  /** Of the brush and the eraser, mm. */
  readonly radius: number;
  /** Whether painting keeps to `hu`. */
  readonly limited: boolean;
  readonly hu: HuRange;
  /** Whether growing and the operations work within each slice or across slices. */
  readonly dimensions: 2 | 3;
  /** Growing stops this far from the click, mm. */
  readonly reach: number;
  /** Islands smaller than this go, mL. */
  readonly islands: number;
  readonly smoothing: 'median' | 'open' | 'close';
  /** mm. */
  readonly smoothingRadius: number;
  /** mm by which a subtype grows or shrinks. */
  readonly margin: number;
}

/** Radii of the brush, mm. */
export const RADIUS_RANGE = [0.25, 60] as const;

/** HU of fresh blood, as painting is limited at first. */
const BLOOD: HuRange = { min: 45, max: 95 };

export const INITIAL_TOOL_OPTIONS: ToolOptions = {
  shape: 'circle',
  radius: 5,
  limited: false,
  hu: BLOOD,
  dimensions: 3,
  reach: 60,
  islands: 0.05,
  smoothing: 'median',
  smoothingRadius: 1.5,
  margin: 1,
};

/** The options with those of `json` that fit in their place. */
export function toolOptionsFrom(json: unknown): ToolOptions {
  if (typeof json !== 'object' || json === null) return INITIAL_TOOL_OPTIONS;
  const given = json as Partial<Record<keyof ToolOptions, unknown>>;
  const taken = Object.entries(INITIAL_TOOL_OPTIONS).map(([key, initial]) => {
    const value = given[key as keyof ToolOptions];
    return [key, fits(key as keyof ToolOptions, value) ? value : initial];
  });
  return Object.fromEntries(taken) as unknown as ToolOptions;
}

function fits(key: keyof ToolOptions, value: unknown): boolean {
  switch (key) {
    case 'shape':
      return value === 'circle' || value === 'sphere';
    case 'smoothing':
      return value === 'median' || value === 'open' || value === 'close';
    case 'dimensions':
      return value === 2 || value === 3;
    case 'limited':
      return typeof value === 'boolean';
    case 'hu': {
      const { min, max } = (typeof value === 'object' && value !== null ? value : {}) as Partial<HuRange>;
      return Number.isFinite(min) && Number.isFinite(max) && Number(min) <= Number(max);
    }
    default:
      return typeof value === 'number' && Number.isFinite(value) && value > 0;
  }
}
