import * as vscode from 'vscode';
import { annotationMatches } from '../../core/annotation/match';
import { chosenThresholds } from '../../core/model/classify';
import { withModelLabels } from '../../core/model/classify-labels';
import type { ClassificationView, ClassifyResult, SetLabelsParams } from '../../protocol/classification';
import type { DecodedScan } from '../../protocol/view';
import type { AnnotationDocument } from '../annotation/document';

/** A change of what is shown, and the view that made it and shows it already. */
export interface ClassificationChange {
  readonly view: ClassificationView | undefined;
  readonly origin?: object;
}

/**
 * What a classifier has said of an open scan. It is there until it is dismissed or the scan is
 * closed, and never saved; only what the user accepts of it becomes an edit of the annotation.
 *
 * Invariant: it is shown only while the decoded scan has the geometry and the voxels that the model
 * saw, so not on another volume of a file with several.
 */
export class DocumentClassification implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ClassificationChange>();
  readonly onDidChange = this.#changed.event;
  readonly #decoding: vscode.Disposable;
  #result: ClassifyResult | undefined;
  #threshold: number | undefined;
  #shown = false;

  /** @param decoded What a page has found in the scan; undefined until one has decoded it. */
  constructor(
    private readonly annotated: AnnotationDocument,
    private readonly decoded: () => DecodedScan | undefined,
  ) {
    this.#decoding = annotated.onDidChange(() => {
      if (this.#shown !== (this.view !== undefined)) this.#tell();
    });
  }

  /** What the views of the scan show; undefined where there is nothing, or nothing of this scan. */
  get view(): ClassificationView | undefined {
    if (!this.#result || this.problem !== undefined || !this.decoded()) return undefined;
    const { image, notices, attempts, ...result } = this.#result;
    return this.#threshold === undefined ? { result } : { result, threshold: this.#threshold };
  }

  /** Why the result is not of the scan that is shown; undefined while that is not known. */
  get problem(): string | undefined {
    const scan = this.decoded();
    if (!this.#result || !scan || annotationMatches(this.#result.image, scan).matches) return undefined;
    return vscode.l10n.t(
      'The classification is of other voxels than those shown: the file has changed, or another of its volumes is shown.',
    );
  }

  /** Shows a result in the place of what there was. */
  show(result: ClassifyResult): void {
    this.#result = result;
    this.#threshold = undefined;
    this.#tell();
  }

  /** Calls findings from another probability on; undefined for the model's own. */
  choose(threshold: number | undefined, origin?: object): void {
    this.#threshold = threshold;
    this.#tell(origin);
  }

  dismiss(): void {
    if (!this.#result) return;
    this.#result = undefined;
    this.#tell();
  }

  /**
   * Makes labels of the result, as one edit that can be undone. Returns whether anything changed.
   * Throws EditRefused where the annotation cannot be edited now, Error where there is no result.
   */
  setLabels({ threshold, mode, subtype }: SetLabelsParams): boolean {
    const { view } = this;
    if (!view) throw new Error(vscode.l10n.t('There is no classification of this scan.'));
    const { axis, slices, patient, model, thresholds, classes } = view.result;
    if (subtype === undefined && classes.every((name) => name === 'any')) {
      throw new Error(vscode.l10n.t('The model tells no subtypes apart. Choose what blood is to be called.'));
    }
    return this.annotated.change(vscode.l10n.t('Labels by {0}', model.name), (annotation) =>
      withModelLabels(
        annotation,
        { patient, model, slices: axis === 2 ? slices : undefined },
        { mode, thresholds: chosenThresholds(thresholds, model.threshold, threshold), ...(subtype && { subtype }) },
      ),
    );
  }

  #tell(origin?: object): void {
    const { view } = this;
    this.#shown = view !== undefined;
    this.#changed.fire({ view, ...(origin && { origin }) });
  }

  dispose(): void {
    this.#decoding.dispose();
    this.#changed.dispose();
  }
}
