/** The settings of the page, checked: users write them by hand. Pure, so that plain tests run it. */
import { SUBTYPES } from '../core/annotation/subtype';
import type { Layout, ViewSettings, WindowPreset } from '../protocol/view';

/** A setting as the user has it, and as the manifest has it. */
export interface Setting {
  readonly value: unknown;
  readonly standard: unknown;
}

const LAYOUTS: readonly Layout[] = ['axial', 'coronal', 'sagittal', 'all'];

/** Settings of the page; values of the wrong type or range give way to the standard ones. `read` takes a key after `hemorica.`. */
export function viewSettingsFrom(read: (key: string) => Setting): ViewSettings {
  const checked = <T>(key: string, valid: (value: unknown) => value is T): T => {
    const { value, standard } = read(key);
    return valid(value) ? value : (standard as T);
  };
  const { value, standard } = read('overlay.colors');
  const colors = isRecord(value) ? value : {};
  const standardColors = standard as Readonly<Record<string, string>>;
  return {
    presets: checked('view.windowPresets', isPresets),
    subtypeColors: SUBTYPES.map((subtype) => {
      const color = colors[subtype];
      return isColor(color) ? color : (standardColors[subtype] ?? '');
    }),
    overlayOpacity: checked('overlay.opacity', isFraction),
    interpolation: checked('view.interpolation', isBoolean),
    layout: checked('view.layout', isLayout),
  };
}

function isPresets(value: unknown): value is WindowPreset[] {
  return Array.isArray(value) && value.length > 0 && value.every(isPreset);
}

function isPreset(value: unknown): value is WindowPreset {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    value.name !== '' &&
    Number.isFinite(value.center) &&
    Number.isFinite(value.width) &&
    Number(value.width) > 0
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Hexadecimal only: a color goes into the page's styles. */
function isColor(value: unknown): value is string {
  return typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value);
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isLayout(value: unknown): value is Layout {
  return LAYOUTS.includes(value as Layout);
}
