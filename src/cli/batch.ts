/** A run over a cohort: one scan after the other, with progress, a report, and a good end when it is interrupted. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Argv } from 'yargs';
import { type Engine, InferenceClient } from '../node/inference-client';
import { BatchReport, type Done, type ScanReport } from './batch-report';
import { findCohort, type Member, parseShard } from './cohort';
import { type EngineArguments, engineOf, engineOptions, engineParams, engineReporter } from './engine';
import type { ModelIdentity } from './finished';
import { attempt, complain, isExpected, ProgressLine, withPath } from './output';
import { INFERENCE } from './place';
import { pathOf, shown } from './scan-summary';

/** Options of every command that works through a cohort. */
export interface BatchArguments extends EngineArguments {
  readonly paths: string[];
  readonly shard: string | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds the options to a command's own. */
export function batchOptions<T>(yargs: Argv<T>) {
  return engineOptions(yargs)
    .positional('paths', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'NIfTI or DICOM files, folders, or globs in quotes',
    })
    .option('shard', {
      type: 'string',
      requiresArg: true,
      describe: 'Only part i of n of the scans, as i/n; the same part on every machine',
    })
    .option('report', { type: 'string', requiresArg: true, describe: 'JSON file to say what became of each scan' })
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each scan' })
    .option('quiet', { type: 'boolean', default: false, describe: 'Print errors only' })
    .check(({ json, quiet, shard }) => {
      if (json && quiet) throw new Error('--json and --quiet exclude each other.');
      if (shard !== undefined) parseShard(shard);
      return true;
    });
}

/** What the work on one scan can use. */
export interface Workplace {
  /** What is to run the model, for a request. */
  readonly engine: ReturnType<typeof engineParams>;
  readonly client: InferenceClient;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** What became of the work on one scan. */
export interface Worked {
  readonly report: Pick<ScanReport, 'annotation' | 'volume' | 'probability'> & { readonly status: Done | 'finished' };
  /** Prints the result, once no progress is on the terminal's line. */
  readonly print: () => void;
}

/** Signals that end a run in good order, and the exit codes that shells give to them. */
const ENDINGS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/**
 * Works through a cohort and sets the exit code: 0, 1 if anything failed, 130 or 143 if interrupted.
 * Whatever goes wrong with one scan, the next has its turn; unexpected errors too are told and survived.
 * @param model For the report.
 * @param work Does one scan. Throws the signal's reason when aborted.
 * @param ending Is done after the last scan, also when interrupted; resolves to its exit code.
 */
export async function runBatch(
  options: BatchArguments,
  { done, model }: { readonly done: Done; readonly model: ModelIdentity },
  work: (member: Member, place: Workplace) => Promise<Worked>,
  ending: () => Promise<0 | 1> = async () => 0,
): Promise<void> {
  const shard = options.shard === undefined ? undefined : parseShard(options.shard);
  const { members, unreadable } = await findCohort(options.paths, shard);
  const report = new BatchReport(members.length + unreadable.length, done, model, shard);
  for (const { path: file, message } of unreadable) {
    complain(message);
    report.add({ path: file, status: 'failed', problem: message });
  }
  let engine: Promise<Engine> | undefined;
  const client = new InferenceClient({
    script: INFERENCE,
    engine: () => {
      engine ??= engineOf(options, model.name);
      return engine;
    },
    ...(!options.quiet && !options.json && { onRun: engineReporter() }),
  });
  const interrupt = new AbortController();
  let interrupted = 0;
  const handlers = ENDINGS.map(([signal, code]) => {
    const handler = (): void => {
      interrupted = code;
      interrupt.abort(new Error('interrupted'));
    };
    process.once(signal, handler);
    return () => process.removeListener(signal, handler);
  });
  try {
    await workThrough(members, report, options, interrupt.signal, (member, onProgress) =>
      work(member, { client, engine: engineParams(options), signal: interrupt.signal, onProgress }),
    );
    if (!options.quiet && !options.json) complain('results are for research only; this is not a medical device.');
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    complain('interrupted.');
  } finally {
    for (const remove of handlers) remove();
    client.dispose();
  }
  const ended = await ending();
  if (!options.quiet && (report.total > 1 || shard !== undefined)) complain(report.summary());
  const written = await writeReport(report, options.report);
  process.exitCode = interrupted || (report.failed ? 1 : ended || written);
}

async function workThrough(
  members: readonly Member[],
  report: BatchReport,
  options: BatchArguments,
  signal: AbortSignal,
  work: (member: Member, onProgress: (text: string) => void) => Promise<Worked>,
): Promise<void> {
  const progress = new ProgressLine(options.quiet || options.json);
  for (const [n, member] of members.entries()) {
    const place = members.length > 1 ? `[${n + 1}/${members.length}] ` : '';
    const start = performance.now();
    const file = pathOf(member.scan);
    const show = (text: string): void => progress.show(`${place}${shown(file)}: ${text}`);
    try {
      const { report: found, print } = await work(member, show).finally(() => progress.clear());
      report.add({ path: file, ...found, seconds: Math.round(performance.now() - start) / 1000 });
      print();
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = isExpected(error)
        ? withPath(error, member.named)
        : `${member.named}: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      complain(problem);
      report.add({ path: file, status: 'failed', problem });
    }
  }
}

async function writeReport(report: BatchReport, file: string | undefined): Promise<0 | 1> {
  if (file === undefined) return 0;
  return attempt(file, async () => {
    await mkdir(path.dirname(path.resolve(file)), { recursive: true }).catch(() => undefined);
    await report.write(file);
  });
}
