/** The host's commands (keys, palette) on a proposal. */
import type { ProposalCommand, ViewCommand } from '../../protocol/view';
import type { ProposalSession } from './session';

const HANDLERS: Readonly<Record<ProposalCommand, (session: ProposalSession) => void>> = {
  segmentSlice: (session) => session.segmentSlice(),
  acceptProposal: (session) => void session.decide('accept', { kind: 'all' }),
  rejectProposal: (session) => void session.decide('reject', { kind: 'all' }),
  acceptProposalOnSlice: (session) => void session.decideSlice('accept'),
  rejectProposalOnSlice: (session) => void session.decideSlice('reject'),
  acceptProposedLesion: (session) => void session.decideLesion('accept'),
  rejectProposedLesion: (session) => {
    const { store } = session.viewer;
    const { selectedRuler, tool } = store.get();
    // Delete also takes away what is selected; boxes hear of the key themselves.
    if (selectedRuler !== undefined) session.viewer.removeRuler(selectedRuler);
    else if (tool !== 'box') void session.decideLesion('reject');
  },
  nextProposedLesion: (session) => session.goToNext(1),
  previousProposedLesion: (session) => session.goToNext(-1),
};

export function isProposalCommand(command: ViewCommand): command is ProposalCommand {
  return command in HANDLERS;
}

export function runProposalCommand(session: ProposalSession, command: ProposalCommand): void {
  HANDLERS[command](session);
}
