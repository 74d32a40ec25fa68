/** What became of each scan of a run. */
import { version } from '../../package.json';
import { writeAtomically } from '../node/atomic-write';
import type { Shard } from './cohort';
import type { ModelIdentity } from './finished';

/** What a run does with a scan. */
export type Done = 'segmented' | 'classified';

const FORMATS: Readonly<Record<Done, string>> = {
  segmented: 'hemorica-segment-report',
  classified: 'hemorica-classify-report',
};

export interface ScanReport {
  /** File, or folder of a series of several files; absolute. */
  readonly path: string;
  /** Done in this run, finished before it, or failed. */
  readonly status: Done | 'finished' | 'failed';
  /** Absolute path of the annotation. */
  readonly annotation?: string;
  /** mL. */
  readonly volume?: number;
  /** Of blood, of the patient. */
  readonly probability?: number;
  readonly seconds?: number;
  /** What went wrong and what to do, one line. */
  readonly problem?: string;
}

/** Collects what became of scans. */
export class BatchReport {
  readonly #scans: ScanReport[] = [];
  readonly #started = new Date();

  constructor(
    readonly total: number,
    private readonly done: Done,
    private readonly model: ModelIdentity,
    private readonly shard: Shard | undefined,
  ) {}

  add(scan: ScanReport): void {
    this.#scans.push(scan);
  }

  get failed(): boolean {
    return this.#count('failed') > 0;
  }

  /** For people, one line. */
  summary(): string {
    const parts = [
      ...[this.done, 'failed' as const].map((status) => `${this.#count(status)} ${status}`),
      `${this.#count('finished')} finished before`,
      ...(this.#left > 0 ? [`${this.#left} not reached`] : []),
    ];
    const { shard } = this;
    const which = shard === undefined ? '' : `shard ${shard.index}/${shard.of}: `;
    return `${which}${this.total} scan${this.total === 1 ? '' : 's'}: ${parts.join(', ')}.`;
  }

  /** Writes the report as JSON. Throws WriteError. */
  async write(file: string): Promise<void> {
    const report = {
      format: FORMATS[this.done],
      version: 1,
      program: version,
      started: this.#started.toISOString(),
      ended: new Date().toISOString(),
      model: this.model,
      shard: this.shard ?? null,
      counts: {
        scans: this.total,
        [this.done]: this.#count(this.done),
        finished: this.#count('finished'),
        failed: this.#count('failed'),
        notReached: this.#left,
      },
      scans: this.#scans,
    };
    await writeAtomically(file, `${JSON.stringify(report, undefined, 1)}\n`);
  }

  get #left(): number {
    return this.total - this.#scans.length;
  }

  #count(status: ScanReport['status']): number {
    return this.#scans.filter((scan) => scan.status === status).length;
  }
}
