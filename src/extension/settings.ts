import * as vscode from 'vscode';
import { SUBTYPES } from '../core/annotation/subtype';
import type { Layout, ViewSettings, WindowPreset } from '../protocol/view';

export const SECTION = 'hemorica';

const LAYOUTS: readonly Layout[] = ['axial', 'coronal', 'sagittal', 'all'];

/** Settings of the page as they apply to a scan. Values of the wrong type or range fall back to the defaults of the manifest. */
export function viewSettings(scope: vscode.Uri): ViewSettings {
  const configuration = vscode.workspace.getConfiguration(SECTION, scope);
  const read = <T>(key: string, valid: (value: unknown) => value is T): T => {
    const value: unknown = configuration.get(key);
    return valid(value) ? value : (configuration.inspect(key)?.defaultValue as T);
  };
  const colors = read('overlay.colors', isRecord);
  const standardColors = configuration.inspect<Record<string, string>>('overlay.colors')?.defaultValue ?? {};
  return {
    presets: read('view.windowPresets', isPresets),
    subtypeColors: SUBTYPES.map((subtype) => {
      const color = colors[subtype];
      return isColor(color) ? color : (standardColors[subtype] ?? '#D55E00');
    }),
    overlayOpacity: read('overlay.opacity', isFraction),
    interpolation: read('view.interpolation', isBoolean),
    layout: read('view.layout', isLayout),
  };
}

export function isPresets(value: unknown): value is WindowPreset[] {
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
  return typeof value === 'object' && value !== null;
}

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
