/** What a page that compares shows: the versions, how they differ, and on which ground they are drawn. */
import type { ImageReference } from '../../core/annotation/image';
import { annotationMatches } from '../../core/annotation/match';
import type { SliceRuns } from '../../core/annotation/runs';
import type { MeasureGrid } from '../../core/measure/grid';
import { volumeGrid } from '../../core/measure/grid';
import type { Volume } from '../../core/volume';
import type { OtherSide, Version, VersionContent } from '../../protocol/compare';
import { t } from '../l10n';
import { type Changes, type ChangeTable, changesBetween, changeTable } from './changes';
import { placementOfImage } from './empty-scan';

/** Whether the scan is being looked for, is there, or why not. */
export type Ground =
  | { readonly state: 'searching' }
  | { readonly state: 'scan' }
  | { readonly state: 'empty'; readonly reason: string };

export interface CompareState {
  readonly version: Version;
  readonly other: OtherSide | undefined;
  /** One view of the changes, instead of the two versions. */
  readonly combined: boolean;
  readonly ground: Ground;
}

/** The two versions of a diff in their order. */
export interface Versions {
  readonly before: Version;
  readonly after: Version;
}

export function versionsOf({ version, other }: CompareState): Versions | undefined {
  if (!other) return undefined;
  return other.side === 'left' ? { before: version, after: other.version } : { before: other.version, after: version };
}

/** The masks of a version; none for a file that is not there. */
export function masks(content: VersionContent): readonly SliceRuns[] {
  return content.state === 'shown' ? content.slices : [];
}

/** The image that a page draws: that of its version, or of the other where this one has none. */
export function imageOf({ version, other }: CompareState): ImageReference | undefined {
  if (version.content.state === 'shown') return version.content.image;
  return other?.version.content.state === 'shown' ? other.version.content.image : undefined;
}

/** Why the two versions cannot be laid over each other; undefined if they can. */
export function obstacleOf({ before, after }: Versions): string | undefined {
  for (const { title, content } of [before, after]) {
    if (content.state === 'broken') return t('{0}: {1}', title, content.problem);
  }
  if (before.content.state === 'absent' && after.content.state === 'absent') {
    return t('Neither of the two versions has this file.');
  }
  if (before.content.state !== 'shown' || after.content.state !== 'shown') return undefined;
  const match = annotationMatches(before.content.image, placementOfImage(after.content.image));
  return match.matches ? undefined : t('The two versions are of different images, so their voxels cannot be compared.');
}

export interface Comparison {
  readonly versions: Versions;
  readonly changes: Changes;
  readonly table: ChangeTable;
  /** True where the volumes take every slice as far apart as the mean, since the scan is not at hand. */
  readonly estimated: boolean;
}

/** Compares the two versions; undefined where they are not two or cannot be compared. */
export function compare(state: CompareState, ground: Volume): Comparison | undefined {
  const versions = versionsOf(state);
  if (!versions || obstacleOf(versions) !== undefined) return undefined;
  const [before, after] = [masks(versions.before.content), masks(versions.after.content)];
  const grid: MeasureGrid = volumeGrid(ground);
  return {
    versions,
    changes: changesBetween(before, after),
    table: changeTable(before, after, grid),
    estimated: state.ground.state !== 'scan',
  };
}

/** Name of a version: its revision; where both have the same, its file. */
export function versionName({ title, file }: Version, other: Version | undefined): string {
  return other && other.title === title ? file : title;
}
