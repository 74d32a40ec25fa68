/** Composition root of the extension: makes the parts, joins them, and hands them to VS Code for disposal. */
import * as vscode from 'vscode';
import { InferenceClient } from '../node/inference-client';
import { UnsavedTexts } from './annotation/unsaved';
import { registerClassification } from './classification/commands';
import { registerShowAnnotation } from './commands/annotation';
import { registerSetSubtypeColor } from './commands/color';
import { registerOpenSeries } from './commands/open-series';
import { registerOpenSample } from './commands/sample';
import { registerSegment } from './commands/segment';
import { registerViewCommands } from './commands/view';
import type { AnnotationViewProvider } from './compare/provider';
import { registerComparing } from './compare/register';
import { Disagreements } from './disagreement/register';
import { ANY_FILE_VIEW, SCAN_VIEW, ScanEditorProvider } from './editor/provider';
import { SessionList } from './editor/session-list';
import { registerEngine } from './engine/commands';
import { EngineSource } from './engine/engine';
import { registerGit } from './git/register';
import { type Models, registerModels } from './models/register';
import { ModelRegistry } from './models/registry';
import { PendingProposals } from './proposal/pending';
import { registerProposals } from './proposal/register';
import { HeaderReader } from './scan/headers';
import type { Services } from './services';
import { StatusReporter } from './status';
import { registerTexts, type Texts } from './text/register';

/** What `activate` hands out; tests look at it. */
export interface Exports {
  readonly sessions: SessionList;
  readonly comparisons: AnnotationViewProvider;
  readonly texts: Texts;
  readonly proposals: PendingProposals;
  readonly models: Models;
  readonly disagreements: Disagreements;
  readonly status: StatusReporter;
  readonly engine: EngineSource;
}

export function activate(context: vscode.ExtensionContext): Exports {
  const { extensionUri, subscriptions } = context;
  const log = vscode.window.createOutputChannel('Hemorica', { log: true });
  const sessions = new SessionList();
  const unsaved = new UnsavedTexts();
  const status = new StatusReporter(sessions);
  const engine = new EngineSource(context, vscode.Uri.joinPath(extensionUri, 'dist', 'inference.cjs').fsPath, log);
  let client: InferenceClient | undefined;
  const models = new ModelRegistry(extensionUri, context.globalStorageUri, context.globalState);
  const services: Services = {
    extensionUri,
    log,
    sessions,
    unsaved,
    models,
    proposals: new PendingProposals(
      vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'proposals'),
      log,
    ),
    headers: new HeaderReader(),
    inference: () => {
      client ??= new InferenceClient({
        script: engine.script,
        log: (line) => log.info(line),
        engine: () => engine.engine(),
        onRun: (run) => status.modelRan(run),
      });
      return client;
    },
  };
  // One for each type of editor: VS Code takes an edit to be of the type whose provider tells of it.
  const scans = new ScanEditorProvider(services);
  const anyFiles = new ScanEditorProvider(services);
  const comparing = registerComparing(services);
  const texts = registerTexts(services, context.storageUri);
  const managed = registerModels(services);
  const disagreements = new Disagreements(services, context.storageUri ?? context.globalStorageUri);
  const options = { supportsMultipleEditorsPerDocument: true };
  subscriptions.push(
    log,
    sessions,
    unsaved,
    status,
    scans,
    anyFiles,
    { dispose: () => client?.dispose() },
    vscode.window.registerCustomEditorProvider(SCAN_VIEW, scans, options),
    vscode.window.registerCustomEditorProvider(ANY_FILE_VIEW, anyFiles, options),
    ...registerViewCommands(services, () => comparing.provider.active),
    ...comparing.subscriptions,
    texts,
    models,
    managed,
    disagreements,
    registerOpenSeries(services),
    registerOpenSample(services, context.globalStorageUri),
    ...registerSegment(services),
    ...registerEngine(services, engine),
    ...registerProposals(services),
    ...registerClassification(services),
    registerShowAnnotation(services),
    registerSetSubtypeColor(() => sessions.active?.document.uri),
    ...registerGit(services),
    vscode.commands.registerCommand('hemorica.showLog', () => log.show()),
  );
  return {
    sessions,
    comparisons: comparing.provider,
    texts,
    models: managed,
    disagreements,
    status,
    engine,
    proposals: services.proposals,
  };
}
