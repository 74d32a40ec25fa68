import { ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import {
  ClassificationChanged,
  ClassificationDismissed,
  SetLabels,
  ShownClassification,
  ThresholdChosen,
} from '../../protocol/classification';
import type { ScanDocument } from '../editor/document';

/** Keeps a page in step with the classification of its document, and takes from it what the user does with that. */
export function answerAboutClassification(connection: MessageConnection, { classification }: ScanDocument): void {
  let listening = false;
  connection.onRequest(ShownClassification, () => {
    listening = true;
    return classification.view ?? null;
  });
  const subscription = classification.onDidChange(({ view, origin }) => {
    // A page that has not asked yet gets what there is when it asks; one that made the change has it.
    if (!listening || origin === connection) return;
    connection.sendNotification(ClassificationChanged, view ?? null).catch(() => undefined);
  });
  connection.onDispose(() => subscription.dispose());
  connection.onNotification(ThresholdChosen, ({ threshold }) => classification.choose(threshold, connection));
  connection.onNotification(ClassificationDismissed, () => classification.dismiss());
  connection.onRequest(SetLabels, (params) => {
    try {
      return { changed: classification.setLabels(params) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return new ResponseError<void>(ErrorCodes.InvalidRequest, reason);
    }
  });
}
