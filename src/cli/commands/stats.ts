import type { CommandModule } from 'yargs';
import { SUBTYPES } from '../../core/annotation/subtype';
import { volumesByLabel } from '../../core/measure/grid';
import { type CohortSummary, type LevelCounts, type ScanContent, summarizeCohort } from '../../core/metrics/cohort';
import { type Entry, findEntries } from '../evaluation/entries';
import { readMask } from '../evaluation/read-mask';
import { byName, readPatients } from '../evaluation/scores';
import { attempt, complain, isExpected, ProgressLine, print, withPath } from '../output';
import { shown } from '../scan-summary';

interface StatsArguments {
  readonly paths: string[];
  readonly patients: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

export const stats: CommandModule<object, StatsArguments> = {
  command: 'stats <paths..>',
  describe: 'Count subtypes by patient and slice, which come together, and volumes',
  builder: (yargs) =>
    yargs
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Annotations or NIfTI label maps: folders, files or globs',
      })
      .option('patients', {
        type: 'string',
        requiresArg: true,
        describe: 'CSV that says whose scans are: scan, patient; default: each scan is a patient',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
      .option('quiet', { type: 'boolean', default: false, describe: 'Print the result and errors only' })
      .example('$0 stats cohort/', 'All annotations in and below a folder')
      .example('$0 stats cohort/ --patients patients.csv --json', 'Several scans a patient, for a program'),
  handler: async ({ paths, patients, json, quiet }) => {
    const { entries, unreadable } = await findEntries(paths);
    for (const { message } of unreadable) complain(message);
    let failed = unreadable.length > 0;
    const progress = new ProgressLine(quiet);
    const code = await attempt('', async () => {
      const patientOf = byName(entries, patients === undefined ? [] : await readPatients(patients));
      const scans: ScanContent[] = [];
      for (const [n, entry] of entries.entries()) {
        progress.show(`[${n + 1}/${entries.length}] ${entry.name}`);
        const patient = patients === undefined ? entry.name : patientOf(entry.name)?.patient;
        const content = await readContent(entry, patient).finally(() => progress.clear());
        if (content === undefined) failed = true;
        else scans.push(content);
      }
      const summary = summarizeCohort(scans);
      print(json ? JSON.stringify(summary) : describe(summary));
    });
    process.exitCode = code || Number(failed);
  },
};

/** What an annotation or label map contains; undefined, and told, if it cannot be read or its patient is not known. */
async function readContent(entry: Entry, patient: string | undefined): Promise<ScanContent | undefined> {
  if (patient === undefined) {
    complain(`${shown(entry.file)}: the table of patients does not name it.`);
    return undefined;
  }
  try {
    const { masks, grid, patientSubtypes, sliceSubtypes } = await readMask(entry, false);
    return { patient, patientSubtypes, sliceSubtypes, volumes: volumesByLabel(masks, grid) };
  } catch (error) {
    if (!isExpected(error)) throw error;
    complain(withPath(error, shown(entry.file)));
    return undefined;
  }
}

function describe({ scans, patients, slices, volumes }: CohortSummary): string {
  const levels = [
    ['patients', patients],
    ['slices', slices],
  ] as const;
  const counts = columns([
    ['', 'all', 'healthy', 'hemorrhage', ...SUBTYPES],
    ...levels.map(([name, level]) => [
      name,
      ...[level.all, level.healthy, level.hemorrhage, ...SUBTYPES.map((subtype) => level.subtypes[subtype])].map(
        String,
      ),
    ]),
  ]);
  const size = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(1));
  const blood = columns([
    ['mL', 'scans', 'mean', 'median', 'smallest', 'largest', 'total'],
    ...(['any', ...SUBTYPES] as const).map((of) => {
      const { scans: n, mean, median, smallest, largest, total } = volumes[of];
      return [of, String(n), ...[mean, median, smallest, largest, total].map(size)];
    }),
  ]);
  const tables = levels.flatMap(([name, level]) => [
    '',
    `P(row | column), by ${name.slice(0, -1)}`,
    ...conditional(level),
  ]);
  return [`${scans} scan${scans === 1 ? '' : 's'}`, '', ...counts, '', ...blood, ...tables].join('\n');
}

function conditional({ conditional: table }: LevelCounts): string[] {
  return columns([
    ['', ...SUBTYPES],
    ...SUBTYPES.map((row) => [row, ...SUBTYPES.map((column) => table[row][column]?.toFixed(3) ?? '-')]),
  ]);
}

/** Rows as lines: the first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
