import * as vscode from 'vscode';
import { annotationMatches } from '../../core/annotation/match';
import { EditRefused } from '../../core/document/refused';
import { type MeasureGrid, measureGrid } from '../../core/measure/grid';
import { acceptanceEdit } from '../../core/proposal/accept';
import { type SlicePlaces, subtractPlaces } from '../../core/proposal/places';
import { chosenOf, proposedMask, withDecided, withoutDecided } from '../../core/proposal/proposal';
import type { Decision, ProposalSetting, ProposalView } from '../../protocol/proposal';
import type { DecodedScan } from '../../protocol/view';
import type { AnnotationDocument } from '../annotation/document';
import type { PendingProposals } from './pending';
import type { PendingProposal } from './stored';
import { decisionLabel } from './words';

/**
 * The proposal for an open scan, and what is decided on it. Accepting is one edit of the annotation;
 * undoing that edit proposes again what it had accepted, and redoing it takes that away. Rejecting
 * is no edit, and touches no file.
 *
 * Invariant: it is there only while the decoded scan has the geometry and the voxels that the model saw.
 */
export class DocumentProposal implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when there is another proposal or none, or what of it is proposed has changed. */
  readonly onDidChange = this.#changed.event;
  readonly #decoding = new vscode.EventEmitter<void>();
  /** Fires when a page has decoded the scan, so that it is known what may be shown over it. */
  readonly onDidDecode = this.#decoding.event;
  readonly #subscription: vscode.Disposable;
  /** Keeps the proposal of the shown scan in memory. */
  #kept: vscode.Disposable | undefined;
  #disposed = false;
  /** The proposal that was here last, as it was when its last part was decided: undoing brings it back. */
  #last: PendingProposal | undefined;

  /** @param decoded What a page has found in the scan; undefined until one has decoded it. */
  constructor(
    private readonly annotated: AnnotationDocument,
    private readonly decoded: () => DecodedScan | undefined,
    readonly pending: PendingProposals,
  ) {
    this.#subscription = pending.onDidChange(({ sha256 }) => {
      if (sha256 === this.decoded()?.sha256) this.#changed.fire();
    });
  }

  /** What is proposed for the scan that is shown; undefined where there is nothing, or nothing may be edited here. */
  get present(): PendingProposal | undefined {
    const scan = this.decoded();
    const pending = scan && this.pending.of(scan.sha256);
    if (!pending || this.annotated.readOnly !== undefined) return undefined;
    return annotationMatches(pending.proposal.image, scan).matches ? pending : undefined;
  }

  /** The same, as pages show it. */
  get view(): ProposalView | undefined {
    const { present } = this;
    if (!present) return undefined;
    const { id, proposal, threshold, mode } = present;
    return { id, proposal, threshold, mode };
  }

  /** A page has decoded the scan: what an earlier window left for it is looked for. */
  async reportDecoded({ sha256 }: DecodedScan): Promise<void> {
    const kept = await this.pending.open(sha256);
    this.#kept?.dispose();
    this.#kept = kept;
    if (this.#disposed) {
      kept.dispose();
      return;
    }
    this.#decoding.fire();
    this.#changed.fire();
  }

  /** Takes over threshold and mode. */
  set(id: string, { threshold, mode }: ProposalSetting, origin?: object): void {
    const { present } = this;
    if (present?.id !== id || !(threshold >= 0 && threshold <= 1)) return;
    this.pending.put(this.#measured({ ...present, threshold, mode }), 'setting', origin);
  }

  /** Accepts or rejects a part, and returns it. Throws EditRefused, with nothing changed, where that is not possible. */
  decide({ id, decision, scope, threshold, mode, locked: labels }: Decision): readonly SlicePlaces[] {
    const { present } = this;
    const scan = this.decoded();
    if (!scan || present?.id !== id) {
      throw new EditRefused(vscode.l10n.t('This proposal is not there any more.'));
    }
    const locked = new Set(decision === 'accept' ? labels : []);
    const { proposal } = present;
    const chosen = chosenOf(proposal, measureGrid(scan), threshold, scope, locked);
    if (!chosen) {
      throw new EditRefused(
        locked.size > 0
          ? vscode.l10n.t('Nothing of the proposal can be accepted there. Unlock its subtype to accept it.')
          : vscode.l10n.t('Nothing of the proposal is there any more.'),
      );
    }
    const [width, height] = proposal.candidates.size;
    const fresh = subtractPlaces(chosen.places, proposal.decided, width * height);
    if (decision === 'accept') {
      const label = decisionLabel(proposal.model.name, scope, chosen.masks);
      this.annotated.accept(
        (annotation) => acceptanceEdit(annotation, proposal, chosen, { mode, scope, locked, threshold, label }),
        (applied) => this.#turned(id, fresh, applied),
      );
    }
    this.#settle({ ...present, threshold, mode, proposal: withDecided(proposal, fresh) });
    return fresh;
  }

  /** Proposes a part again that was rejected last; nothing where another proposal has come since. */
  bringBack(places: readonly SlicePlaces[]): void {
    const last = this.#last;
    if (!last || this.present) return;
    this.pending.put(this.#measured({ ...last, proposal: withoutDecided(last.proposal, places) }));
  }

  /** An acceptance was undone or made again. */
  #turned(id: string, places: readonly SlicePlaces[], applied: boolean): void {
    const { present } = this;
    const known = present ?? this.#last;
    // Another run has taken its place: that one stands.
    if (known?.id !== id) return;
    if (applied) {
      if (present) this.#settle({ ...present, proposal: withDecided(present.proposal, places) });
      return;
    }
    const back = this.#measured({ ...known, proposal: withoutDecided(known.proposal, places) });
    this.pending.put(back, present ? 'decided' : 'proposal');
  }

  /** Keeps what is left of a proposal after a decision; nothing where nothing of it is shown any more. */
  #settle(pending: PendingProposal): void {
    const measured = this.#measured(pending);
    if (measured.volumes.some((volume) => volume > 0)) {
      this.pending.put(measured, 'decided');
      return;
    }
    this.#last = measured;
    this.pending.drop(pending.proposal.image.sha256);
  }

  #measured(pending: PendingProposal): PendingProposal {
    const grid = this.#grid;
    if (!grid) return pending;
    return { ...pending, volumes: proposedMask(pending.proposal, grid, pending.threshold).volumes };
  }

  get #grid(): MeasureGrid | undefined {
    const scan = this.decoded();
    return scan && measureGrid(scan);
  }

  dispose(): void {
    this.#disposed = true;
    this.#kept?.dispose();
    this.#subscription.dispose();
    this.#decoding.dispose();
    this.#changed.dispose();
  }
}
