/** "Hemorica: Add Model From ONNX File": from a network to a model that has been tried on the open scan. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { manifestOf, proposalOf } from '../../core/model/propose-manifest';
import { freeName, installModel } from '../../node/install-model';
import type { Inspection } from '../../protocol/inspect';
import { showFailure } from '../errors';
import type { Services } from '../services';
import { confirmProposal, type Destination } from './questions';
import { WORKSPACE_MODELS } from './registry';
import { LeftSteps } from './steps';
import { tryModel } from './try-model';
import { withCancel } from './with-cancel';

/** @param given An .onnx file; undefined to ask for one. */
export async function addModel(services: Services, given: vscode.Uri | undefined): Promise<void> {
  try {
    const file = given ?? (await chooseFile());
    if (!file) return;
    const folder = await add(services, file.fsPath);
    if (folder !== undefined) await tryModel(services, folder);
  } catch (error) {
    if (!(error instanceof LeftSteps)) await showFailure(error, services.log);
  }
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Add Model'),
    openLabel: vscode.l10n.t('Add Model'),
    filters: { [vscode.l10n.t('ONNX networks')]: ['onnx'] },
  });
  return chosen?.[0];
}

/** Folder of the new model; undefined if the user has stopped it. */
async function add(services: Services, file: string): Promise<string | undefined> {
  const inspection = await inspect(services, file);
  if (!inspection) return undefined;
  const network = path.basename(file);
  const proposal = proposalOf(inspection.graph, network);
  const title = path.basename(file, path.extname(file));
  const taken = new Set((await services.models.all()).map(({ name }) => name));
  const answers = await confirmProposal(proposal, destinations(services), title, taken, (into) =>
    freeName(into.folder, title.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'model', taken),
  );
  const { sha256 } = inspection;
  const manifest = manifestOf(proposal, answers, inspection.graph, { name: network, sha256 });
  const folder = await installModel({
    into: answers.into.folder,
    name: answers.name,
    manifest: `${JSON.stringify(manifest, null, 2)}\n`,
    network: file,
    sha256,
    file: 'model.onnx',
  });
  services.log.info(`${folder}: added from ${file}.`);
  await services.models.remember(folder);
  return folder;
}

function inspect(services: Services, file: string): Promise<Inspection | undefined> {
  return withCancel(vscode.l10n.t('Looking into {0}', path.basename(file)), (options) =>
    services.inference().inspect(file, options),
  );
}

function destinations({ models }: Services): Destination[] {
  const folders = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];
  return [
    {
      folder: models.added,
      workspace: false,
      label: vscode.l10n.t('For all workspaces'),
      detail: vscode.l10n.t('In the folder of the extension'),
    },
    ...folders
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri, name }) => ({
        folder: path.join(uri.fsPath, WORKSPACE_MODELS),
        workspace: true,
        label: vscode.l10n.t('In this workspace'),
        detail: path.posix.join(name, WORKSPACE_MODELS),
      })),
  ];
}
