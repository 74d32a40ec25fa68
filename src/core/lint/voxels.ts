/** A mask against the scan that it was drawn on: what lies where there can be no blood. */

import type { Match } from '../annotation/match';
import { encodeRuns, paintRuns, type SliceRuns } from '../annotation/runs';
import { subtypeOf } from '../annotation/subtype';
import { type HuSource, huReader } from '../edit/options';
import type { Vec3 } from '../volume';
import type { Finding } from './finding';
import { findHead } from './head';
import { erase } from './islands';

/** HU below which a voxel is air. Fat is around -100. */
export const AIR_BELOW = -200;
/** HU above which a voxel is bone. Clotted blood stays below 100, calcifications mostly below this. */
export const BONE_ABOVE = 300;
/** Fewer voxels than these on a slice are the border of what is next to them. */
export const FEWEST = 5;

/** Voxels of one subtype on one slice that lie where there can be no blood. */
export interface MaskFinding {
  readonly code: 'outside-head' | 'in-bone' | 'in-air';
  readonly slice: number;
  readonly label: number;
  readonly voxels: number;
  /** Packed runs of just these voxels. */
  readonly runs: Uint32Array;
}

/** What a scan says of an annotation. */
export interface ScanCheck {
  /** Whether the annotation belongs to the scan; if not, nothing else is looked at. */
  readonly match: Match;
  /** False for scans whose values are no HU: of their masks nothing can be said. */
  readonly hounsfield: boolean;
  readonly findings: readonly MaskFinding[];
  /** mm that each slice stands for. */
  readonly extents: readonly number[];
}

const CODES = ['outside-head', 'in-bone', 'in-air'] as const;

/**
 * Goes through a mask (slices as packed runs) on its scan, whose values must be HU. Borders of bone
 * and air are blurred, so a voxel counts as bone or air only if those beside, before and behind it in
 * its slice are, too.
 */
export function checkMask(
  scan: HuSource & { readonly size: Vec3; readonly spacing: Vec3 },
  masks: readonly SliceRuns[],
): MaskFinding[] {
  const drawn = masks.filter(({ runs }) => runs.length > 0);
  if (drawn.length === 0) return [];
  const [width, height] = scan.size;
  const hu = huReader(scan);
  const head = findHead(scan);
  const labels = new Uint8Array(width * height);
  return drawn.flatMap(({ slice, runs }) => {
    labels.fill(0);
    paintRuns(runs, labels, width, height);
    const first = slice * width * height;
    /** Whether a pixel and its four neighbours all pass; beyond the picture everything does. */
    const all = (pixel: number, test: (value: number) => boolean): boolean => {
      const i = pixel % width;
      const beside = [
        pixel,
        i > 0 ? pixel - 1 : pixel,
        i < width - 1 ? pixel + 1 : pixel,
        pixel - width,
        pixel + width,
      ];
      return beside.every((at) => at < 0 || at >= labels.length || test(hu(first + at)));
    };
    const problem = (pixel: number): number => {
      if (!head.contains(pixel % width, Math.floor(pixel / width), slice)) return 1;
      if (all(pixel, (value) => value > BONE_ABOVE)) return 2;
      // Padding has no HU.
      return all(pixel, (value) => !(value >= AIR_BELOW)) ? 3 : 0;
    };
    const problems = new Uint8Array(labels.length);
    const counts = new Map<number, number>();
    labels.forEach((label, pixel) => {
      const found = label === 0 ? 0 : problem(pixel);
      if (found === 0) return;
      // What is wrong and with which subtype, in one number.
      const kind = (found - 1) * 8 + label;
      problems[pixel] = kind;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    });
    return [...counts]
      .filter(([, voxels]) => voxels >= FEWEST)
      .sort(([a], [b]) => a - b)
      .flatMap(([kind, voxels]): MaskFinding[] => {
        const code = CODES[kind >> 3];
        const wrong = labels.map((label, pixel) => (problems[pixel] === kind ? label : 0));
        return code ? [{ code, slice, label: kind & 7, voxels, runs: encodeRuns(wrong, width, height) }] : [];
      });
  });
}

const WHERE: Readonly<Record<MaskFinding['code'], string>> = {
  'outside-head': 'outside of the head',
  'in-bone': `in bone (above ${BONE_ABOVE} HU)`,
  'in-air': `in air (below ${AIR_BELOW} HU)`,
};

/** What a scan says of an annotation as findings of it. */
export function scanFindings({ match, findings }: Pick<ScanCheck, 'match' | 'findings'>): Finding[] {
  return [...matchFindings(match), ...maskFindings(findings)];
}

/** The findings on a mask as findings of the annotation that holds it. */
export function maskFindings(found: readonly MaskFinding[]): Finding[] {
  return found.flatMap(({ code, slice, label, voxels, runs }): Finding[] => {
    const subtype = subtypeOf(label);
    if (!subtype) return [];
    const [first = 0, last = 0] = [runs[1], runs.at(-3)];
    const rows = first === last ? `row ${first}` : `rows ${first} to ${last}`;
    return [
      {
        code,
        severity: 'warning',
        message: `Slice ${slice}: ${voxels} voxels of ${subtype} (${rows}) lie ${WHERE[code]}. Erase them, or check that the mask belongs to this scan.`,
        path: ['slices', slice, 'rows', first],
        column: runs[2] ?? 0,
        slice,
        subtype,
        fix: { edit: { label: `Erase ${subtype} ${code}`, mask: erase([{ slice, runs }]), fields: [] } },
      },
    ];
  });
}

/** What `annotationMatches` says of the scan, as findings; none if the annotation belongs to it. */
export function matchFindings(match: Match): Finding[] {
  if (match.matches) return [];
  const { differs, message } = match;
  const [code, field] = (
    {
      size: ['image-size', 'size'],
      geometry: ['image-geometry', 'affine'],
      voxels: ['image-voxels', 'sha256'],
    } as const
  )[differs];
  return [{ code, severity: 'error', message, path: ['image', field] }];
}
