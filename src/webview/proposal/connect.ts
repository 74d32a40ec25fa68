import type { MessageConnection } from 'vscode-jsonrpc/browser';
import { DecideProposal, ProposalChanged, ProposalDecided, ProposalSet, ShownProposal } from '../../protocol/proposal';
import { InvokeCommand } from '../../protocol/view';
import type { Viewer } from '../viewer';
import { ProposalSession } from './session';

/** Connects the view with the proposal that the host holds. */
export function connectProposal(viewer: Viewer, connection: MessageConnection): ProposalSession {
  const session = new ProposalSession(viewer, {
    set: (id, setting) => void connection.sendNotification(ProposalSet, { id, ...setting }),
    decide: async (decision) => {
      await connection.sendRequest(DecideProposal, decision);
    },
    segmentSlice: (argument) =>
      void connection.sendNotification(InvokeCommand, { command: 'hemorica.runSegmentationOnSlice', argument }),
  });
  connection.onNotification(ProposalChanged, ({ shown }) => session.adopt(shown));
  connection.onNotification(ProposalDecided, ({ id, decided }) => session.decided(id, decided));
  connection.onNotification(ProposalSet, ({ id, ...setting }) => session.adopted(id, setting));
  void connection.sendRequest(ShownProposal, undefined).then(({ shown }) => {
    if (shown) session.adopt(shown);
  });
  return session;
}
