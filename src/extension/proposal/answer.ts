import * as vscode from 'vscode';
import { ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import { EditRefused } from '../../core/document/refused';
import type { SlicePlaces } from '../../core/proposal/places';
import { DecideProposal, ProposalChanged, ProposalDecided, ProposalSet, ShownProposal } from '../../protocol/proposal';
import type { ScanDocument } from '../editor/document';

/** Keeps a page in step with the proposal for its document, and takes from it what is decided. */
export function answerAboutProposal(connection: MessageConnection, document: ScanDocument): void {
  const { proposal } = document;
  let listening = false;
  connection.onRequest(ShownProposal, () => {
    listening = true;
    return { shown: proposal.view ?? null };
  });
  const send = (sending: Promise<void>): void => void sending.catch(() => undefined);
  const whole = (): void => {
    // A page that has not asked yet gets what there is when it asks.
    if (listening) send(connection.sendNotification(ProposalChanged, { shown: proposal.view ?? null }));
  };
  const changes = proposal.pending.onDidChange(({ sha256, what, origin }) => {
    if (!listening || origin === connection || sha256 !== document.decoded?.sha256) return;
    const { view } = proposal;
    if (!view || what === 'proposal') {
      whole();
      return;
    }
    const { id, threshold, mode } = view;
    if (what === 'decided') send(connection.sendNotification(ProposalDecided, { id, decided: view.proposal.decided }));
    send(connection.sendNotification(ProposalSet, { id, threshold, mode }));
  });
  const decoded = proposal.onDidDecode(whole);
  connection.onDispose(() => {
    changes.dispose();
    decoded.dispose();
  });
  connection.onNotification(ProposalSet, ({ id, ...setting }) => proposal.set(id, setting, connection));
  connection.onRequest(DecideProposal, (decision) => {
    try {
      const places = proposal.decide(decision);
      if (decision.decision === 'reject' && decision.scope.kind === 'all') void offerBack(document, places);
      return null;
    } catch (error) {
      if (error instanceof EditRefused) return new ResponseError<void>(ErrorCodes.InvalidRequest, error.message);
      throw error;
    }
  });
}

/** Rejecting is no edit that VS Code could undo, and running a model takes its time. */
async function offerBack({ name, proposal }: ScanDocument, places: readonly SlicePlaces[]): Promise<void> {
  const back = vscode.l10n.t('Bring Back');
  const message = vscode.l10n.t('{0}: the proposal was rejected.', name);
  if ((await vscode.window.showInformationMessage(message, back)) === back) proposal.bringBack(places);
}
