import * as vscode from 'vscode';
import type { ImageReference } from '../../core/annotation/image';
import { ScanError } from '../../core/volume';
import type { ScanOffer } from '../../protocol/compare';
import type { RemoteFile } from '../../protocol/view';
import { baseName } from '../scan/files';
import { findScan, type ScanFile } from '../scan/source';
import type { Services } from '../services';
import { namedScan, obstacle, scanCandidates } from './scan-of';

/** The scans that are offered for one image, one after the other. */
export class ScanOffers {
  readonly #key: string;
  readonly #candidates: AsyncGenerator<vscode.Uri>;
  readonly #given: ScanOffer[] = [];
  /** Why candidates could not be offered. */
  #reason: string | undefined;

  constructor(
    private readonly image: ImageReference,
    private readonly folder: vscode.Uri,
    private readonly services: Pick<Services, 'headers' | 'sessions' | 'log'>,
    private readonly remote: (file: ScanFile) => RemoteFile,
  ) {
    this.#key = JSON.stringify(image);
    this.#candidates = scanCandidates(image, folder, services);
  }

  isFor(image: ImageReference): boolean {
    return JSON.stringify(image) === this.#key;
  }

  /** Offer number `attempt`, counted from 0; after the last one why there is none. */
  async offer(attempt: number): Promise<ScanOffer> {
    while (this.#given.length <= attempt) {
      const next = await this.#next();
      if (!next) return { found: false, reason: this.#reason ?? this.#notFound() };
      this.#given.push(next);
    }
    return this.#given[attempt] ?? { found: false, reason: this.#notFound() };
  }

  async #next(): Promise<ScanOffer | undefined> {
    for (;;) {
      const { done, value: uri } = await this.#candidates.next();
      if (done) return undefined;
      try {
        const problem = await obstacle(uri);
        if (problem === undefined) return await this.#offerOf(uri);
        this.#reason ??= problem;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!(error instanceof ScanError)) this.services.log.warn(`${uri.toString(true)}: ${message}`);
        this.#reason ??= message;
      }
    }
  }

  async #offerOf(uri: vscode.Uri): Promise<ScanOffer> {
    const { seriesInstanceUid } = this.image;
    const files = await findScan(uri, this.services.headers, async (series) =>
      series.find((one) => one.seriesInstanceUid === seriesInstanceUid),
    );
    const name = baseName(uri);
    const path = namedScan(this.image, this.folder)?.path;
    const named = path !== undefined && (uri.path === path || uri.path.startsWith(`${path}/`));
    if (files.kind === 'nifti') {
      const pair = files.pair ? { pair: this.remote(files.pair) } : {};
      return { found: true, name, named, source: { kind: 'nifti', file: this.remote(files.file), ...pair } };
    }
    return {
      found: true,
      name,
      named,
      source: { kind: 'dicom', opened: this.remote(files.opened), more: true },
      files: (await files.series(() => false)).map(this.remote),
    };
  }

  #notFound(): string {
    const named = namedScan(this.image, this.folder);
    const name = named ? baseName(named) : vscode.l10n.t('the series {0}', this.image.seriesInstanceUid ?? '');
    return vscode.l10n.t(
      'The scan ({0}) is neither where the annotation looks for it nor elsewhere in the workspace. Put it beside the annotation, or open a folder that holds it.',
      name,
    );
  }
}
