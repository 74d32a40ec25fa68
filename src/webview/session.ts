/** The life of a page: asks the host what to show, loads it, and keeps view and host in step. */
import { ScanError, type Volume } from '../core/volume';
import type { DecodeResult } from '../protocol/decode';
import {
  type AnnotationView,
  type DecodedScan,
  PageFailed,
  Ready,
  type ReadyResult,
  ScanDecoded,
  type WindowPreset,
} from '../protocol/view';
import type { EditSession } from './edit/session';
import { t } from './l10n';
import { ScanLoader } from './scan/loader';
import { Scan } from './scan/scan';
import { fetchCode, type WarmWorker } from './scan/warm-worker';
import type { KeptState } from './state/persistence';
import { PLANES, type ViewState } from './state/view-state';
import type { Host } from './transport/host';
import type { Viewer } from './viewer';

export class Session {
  private loader: ScanLoader | undefined;
  private workerCode: Promise<string> | undefined;
  /** Files of the series, kept for a retry. */
  private series: Parameters<ScanLoader['addSeries']>[0] | undefined;
  private painting = false;
  /** The window that nobody has chosen yet. */
  private givenWindow: WindowPreset;
  private firstPaint = 0;
  private decoded: Omit<DecodedScan, 'firstPaint'> | undefined;

  /**
   * @param kept State of the page that was here before the tab was hidden.
   * @param warm A worker for the first attempt.
   */
  constructor(
    private readonly host: Host,
    private ready: ReadyResult,
    private readonly viewer: Viewer,
    private readonly kept: KeptState | undefined,
    private readonly edits: EditSession,
    private warm?: WarmWorker,
  ) {
    this.givenWindow = viewer.store.get().window;
  }

  /** Loads the scan after a failure or a cancel; a file that the host could not use is looked at anew. */
  async retry(): Promise<void> {
    if (this.ready.source.kind === 'failed') this.ready = await this.host.connection.sendRequest(Ready, undefined);
    this.load();
  }

  /** Loads the scan from the start. */
  load(): void {
    this.loader?.cancel();
    const { store } = this.viewer;
    const { name, source, assets } = this.ready;
    if (source.kind === 'failed') {
      const { file, problem, remedy } = source.failure;
      this.fail(new ScanError(file, problem, remedy));
      return;
    }
    store.set({ stage: { name: 'loading', done: 0, total: 0, decoding: false } });
    this.workerCode ??= this.warm?.code ?? fetchCode(assets.workerUrl);
    const loader = new ScanLoader(
      name,
      source,
      assets,
      this.workerCode,
      {
        bytes: (done, total) => this.progress(done, total, done >= total && source.kind === 'dicom'),
        slices: (done, total) => {
          const { stage } = store.get();
          if ('decoding' in stage && stage.decoding) this.progress(done, total, true);
        },
        firstSlice: (volume) => this.showFirst(volume),
        done: (result) => this.showWhole(result),
        failed: (error) => this.fail(error),
      },
      this.warm?.worker,
    );
    this.warm = undefined;
    this.loader = loader;
    if (this.series) loader.addSeries(this.series);
    const { timePoint } = store.get();
    loader.start(timePoint > 0 ? timePoint : undefined);
  }

  addSeries(files: Parameters<ScanLoader['addSeries']>[0]): void {
    this.series = files;
    this.loader?.addSeries(files);
  }

  cancel(): void {
    this.loader?.cancel();
    this.viewer.store.set({ stage: { name: 'cancelled' } });
  }

  /** Shows another volume of a file with several. */
  chooseTimePoint(timePoint: number): void {
    if (timePoint === this.viewer.store.get().timePoint) return;
    this.viewer.store.set({ timePoint });
    this.load();
  }

  /** A pane has been drawn: the first time, that is the answer to "when was something to see". */
  painted(): void {
    if (this.painting || !this.viewer.scan) return;
    this.painting = true;
    // Drawn in this frame; the next task is behind its painting.
    window.setTimeout(() => {
      this.firstPaint = performance.now();
      performance.mark('hemorica:first-paint');
      this.reportDecoded();
    });
  }

  /** Takes over what the host says of the annotation; a mask that does not fit is refused here too. */
  setAnnotation(annotation: AnnotationView): void {
    const { scan, store } = this.viewer;
    let shown = annotation;
    try {
      scan?.setMasks(annotation.state === 'shown' && scan.whole ? annotation.slices : []);
    } catch (error) {
      scan?.setMasks([]);
      const reason = error instanceof Error ? error.message : String(error);
      if (annotation.state === 'shown') shown = { state: 'refused', file: annotation.file, message: reason };
    }
    store.set({ annotation: shown, readOnly: this.readOnly(shown) });
    this.edits.adopt(shown);
    this.viewer.masksChanged();
  }

  private readOnly(annotation: AnnotationView): string | undefined {
    if (this.ready.readOnly !== undefined) return this.ready.readOnly;
    if (annotation.state === 'refused') return t('The annotation is not shown, so it cannot be edited.');
    if (annotation.state === 'shown' && annotation.problem !== undefined) return annotation.problem;
    return undefined;
  }

  private progress(done: number, total: number, decoding: boolean): void {
    const { stage } = this.viewer.store.get();
    if (stage.name !== 'loading' && stage.name !== 'first-slice') return;
    if (stage.decoding && !decoding) return;
    this.viewer.store.set({ stage: { name: stage.name, done, total, decoding } });
  }

  private showFirst(volume: Volume): void {
    const { store } = this.viewer;
    const { stage } = store.get();
    if (stage.name !== 'loading') return;
    performance.mark('hemorica:first-slice');
    const scan = new Scan(volume, false);
    this.viewer.setScan(scan, store.get().slices);
    this.adoptWindow(scan);
    store.set({ stage: { ...stage, name: 'first-slice' } });
  }

  private showWhole({ volume, sha256 }: DecodeResult): void {
    performance.mark('hemorica:decoded');
    const { store } = this.viewer;
    const first = this.viewer.scan?.whole ? undefined : this.viewer.scan;
    const before = this.viewer.scan?.whole ? store.get().slices : this.kept?.slices;
    const scan = new Scan(volume, true);
    const annotation = this.edits.current();
    this.viewer.setScan(scan, before ?? startSlices(scan, first));
    this.adoptWindow(scan);
    store.set({ stage: { name: 'ready' } });
    this.setAnnotation(annotation);
    this.decoded = decodedScan(volume, sha256);
    this.reportDecoded();
  }

  /**
   * Scans whose values are no HU open with their full range, unless a window was chosen. That they
   * are none may become known only with the whole scan.
   */
  private adoptWindow(scan: Scan): void {
    const { store } = this.viewer;
    const untouched = !this.kept && store.get().window === this.givenWindow;
    const full = this.viewer.fullRange();
    if (!untouched || scan.unit === 'HU' || !full) return;
    this.givenWindow = full;
    store.set({ window: full });
  }

  private reportDecoded(): void {
    if (!this.decoded || this.firstPaint === 0) return;
    void this.host.connection.sendNotification(ScanDecoded, { ...this.decoded, firstPaint: this.firstPaint });
    this.decoded = undefined;
  }

  private fail(error: ScanError): void {
    const { file, problem, remedy } = error;
    this.viewer.store.set({ stage: { name: 'failed', file, problem, remedy } });
    void this.host.connection.sendNotification(PageFailed, { message: error.message });
  }
}

/** Where a scan opens: at the slice that was shown while it loaded (the opened file of a series), else in the middle. */
function startSlices(scan: Scan, first: Scan | undefined): ViewState['slices'] {
  const middle = Object.fromEntries(
    PLANES.map((plane) => [plane, Math.floor((scan.planes[plane].stack.count - 1) / 2)]),
  ) as unknown as ViewState['slices'];
  const opened = first?.volume.slices[0];
  if (scan.volume.format !== 'dicom' || !opened) return middle;
  const k = scan.volume.slices.findIndex(
    (slice) =>
      slice.source === opened.source && slice.sopInstanceUid === opened.sopInstanceUid && slice.frame === opened.frame,
  );
  return k < 0 ? middle : { ...middle, [scan.native]: scan.nativeSlice(k) };
}

function decodedScan(volume: Volume, sha256: string): Omit<DecodedScan, 'firstPaint'> {
  const { format, size, spacing, origin, direction, slices, tilt, notices, identity } = volume;
  return {
    format,
    size,
    spacing,
    origin,
    direction,
    slicePositions: slices.map((slice) => slice.position),
    sliceExtents: slices.map((slice) => slice.extent),
    tilt,
    notices,
    ...(identity.seriesInstanceUid ? { seriesInstanceUid: identity.seriesInstanceUid } : {}),
    sha256,
  };
}
