/** Probabilities of a classifier, from tables and from what `hemorica classify` writes, and which scan is whose. */
import path from 'node:path';
import { type BloodClass, CLASSES } from '../../core/metrics/counts';
import { type Matchable, pairUp } from '../../core/metrics/pairs';
import { ScanError } from '../../core/volume';
import { readText } from '../annotation-file';
import { parseRecords } from '../classify-store';
import { commonFolder } from '../named-paths';
import { shown } from '../scan-summary';
import { type Row, readTable } from './table';

export type Probabilities = Readonly<Partial<Record<BloodClass, number>>>;

/** What a classifier says of a scan. */
export interface ScanScores {
  /** As in the table, without the ending of a scan. */
  readonly name: string;
  /** Of the scan's voxels and its series, where that is known. */
  readonly sha256?: string;
  readonly seriesInstanceUid?: string;
  /** By slice; undefined where the classifier did not see the slices as they are stored, and only speaks of the patient. */
  readonly slices: ReadonlyMap<number, Probabilities> | undefined;
  readonly patient?: Probabilities;
}

const SCAN_ENDING = /\.(ich\.json|nii|nii\.gz|hdr|img|dcm)$/i;

/** Name of a scan in a table: with `/`, without the ending. */
function nameOf(text: string): string {
  return text.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '').replace(SCAN_ENDING, '');
}

/**
 * Reads a table with the columns scan, slice (from 0; nothing for the patient as a whole) and one or
 * more of any, EPH, SDH, SAH, IPH, IVH with probabilities. Throws ScanError that names the line.
 */
export async function readScores(file: string): Promise<ScanScores[]> {
  const scans = new Map<string, { slices: Map<number, Probabilities>; patient?: Probabilities }>();
  for (const { fields, line } of await readTable(file, ['scan', 'slice'])) {
    const wrong = (problem: string, remedy: string): never => {
      throw new ScanError(`${shown(file)}:${line}`, problem, remedy);
    };
    const probabilities = Object.fromEntries(
      CLASSES.flatMap((of) => {
        const text = fields[of];
        if (text === undefined) return [];
        const value = Number(text);
        if (!(value >= 0 && value <= 1)) wrong(`"${of}" is ${text}.`, 'Probabilities are numbers from 0 to 1.');
        return [[of, value] as const];
      }),
    );
    if (Object.keys(probabilities).length === 0) wrong('it has no probability.', `Name columns ${CLASSES.join(', ')}.`);
    const name = nameOf(fields.scan ?? wrong('it names no scan.', 'Fill in the column "scan".'));
    const scan = scans.get(name) ?? { slices: new Map<number, Probabilities>() };
    scans.set(name, scan);
    const slice = fields.slice;
    if (slice === undefined) scan.patient = probabilities;
    else if (!/^\d+$/.test(slice)) wrong(`"slice" is ${slice}.`, 'Slices are whole numbers from 0.');
    else if (scan.slices.has(Number(slice))) wrong(`slice ${slice} of ${name} comes twice.`, 'Leave one of them out.');
    else scan.slices.set(Number(slice), probabilities);
  }
  return [...scans].map(([name, scan]) => ({ name, ...scan }));
}

/**
 * Reads a file of results of `hemorica classify`. Scans are named by their paths below the deepest
 * folder that holds all of them; of several lines about one scan the last holds. Throws ScanError that
 * names the line.
 */
export async function readResults(file: string): Promise<ScanScores[]> {
  const records = parseRecords(await readText(file), file);
  const base = commonFolder(records.map(({ path: scan }) => path.dirname(scan)));
  const last = new Map(records.map((record) => [record.path, record]));
  return [...last.values()].map(({ path: scan, slices, patient, sha256, seriesInstanceUid }) => ({
    name: nameOf(path.relative(base, scan).split(path.sep).join('/')),
    sha256,
    ...(seriesInstanceUid !== undefined && { seriesInstanceUid }),
    slices: slices && new Map(slices.entries()),
    patient,
  }));
}

/** Reads a table with the columns scan and patient. */
export async function readPatients(file: string): Promise<{ readonly name: string; readonly patient: string }[]> {
  const rows = await readTable(file, ['scan', 'patient']);
  return rows.map(({ fields, line }: Row) => {
    const { scan, patient } = fields;
    if (scan !== undefined && patient !== undefined) return { name: nameOf(scan), patient };
    throw new ScanError(`${shown(file)}:${line}`, 'it lacks the scan or the patient.', 'Fill in both columns.');
  });
}

/** What is said of named scans: by the hash of their voxels or their series where both sides know it, by path, else by file name where that is the only one of its kind. */
export function byName<T extends Matchable>(
  scans: readonly Matchable[],
  rows: readonly T[],
): (name: string) => T | undefined {
  const { pairs } = pairUp<Matchable>(scans, rows);
  const found = new Map(pairs.map(({ truth, prediction }) => [truth.name, prediction as T]));
  return (name) => found.get(name);
}
