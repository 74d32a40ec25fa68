/** What was found in files, kept from window to window, so that only files that have changed are read again. */
import type { FindingCode, Severity } from '../../core/lint/finding';

/** A finding in a file that is not open. Lines and columns from 0. */
export interface KnownFinding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  readonly range: readonly [line: number, column: number, endLine: number, endColumn: number];
}

/** A file as it was when it was read. */
export interface KnownFile {
  readonly mtime: number;
  readonly size: number;
  readonly findings: readonly KnownFinding[];
  /** The scan on disk whose header was compared, and how it was then; size -1 where there was none. */
  readonly scan?: { readonly file: string; readonly mtime: number; readonly size: number };
}

/** Files by address. `rules`: whatever else findings depend on; files known under other rules are read again. */
export class KnownFiles {
  #files = new Map<string, KnownFile>();
  #changed = false;

  constructor(private rules: string) {}

  /** Forgets everything: findings depend on something else now. */
  reset(rules: string): void {
    if (rules === this.rules) return;
    this.rules = rules;
    this.#files.clear();
  }

  /** Takes what an earlier window has kept. Anything else than that is passed over. */
  load(text: string): void {
    let kept: unknown;
    try {
      kept = JSON.parse(text);
    } catch {
      return;
    }
    if (typeof kept !== 'object' || kept === null || !('rules' in kept) || kept.rules !== this.rules) return;
    if ('files' in kept && Array.isArray(kept.files)) this.#files = new Map(kept.files as [string, KnownFile][]);
  }

  toText(): string {
    this.#changed = false;
    return JSON.stringify({ rules: this.rules, files: [...this.#files] });
  }

  /** Whether there is anything that was not kept yet. */
  get changed(): boolean {
    return this.#changed;
  }

  /** What is known of a file, if it is still as it was. */
  get(key: string, { mtime, size }: { readonly mtime: number; readonly size: number }): KnownFile | undefined {
    const known = this.#files.get(key);
    return known?.mtime === mtime && known.size === size ? known : undefined;
  }

  set(key: string, file: KnownFile): void {
    this.#files.set(key, file);
    this.#changed = true;
  }

  delete(key: string): void {
    if (this.#files.delete(key)) this.#changed = true;
  }

  /** Addresses of all known files. */
  keys(): string[] {
    return [...this.#files.keys()];
  }
}
