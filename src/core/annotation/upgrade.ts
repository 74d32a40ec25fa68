import { Flaw } from './error';
import { ANNOTATION_FORMAT, ANNOTATION_VERSION } from './version';

/** Turns the parsed JSON of one version into that of the next. */
export type Upgrade = (older: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** `UPGRADES[n]` leads from version n + 1 to n + 2. Empty as long as there is one version. */
export const UPGRADES: readonly Upgrade[] = [];

/**
 * Brings parsed JSON to the current version. Throws Flaw for another format, for a version that is
 * no whole number from 1 on, and for one newer than this reader knows.
 */
export function upgrade(
  raw: Readonly<Record<string, unknown>>,
  upgrades: readonly Upgrade[] = UPGRADES,
  current = ANNOTATION_VERSION,
): Readonly<Record<string, unknown>> {
  const { format, version } = raw;
  if (format !== ANNOTATION_FORMAT) {
    throw new Flaw(
      ['format'],
      `The format is ${JSON.stringify(format) ?? 'not stated'}, not "${ANNOTATION_FORMAT}".`,
      'Check that this file is a Hemorica annotation.',
      'format',
    );
  }
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new Flaw(
      ['version'],
      `The version is ${JSON.stringify(version) ?? 'not stated'}, not a whole number from 1 to ${current}.`,
      'Restore the version that the file was written with.',
      'format',
    );
  }
  if (version > current) {
    throw new Flaw(
      ['version'],
      `This annotation has version ${version}; this Hemorica reads versions up to ${current}.`,
      'Update Hemorica to open it; the file has not been changed.',
      'newer-version',
    );
  }
  return upgrades
    .slice(version - 1)
    .reduce<Readonly<Record<string, unknown>>>((older, step, n) => ({ ...step(older), version: version + n + 1 }), raw);
}
