/** The proposals that wait for a decision, of open and of closed scans, kept across windows. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { writeAtomically } from '../../node/atomic-write';
import { readHead } from '../scan/files';
import {
  type PendingProposal,
  type PendingSummary,
  packProposal,
  readSummary,
  summaryOf,
  unpackProposal,
} from './stored';

/** What has become of a scan's proposal. */
export interface PendingChange {
  /** SHA-256 of the scan's voxels. */
  readonly sha256: string;
  /** Another proposal or none; something decided or taken back; threshold or mode. */
  readonly what: 'proposal' | 'decided' | 'setting';
  /** Who made the change, and so shows it already. */
  readonly origin?: object;
}

const SUFFIX = '.proposal';
const NAME = /^[0-9a-f]{64}\.proposal$/;
/** Bytes of a file that hold its summary, names of any length that file systems allow included. */
const SUMMARY = 16_384;
/** Milliseconds from a change of the setting to its file: a slider moves often. */
const WRITE_AFTER = 500;

/**
 * One proposal a scan, named by the hash of its voxels: so it is found again when the file was moved,
 * and never shown on other voxels. Files lie in the extension's own folder, never beside the scan.
 *
 * Invariant: in memory are the proposals of open scans, and those that no file holds yet.
 */
export class PendingProposals implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<PendingChange>();
  readonly onDidChange = this.#changed.event;
  readonly #entries = new Map<string, PendingProposal>();
  /** How many documents show a scan. */
  readonly #open = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What is being read and written, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #disposed = false;

  /** @param folder Folder for the files, made when it is first needed. */
  constructor(
    readonly folder: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The proposal of a scan that is open, or whose file is not written yet. */
  of(sha256: string): PendingProposal | undefined {
    return this.#entries.get(sha256);
  }

  /** A scan is open: its proposal is read and kept in memory until what is returned is disposed of. */
  async open(sha256: string): Promise<vscode.Disposable> {
    this.#open.set(sha256, (this.#open.get(sha256) ?? 0) + 1);
    let there = true;
    const close = (): void => {
      if (!there) return;
      there = false;
      const left = (this.#open.get(sha256) ?? 1) - 1;
      if (left > 0) this.#open.set(sha256, left);
      else this.#open.delete(sha256);
      if (left === 0 && this.#entries.has(sha256)) this.#write(sha256);
    };
    await this.#read(sha256);
    return new vscode.Disposable(close);
  }

  /** The proposal of a scan, open or not. */
  async find(sha256: string): Promise<PendingProposal | undefined> {
    const close = await this.open(sha256);
    const found = this.#entries.get(sha256);
    close.dispose();
    return found;
  }

  /** What is pending, in no order. */
  async all(): Promise<readonly PendingSummary[]> {
    await this.#work;
    const found = new Map<string, PendingSummary>();
    for (const name of await fs.readdir(this.folder.fsPath).catch(() => [])) {
      if (!NAME.test(name)) continue;
      try {
        const head = await readHead(vscode.Uri.joinPath(this.folder, name), SUMMARY);
        const { summary } = readSummary(head);
        found.set(summary.sha256, summary);
      } catch (error) {
        this.log.warn(`${name}: the proposal cannot be read (${messageOf(error)}).`);
      }
    }
    for (const [sha256, pending] of this.#entries) found.set(sha256, summaryOf(pending));
    return [...found.values()];
  }

  /** Puts a proposal in the place of what there was. */
  put(pending: PendingProposal, what: PendingChange['what'] = 'proposal', origin?: object): void {
    const { sha256 } = pending.proposal.image;
    this.#entries.set(sha256, pending);
    if (what === 'setting') this.#writeLater(sha256);
    else this.#write(sha256);
    this.#changed.fire({ sha256, what, ...(origin ? { origin } : {}) });
  }

  /** Forgets the proposal of a scan. */
  drop(sha256: string): void {
    this.#entries.delete(sha256);
    clearTimeout(this.#timers.get(sha256));
    this.#timers.delete(sha256);
    const file = this.#fileOf(sha256);
    this.#after(async () => {
      if (!this.#entries.has(sha256)) await fs.rm(file, { force: true });
    });
    this.#changed.fire({ sha256, what: 'proposal' });
  }

  /** Reads a proposal that is not in memory. Never fails: what cannot be read is removed and logged. */
  #read(sha256: string): Promise<void> {
    return this.#after(async () => {
      if (this.#entries.has(sha256)) return;
      const file = this.#fileOf(sha256);
      try {
        const pending = await unpackProposal(await fs.readFile(file));
        if (pending.proposal.image.sha256 !== sha256) throw new Error('It is of another scan.');
        // A run may have ended meanwhile: that one stands.
        if (!this.#entries.has(sha256)) this.#entries.set(sha256, pending);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
        this.log.warn(`${file}: the proposal cannot be read and is dropped (${messageOf(error)}).`);
        await fs.rm(file, { force: true });
      }
    });
  }

  #writeLater(sha256: string): void {
    if (this.#timers.has(sha256)) return;
    const timer = setTimeout(() => this.#write(sha256), WRITE_AFTER);
    this.#timers.set(sha256, timer);
  }

  #write(sha256: string): void {
    clearTimeout(this.#timers.get(sha256));
    this.#timers.delete(sha256);
    void this.#after(async () => {
      const pending = this.#entries.get(sha256);
      if (!pending) return;
      await fs.mkdir(this.folder.fsPath, { recursive: true });
      await writeAtomically(this.#fileOf(sha256), await packProposal(pending));
      if (this.#entries.get(sha256) === pending && !this.#open.has(sha256)) this.#entries.delete(sha256);
    });
  }

  /** Does a piece of work after what is under way; a failure is logged, and what is in memory stays there. */
  #after(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      if (!this.#disposed) this.log.warn(`Proposals are kept in this window only: ${messageOf(error)}`);
    });
    return this.#work;
  }

  /** Resolves when the files say what is pending. */
  async settled(): Promise<void> {
    for (const sha256 of [...this.#timers.keys()]) this.#write(sha256);
    await this.#work;
  }

  #fileOf(sha256: string): string {
    return path.join(this.folder.fsPath, `${sha256}${SUFFIX}`);
  }

  dispose(): void {
    for (const sha256 of [...this.#timers.keys()]) this.#write(sha256);
    this.#disposed = true;
    this.#changed.dispose();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
