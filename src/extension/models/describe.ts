/** Models in words for people, as the quick pick and the view show them. */
import * as vscode from 'vscode';
import type { ModelTask } from '../../core/model/default-models';
import type { ModelManifest } from '../../core/model/manifest';
import type { FoundModel, ModelSource } from '../../node/models';

/** "6.5 MB" */
export function sizeText(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, 'GB'] : bytes >= 1e5 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'kB'];
  return `${value.toFixed(1)} ${unit}`;
}

/** The license's name, and plainly that commercial use is not allowed where it is not. */
export function licenseText({ license }: ModelManifest): string {
  return license.use === 'any' ? license.name : vscode.l10n.t('{0}, non-commercial use only', license.name);
}

/** The same in a few words, for a line with little room. */
export function shortLicense({ license }: ModelManifest): string {
  const [first = license.name] = license.name.split(';');
  return license.use === 'any' ? first : vscode.l10n.t('{0} (non-commercial)', first);
}

export function taskText(task: ModelTask): string {
  return task === 'segmentation' ? vscode.l10n.t('Segmentation') : vscode.l10n.t('Classification');
}

export function sourceText(source: ModelSource): string {
  const texts: Readonly<Record<ModelSource, string>> = {
    'built-in': vscode.l10n.t('built-in'),
    added: vscode.l10n.t('added by you'),
    folder: vscode.l10n.t('from a folder of the settings'),
    workspace: vscode.l10n.t('from the workspace'),
  };
  return texts[source];
}

/** "224 x 224, 3 channels", of patches with their depth and spacing. */
export function inputText({ input }: ModelManifest): string {
  const channels =
    input.channels.length === 1 ? vscode.l10n.t('1 channel') : vscode.l10n.t('{0} channels', input.channels.length);
  if (input.layout === 'NCHW') {
    const neighbors = new Set(input.channels.map(({ slice }) => slice)).size > 1;
    const kind = neighbors ? vscode.l10n.t('slices with their neighbors') : vscode.l10n.t('slices');
    return `${kind}, ${input.height} x ${input.width}, ${channels}`;
  }
  const spacing = input.spacing.map((mm) => String(Number(mm.toFixed(2)))).join(' x ');
  return vscode.l10n.t(
    'patches of {0} voxels of {1} mm, {2}',
    `${input.depth} x ${input.height} x ${input.width}`,
    spacing,
    channels,
  );
}

/** What the network answers with. */
export function outputText(manifest: ModelManifest): string {
  if (manifest.task === 'classification') {
    const { slice, patient } = manifest.outputs;
    const rule =
      patient.kind === 'max'
        ? vscode.l10n.t('patient by the highest slice')
        : vscode.l10n.t('patient by the mean of the {0} highest slices', patient.count);
    return `${slice.labels.join(', ')}; ${rule}`;
  }
  const { outputs } = manifest;
  if (outputs.kind === 'binary') return vscode.l10n.t('blood, taken for {0}', outputs.blood.subtype);
  if (outputs.kind === 'typed') return vscode.l10n.t('blood, and its subtype: {0}', outputs.subtype.labels.join(', '));
  return outputs.classes.labels.join(', ');
}

/** "Dice 0.84, recall 0.9"; empty where nothing is stated. */
export function metricsText({ metrics }: ModelManifest, most = Number.POSITIVE_INFINITY): string {
  return metrics
    .slice(0, most)
    .map(({ name, value }) => `${name} ${metricValue(value)}`)
    .join(', ');
}

/** At most three decimals. */
export function metricValue(value: number): string {
  return String(Number(value.toFixed(3)));
}

/** Why a model is listed but not used under its name. */
export function hiddenText({ name, hiddenBy }: FoundModel): string | undefined {
  return hiddenBy === undefined
    ? undefined
    : vscode.l10n.t('not used, because {0} has the name {1} as well and comes first', hiddenBy, name);
}
