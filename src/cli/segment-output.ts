/** What `hemorica segment` prints of a scan. */
import { SUBTYPES } from '../core/annotation/subtype';
import type { Notice } from '../core/volume';
import type { ScanFiles } from '../node/scan-files';
import { complain, decimal, print } from './output';
import { pathOf, shown } from './scan-summary';
import type { Segmented } from './segment-scan';

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Notices of no weight elsewhere that put a model's result in doubt. */
const MATTERS: readonly Notice['code'][] = ['not-hounsfield', 'no-geometry'];

export function printSegmented(
  scan: ScanFiles,
  { result, annotation, labels, volume }: Extract<Segmented, { status: 'segmented' }>,
  { json, quiet }: OutputOptions,
): void {
  const volumes = Object.fromEntries(SUBTYPES.map((name, n) => [name, result.volumes[n] ?? 0]));
  if (json) {
    const { model, attempts, image, notices, slices } = result;
    const slicesWithBlood = slices.map(({ slice }) => slice);
    const written = { annotation, ...(labels !== undefined && { labels }) };
    const found = { volume, volumes, slicesWithBlood, model, attempts, image, notices };
    print(JSON.stringify({ path: pathOf(scan), status: 'segmented', ...written, ...found }));
    return;
  }
  if (quiet) return;
  const parts = SUBTYPES.flatMap((name) =>
    (volumes[name] ?? 0) > 0 ? [`${name} ${decimal(volumes[name] ?? 0, 1)}`] : [],
  );
  const found = volume > 0 ? `${decimal(volume, 1)} mL (${parts.join(', ')})` : 'no blood found';
  const name = shown(pathOf(scan));
  const files = [annotation, ...(labels === undefined ? [] : [labels])];
  print(`${name}: ${found} -> ${files.map(shown).join(', ')}`);
  for (const { severity, code, message } of result.notices) {
    if (severity === 'warning' || MATTERS.includes(code)) complain(`${name}: ${message}`);
  }
  if (
    labels !== undefined &&
    result.notices.some(({ code }) => code === 'uneven-spacing' || code === 'missing-slices')
  ) {
    complain(
      `${name}: its slices are uneven, which NIfTI cannot express: the label map has its voxels, not its distances.`,
    );
  }
}

export function printFinished(
  scan: ScanFiles,
  { annotation, labels }: Segmented,
  { json, quiet }: OutputOptions,
): void {
  if (json) {
    const written = { annotation, ...(labels !== undefined && { labels }) };
    print(JSON.stringify({ path: pathOf(scan), status: 'finished', ...written }));
  } else if (!quiet) print(`${shown(pathOf(scan))}: finished before -> ${shown(annotation)}`);
}
