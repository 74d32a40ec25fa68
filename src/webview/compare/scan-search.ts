/** Looks for the scan of an image among those that the host offers, and decodes it. */
import type { ImageReference } from '../../core/annotation/image';
import { placementOf } from '../../core/annotation/image';
import { annotationMatches } from '../../core/annotation/match';
import type { ScanError, Volume } from '../../core/volume';
import type { ScanOffer } from '../../protocol/compare';
import type { DecodeResult } from '../../protocol/decode';
import type { Assets } from '../../protocol/view';
import { t } from '../l10n';
import { ScanLoader } from '../scan/loader';

export type SearchResult =
  | { readonly found: true; readonly volume: Volume }
  /** Why there is no scan to draw on. */
  | { readonly found: false; readonly reason: string };

export class ScanSearch {
  private loader: ScanLoader | undefined;
  private cancelled = false;

  /** @param offer Asks the host for its offer number n. */
  constructor(
    private readonly image: ImageReference,
    private readonly assets: Assets,
    private readonly workerCode: Promise<string>,
    private readonly offer: (attempt: number) => Promise<ScanOffer>,
  ) {}

  /** Tries offer after offer; undefined if the search was cancelled. */
  async run(): Promise<SearchResult | undefined> {
    let reason: string | undefined;
    for (let attempt = 0; !this.cancelled; attempt++) {
      const offer = await this.offer(attempt);
      if (!offer.found) return { found: false, reason: reason ?? offer.reason };
      const result = await this.decode(offer).catch((error: ScanError) => error);
      if (this.cancelled) return undefined;
      if (result instanceof Error) {
        if (offer.named) reason ??= result.message;
        continue;
      }
      const { volume, sha256 } = result;
      const match = annotationMatches(this.image, { ...placementOf(volume), sha256 });
      if (match.matches) return { found: true, volume };
      if (offer.named) reason ??= t('{0} is another scan. {1}', offer.name, match.message);
    }
    return undefined;
  }

  cancel(): void {
    this.cancelled = true;
    this.loader?.cancel();
  }

  private decode(offer: ScanOffer & { found: true }): Promise<DecodeResult> {
    const { promise, resolve, reject } = Promise.withResolvers<DecodeResult>();
    const loader = new ScanLoader(offer.name, offer.source, this.assets, this.workerCode, {
      bytes: () => undefined,
      slices: () => undefined,
      firstSlice: () => undefined,
      done: resolve,
      failed: reject,
    });
    this.loader = loader;
    if (offer.files) loader.addSeries(offer.files);
    loader.start();
    return promise;
  }
}
