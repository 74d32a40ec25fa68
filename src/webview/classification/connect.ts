/** The page's end of the messages about classification. */
import type { MessageConnection } from 'vscode-jsonrpc';
import {
  ClassificationChanged,
  ClassificationDismissed,
  type ClassificationView,
  SetLabels,
  ShownClassification,
  ThresholdChosen,
} from '../../protocol/classification';
import type { Viewer } from '../viewer';
import type { ClassificationActions } from './card';

/** Shows what the host has now and whatever comes later. */
export function connectClassification(
  viewer: Viewer,
  connection: Pick<MessageConnection, 'onNotification' | 'sendNotification' | 'sendRequest'>,
): ClassificationActions {
  const adopt = (view: ClassificationView | null): void =>
    viewer.classification.set({ shown: view ?? undefined, pointedAt: undefined });
  connection.onNotification(ClassificationChanged, adopt);
  void connection.sendRequest(ShownClassification, undefined).then(adopt);
  return {
    choose: (threshold) =>
      void connection.sendNotification(ThresholdChosen, threshold === undefined ? {} : { threshold }),
    dismiss: () => void connection.sendNotification(ClassificationDismissed, undefined),
    setLabels: async (params) => (await connection.sendRequest(SetLabels, params)).changed,
  };
}
