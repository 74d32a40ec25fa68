/** "Hemorica: Run Hemorrhage Segmentation": from a scan to an annotation beside it, without ever losing one that is there. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { annotationFromModel } from '../../core/annotation/annotation';
import { encodeAnnotation } from '../../core/annotation/encode';
import { annotationPath } from '../../node/annotation-path';
import { WriteError, writeAtomically } from '../../node/atomic-write';
import { InferenceStopped } from '../../node/inference-client';
import { nameOf, type ScanFiles } from '../../node/scan-files';
import type { InferenceStage, SegmentResult } from '../../protocol/inference';
import type { AnnotationDocument } from '../annotation/document';
import { scanOnDisk } from '../annotation/locate';
import { SCAN_VIEW } from '../editor/provider';
import { showFailure } from '../errors';
import { chosenModel } from '../models/model';
import { percentOf } from '../models/progress';
import { baseName } from '../scan/files';
import type { Services } from '../services';

export function registerSegment(services: Services): vscode.Disposable {
  /** Annotations that are being made: one run at a time for each. */
  const running = new Set<string>();
  return vscode.commands.registerCommand('hemorica.runSegmentation', async (target?: unknown) => {
    const uri = target instanceof vscode.Uri ? target : services.sessions.active?.document.uri;
    if (!uri) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a scan first.'));
      return;
    }
    if (!vscode.workspace.isTrusted) {
      await showFailure(
        vscode.l10n.t('{0}: models run only in trusted workspaces. Trust this workspace first.', baseName(uri)),
        services.log,
        {
          label: vscode.l10n.t('Manage Workspace Trust'),
          run: () => vscode.commands.executeCommand('workbench.trust.manage'),
        },
      );
      return;
    }
    const again = { label: vscode.l10n.t('Run Again'), run: () => segment(uri, services, running) };
    await segment(uri, services, running).catch((error: unknown) =>
      error instanceof InferenceStopped ? showFailure(error, services.log, again) : showFailure(error, services.log),
    );
  });
}

async function segment(uri: vscode.Uri, services: Services, running: Set<string>): Promise<void> {
  const name = baseName(uri);
  if (uri.scheme !== 'file') {
    throw new Error(vscode.l10n.t('{0}: models need the scan on disk. Copy it to a folder on this machine.', name));
  }
  const [open] = services.sessions.showing(uri);
  const scan = await scanOnDisk(uri.fsPath, open?.document.decoded?.seriesInstanceUid);
  const target = await annotationPath(scan);
  if (running.has(target)) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0}: the segmentation is already running.', name));
    return;
  }
  running.add(target);
  try {
    // What is drawn in an open document is replaced by one edit, unsaved, that undo takes back: there is nothing to ask.
    const agreed = openFor(uri, services) ? undefined : await mayReplace(target, undefined);
    if (agreed === undefined && !openFor(uri, services)) return;
    const result = await runModel(scan, services);
    if (!result) return;
    const annotation = annotationFromModel(result);
    const into = openFor(uri, services);
    if (into) {
      into.replace(annotation, vscode.l10n.t('Segmentation by {0}', result.model.name));
    } else {
      // The file may have been changed, or appeared, while the model ran.
      if ((await mayReplace(target, agreed)) === undefined) return;
      if (!(await save(target, encodeAnnotation(annotation), services))) return;
      for (const session of services.sessions.showing(uri)) await session.document.annotated.file.load();
    }
    services.modelUsed(result.model.name, result.model.provider);
    void report(uri, target, result, into !== undefined, services);
  } finally {
    running.delete(target);
  }
}

/** The annotation of an open scan, if it has one that can be edited; a first one is written to disk as for a scan that is not open. */
function openFor(uri: vscode.Uri, { sessions }: Services): AnnotationDocument | undefined {
  const documents = sessions.showing(uri).map(({ document }) => document.annotated);
  return documents.find((annotated) => annotated.editable && annotated.annotation !== undefined);
}

/** State of a file that the user has agreed to replace: a hash of its content, '' if there is none. */
type Agreed = string;

/** Asks before an annotation is replaced, unless it is the one that was `agreed` to already. Undefined if the user keeps it. */
async function mayReplace(target: string, agreed: Agreed | undefined): Promise<Agreed | undefined> {
  const unsaved = vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.scheme === 'file' && document.uri.fsPath === target,
  );
  const content = await fs.readFile(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const state = `${content ? createHash('sha256').update(content).digest('hex') : ''}${unsaved ? ' unsaved' : ''}`;
  if (state === '' || state === agreed) return state;
  const replace = vscode.l10n.t('Replace');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} exists already. Replace it with what the model finds?', path.basename(target)),
    {
      modal: true,
      detail: unsaved
        ? vscode.l10n.t('It is open with unsaved changes. What is on disk now will be gone unless it is in git.')
        : vscode.l10n.t('What is in it now will be gone unless it is in git.'),
    },
    replace,
  );
  return chosen === replace ? state : undefined;
}

/** Runs the model with a notification that shows progress and cancels. Undefined if cancelled. */
async function runModel(scan: ScanFiles, services: Services): Promise<SegmentResult | undefined> {
  const { folder, providers, threads } = await chosenModel(services, 'segmentation');
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Segmenting {0}', scan.name),
      cancellable: true,
    },
    async (progress, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => abort.abort());
      let shown = 0;
      try {
        return await services.inference().segment(
          { ...nameOf(scan), model: folder, providers, ...(threads !== undefined && { threads }) },
          {
            signal: abort.signal,
            onProgress: (stage) => {
              const percent = percentOf(stage);
              progress.report({ message: describe(stage), increment: Math.max(0, percent - shown) });
              shown = Math.max(shown, percent);
            },
          },
        );
      } catch (error) {
        if (abort.signal.aborted) return undefined;
        throw error;
      } finally {
        subscription.dispose();
      }
    },
  );
}

function describe({ stage, done, total }: InferenceStage): string {
  if (stage === 'decoding') return vscode.l10n.t('reading the scan');
  if (stage === 'loading-model') return vscode.l10n.t('loading the model');
  return vscode.l10n.t('slice {0} of {1}', Math.min(done + 1, total), total);
}

/** Writes the annotation and says whether it could; where not, the result is kept until the user has had the chance to save it elsewhere. */
async function save(target: string, text: string, services: Services): Promise<boolean> {
  try {
    await writeAtomically(target, text);
    services.log.info(`${target}: written.`);
    return true;
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    await showFailure(error, services.log, {
      label: vscode.l10n.t('Save As...'),
      run: async () => {
        const chosen = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.file(target) });
        if (chosen) await save(chosen.fsPath, text, services);
      },
    });
    return false;
  }
}

async function report(
  uri: vscode.Uri,
  target: string,
  result: SegmentResult,
  unsaved: boolean,
  services: Services,
): Promise<void> {
  const volume = result.volumes.reduce((sum, part) => sum + part, 0);
  const found =
    result.slices.length === 0
      ? vscode.l10n.t('no blood found')
      : vscode.l10n.t('{0} mL of blood on {1} slices', volume.toFixed(1), result.slices.length);
  services.log.info(`${uri.fsPath}: ${found}, ${result.model.name} (${result.model.provider})`);
  const [name, file] = [baseName(uri), path.basename(target)];
  const message = unsaved
    ? vscode.l10n.t('{0}: {1}. Not saved yet. For research, no medical device.', name, found)
    : vscode.l10n.t('{0}: {1}. Saved as {2}. For research, no medical device.', name, found, file);
  const [button, run] = whatNext(uri, target, unsaved, services);
  if ((await vscode.window.showInformationMessage(message, button)) === button) await run();
}

function whatNext(
  uri: vscode.Uri,
  target: string,
  unsaved: boolean,
  { sessions }: Services,
): readonly [label: string, run: () => Thenable<unknown>] {
  if (unsaved) return [vscode.l10n.t('Save'), () => vscode.workspace.save(uri)];
  if (sessions.showing(uri).length === 0) {
    return [vscode.l10n.t('Open Scan'), () => vscode.commands.executeCommand('vscode.openWith', uri, SCAN_VIEW)];
  }
  const beside = { viewColumn: vscode.ViewColumn.Beside };
  return [vscode.l10n.t('Show Annotation'), () => vscode.window.showTextDocument(vscode.Uri.file(target), beside)];
}
