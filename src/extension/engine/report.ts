/** What ran a model, in words for people. */
import * as vscode from 'vscode';
import type { EngineRun } from '../../node/inference-client';

const TITLES: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
  webgpu: 'WebGPU',
  tensorrt: 'TensorRT',
};

/** "CUDA"; a provider that has no title by its own name. */
export const providerTitle = (provider: string): string => TITLES[provider] ?? provider;

/** One sentence for what ran a model and one for each provider that did not, or did in part only. */
export function engineLines({ model, provider, attempts }: EngineRun): string[] {
  const ran =
    provider === 'remote'
      ? vscode.l10n.t('{0} ran on the server of the settings.', model)
      : vscode.l10n.t('{0} ran on {1}.', model, providerTitle(provider));
  return [ran, ...attempts.map((attempt) => `${providerTitle(attempt.provider)}: ${attempt.problem}`)];
}

/** Tooltip of the status bar. */
export function engineTooltip(run: EngineRun | undefined): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  // Reasons come from libraries and servers: they are text, and no links.
  tooltip.isTrusted = { enabledCommands: ['hemorica.setUpGpu', 'hemorica.showLog'] };
  for (const line of run ? engineLines(run) : []) tooltip.appendText(line).appendMarkdown('\n\n');
  if (run && run.attempts.length > 0) {
    const [setUp, log] = [vscode.l10n.t('Set Up GPU'), vscode.l10n.t('Show Log')];
    tooltip.appendMarkdown(`[${setUp}](command:hemorica.setUpGpu) | [${log}](command:hemorica.showLog)\n\n`);
  }
  tooltip.appendText(vscode.l10n.t('Hemorica is for research and is no medical device. Click to set the window.'));
  return tooltip;
}
