/** A comparison of a folder's annotations with a model: what is known of each scan, and the work that finds it out. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { AnnotationError } from '../../core/annotation/error';
import { geometryFromAffine } from '../../core/geometry';
import { countsFromLast } from '../../core/reformat';
import { ScanError } from '../../core/volume';
import { type ComparedModel, type ComparedScan, compareWithModel } from '../../node/disagreement/compare-with-model';
import type { KeptResult, ModelResults } from '../../node/disagreement/model-results';
import { InferenceStopped } from '../../node/inference-client';
import type { ScanFiles } from '../../node/scan-files';
import type { DisagreementProgress, ListedScan } from '../../protocol/disagreement';
import { percentOf } from '../models/progress';
import type { Services } from '../services';

/** What a run keeps of a scan beside what is listed: what opening it needs. */
export interface KnownScan {
  readonly scan: ScanFiles;
  readonly result: KeptResult;
}

interface Entry {
  /** Absolute path of the annotation. */
  readonly file: string;
  listed: ListedScan;
  known?: KnownScan;
}

/** What became of a call of `compare`. */
export interface Finished {
  readonly stopped: boolean;
  /** Scans for which the model was run. */
  readonly ran: number;
}

export class DisagreementRun implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new vscode.EventEmitter<readonly ListedScan[]>();
  /** Fires with scans that are known anew. */
  readonly onDidCompare = this.#changed.event;
  readonly #progressed = new vscode.EventEmitter<DisagreementProgress>();
  readonly onDidProgress = this.#progressed.event;
  #progress: DisagreementProgress = { running: false, part: 0 };
  #abort: AbortController | undefined;

  /**
   * @param folder Absolute path; scans are named by their annotations below it.
   * @param files Absolute paths of the annotations.
   */
  constructor(
    readonly folder: string,
    files: readonly string[],
    readonly model: ComparedModel,
    private readonly results: ModelResults,
    private readonly services: Pick<Services, 'inference' | 'log'>,
  ) {
    for (const file of files) {
      const name = nameBelow(folder, file);
      this.#entries.set(name, { file, listed: { name } });
    }
  }

  get scans(): readonly ListedScan[] {
    return [...this.#entries.values()].map(({ listed }) => listed);
  }

  get progress(): DisagreementProgress {
    return this.#progress;
  }

  /** What is needed to open a scan; undefined until it has been compared. */
  known(name: string): KnownScan | undefined {
    return this.#entries.get(name)?.known;
  }

  /** Absolute path of an annotation of the list. */
  fileOf(name: string): string | undefined {
    return this.#entries.get(name)?.file;
  }

  /**
   * Compares, one scan after the other; whatever goes wrong with one is told in the list, and the next
   * has its turn. Resolves at the end or when stopped; while another call is at work, at once.
   * @param names Only these; all by default.
   */
  async compare(names: readonly string[] = [...this.#entries.keys()]): Promise<Finished> {
    if (this.#abort) return { stopped: false, ran: 0 };
    const abort = new AbortController();
    this.#abort = abort;
    let ran = 0;
    try {
      for (const [n, name] of names.entries()) {
        const entry = this.#entries.get(name);
        if (!entry) continue;
        const at = (part: number, text?: string): void =>
          this.#tell({ running: true, part: (n + part) / names.length, current: text ? `${name}, ${text}` : name });
        at(0);
        const compared = await this.#one(entry, abort.signal, at);
        if (compared?.ran) ran++;
        this.#changed.fire([entry.listed]);
      }
      await this.results.prune();
      return { stopped: false, ran };
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      return { stopped: true, ran };
    } finally {
      this.#abort = undefined;
      this.#tell({ running: false, part: 1 });
    }
  }

  /** Stops; the scan at work is left as it was. */
  stop(): void {
    this.#abort?.abort();
  }

  async #one(
    entry: Entry,
    signal: AbortSignal,
    at: (part: number, text: string) => void,
  ): Promise<ComparedScan | undefined> {
    const { name } = entry.listed;
    try {
      const compared = await compareWithModel(entry.file, this.model, {
        client: this.services.inference(),
        results: this.results,
        signal,
        onProgress: (stage) => at(percentOf(stage) / 100, describe(stage)),
      });
      const { affine, size } = compared.annotation.image;
      const fromLast = countsFromLast(geometryFromAffine(affine, size));
      entry.listed = { name, disagreement: compared.disagreement, order: { slices: size[2], fromLast } };
      entry.known = { scan: compared.scan, result: compared.result };
      return compared;
    } catch (error) {
      if (signal.aborted || !isAboutScan(error)) throw error;
      const problem = error.message;
      this.services.log.warn(`${entry.file}: ${problem}`);
      entry.listed = { name, problem };
      delete entry.known;
      return undefined;
    }
  }

  #tell(progress: DisagreementProgress): void {
    this.#progress = progress;
    this.#progressed.fire(progress);
  }

  dispose(): void {
    this.stop();
    this.#changed.dispose();
    this.#progressed.dispose();
  }
}

/** Whether an error may be of this scan alone; any other would meet the next one, too. */
function isAboutScan(error: unknown): error is Error {
  return [ScanError, AnnotationError, InferenceStopped].some((kind) => error instanceof kind);
}

/** Path of a file below a folder, with `/`. */
export function nameBelow(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join('/');
}

function describe({ stage, done, total }: Parameters<typeof percentOf>[0]): string {
  if (stage === 'decoding') return vscode.l10n.t('reading the scan');
  if (stage === 'loading-model') return vscode.l10n.t('loading the model');
  return vscode.l10n.t('slice {0} of {1}', Math.min(done + 1, total), total);
}
