/** What annotations of a cohort contain: how many patients and slices have each subtype, which come together, and volumes. */
import { bySubtype } from '../annotation/annotation';
import { SUBTYPES, type Subtype } from '../annotation/subtype';
import { once, quantileOf } from './estimators';

/** One scan. */
export interface ScanContent {
  /** Whose scan it is. */
  readonly patient: string;
  readonly patientSubtypes: readonly Subtype[];
  /** For each slice. */
  readonly sliceSubtypes: readonly (readonly Subtype[])[];
  /** mL by label; index 0 stays 0. */
  readonly volumes: readonly number[];
}

export interface VolumeSummary {
  /** Scans whose mask has the subtype. */
  readonly scans: number;
  /** mL over these; undefined if there are none. */
  readonly total: number;
  readonly mean?: number;
  readonly median?: number;
  readonly smallest?: number;
  readonly largest?: number;
}

/** P(row | column) = P(row and column) / P(column); null where nothing has the column's subtype. */
export type ConditionalTable = Readonly<Record<Subtype, Readonly<Record<Subtype, number | null>>>>;

export interface LevelCounts {
  readonly all: number;
  readonly healthy: number;
  readonly hemorrhage: number;
  readonly subtypes: Readonly<Record<Subtype, number>>;
  readonly conditional: ConditionalTable;
}

export interface CohortSummary {
  readonly scans: number;
  readonly patients: LevelCounts;
  readonly slices: LevelCounts;
  readonly volumes: Readonly<Record<Subtype | 'any', VolumeSummary>>;
}

/** Sums up scans; a patient has what any of his scans has. */
export function summarizeCohort(scans: readonly ScanContent[]): CohortSummary {
  const patients = new Map<string, Set<Subtype>>();
  for (const { patient, patientSubtypes } of scans) {
    const known = patients.get(patient) ?? new Set();
    for (const subtype of patientSubtypes) known.add(subtype);
    patients.set(patient, known);
  }
  const slices = scans.flatMap(({ sliceSubtypes }) => sliceSubtypes.map((subtypes) => new Set(subtypes)));
  const volumeOf = (label: number): VolumeSummary => summarizeVolumes(scans.map(({ volumes }) => volumes[label] ?? 0));
  return {
    scans: scans.length,
    patients: countLevel([...patients.values()]),
    slices: countLevel(slices),
    volumes: {
      any: summarizeVolumes(scans.map(({ volumes }) => volumes.reduce((sum, one) => sum + one, 0))),
      ...bySubtype((subtype) => volumeOf(SUBTYPES.indexOf(subtype) + 1)),
    },
  };
}

function countLevel(items: readonly ReadonlySet<Subtype>[]): LevelCounts {
  const count = (...subtypes: readonly Subtype[]): number =>
    items.filter((item) => subtypes.every((subtype) => item.has(subtype))).length;
  const hemorrhage = items.filter(({ size }) => size > 0).length;
  const subtypes = bySubtype((subtype) => count(subtype));
  return {
    all: items.length,
    healthy: items.length - hemorrhage,
    hemorrhage,
    subtypes,
    conditional: bySubtype((row) =>
      bySubtype((column) => (subtypes[column] === 0 ? null : count(row, column) / subtypes[column])),
    ),
  };
}

function summarizeVolumes(all: readonly number[]): VolumeSummary {
  const volumes = all.filter((volume) => volume > 0);
  const total = volumes.reduce((sum, volume) => sum + volume, 0);
  if (volumes.length === 0) return { scans: 0, total };
  const median = quantileOf(
    volumes.map((value) => ({ patient: 0, value })),
    0.5,
  )(once(1));
  return {
    scans: volumes.length,
    total,
    mean: total / volumes.length,
    ...(median !== undefined && { median }),
    smallest: Math.min(...volumes),
    largest: Math.max(...volumes),
  };
}
