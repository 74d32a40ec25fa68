import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
import { parseManifest } from '../../src/core/model/manifest';
import type { ModelNode } from '../../src/extension/models/tree';
import { waitFor } from '../e2e/lib/wait';
import { tinyNetwork, writeTinyModel } from '../fixtures/tiny-model';
import { answering, closeAll, decoded, extension, open } from './lib/editor';
import { answeringInputs } from './lib/quick-input';
import { useFolder, writeNifti } from './lib/scans';

const DEFAULT = DEFAULT_MODELS.segmentation;
const SIZE = `${(tinyNetwork().length / 1000).toFixed(1)} kB`;

describe('models', () => {
  const at = useFolder();
  const inWorkspace = (...parts: string[]): string => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    return path.join(folder.uri.fsPath, 'models', ...parts);
  };
  const settings = () => vscode.workspace.getConfiguration('hemorica');
  const chosen = () => settings().inspect<string>('models.segmentation');
  const tree = async () => (await extension()).models.tree;

  /** The lines of the view: labels, descriptions and context values, indented by depth. */
  async function lines(depth = 2, node?: ModelNode): Promise<string[]> {
    const view = await tree();
    const children = await view.getChildren(node);
    const all: string[] = [];
    for (const child of children) {
      const { label, description, contextValue } = view.getTreeItem(child);
      all.push(`${label} | ${description ?? ''} | ${contextValue ?? ''}`);
      if (depth > 1) all.push(...(await lines(depth - 1, child)).map((line) => `  ${line}`));
    }
    return all;
  }

  async function nodeOf(name: string): Promise<ModelNode> {
    const view = await tree();
    for (const root of await view.getChildren()) {
      for (const node of await view.getChildren(root)) {
        if (node.kind === 'model' && node.model.name === name) return node;
      }
    }
    throw new Error(`${name} is not in the view.`);
  }

  afterEach(async () => {
    await closeAll();
    rmSync(inWorkspace(), { recursive: true, force: true });
    for (const target of [vscode.ConfigurationTarget.Workspace, vscode.ConfigurationTarget.Global]) {
      await settings().update('models.segmentation', undefined, target);
      await settings().update('models.folders', undefined, target);
    }
  });

  it('lists what is built in, in the workspace and in the folders of the settings, and what is wrong with it', async () => {
    writeTinyModel(inWorkspace('own'), {
      license: { name: 'CC BY-NC 4.0', attribution: 'Somebody', use: 'non-commercial' },
      metrics: [{ name: 'Dice', value: 0.83456, data: 'a test split' }],
    });
    writeTinyModel(inWorkspace('wrong'), { threshold: 2 });
    writeTinyModel(at('folder', 'shared'), { name: DEFAULT });
    await settings().update('models.folders', [at('folder')], vscode.ConfigurationTarget.Workspace);
    const all = await lines();
    const [standard] = all.filter((line) => / current /.test(line));
    assert.match(standard ?? '', /^ {2}.* \| [\d.]+ MB · .* \| model current card$/);
    assert.ok(
      all.includes(`  Tiny 1.2.3 | ${SIZE} · CC BY-NC 4.0 (non-commercial) · Dice 0.835 | model usable`),
      all.join('\n'),
    );
    assert.ok(all.includes(`  Tiny 1.2.3 | ${SIZE} · MIT | model hidden`), all.join('\n'));
    assert.ok(
      all.includes('  wrong | "threshold" is 2; it must be a number above 0 below 1. | model broken'),
      all.join('\n'),
    );
    const facts = await lines(2, await nodeOf('own'));
    assert.deepEqual(facts, [
      'Name | own | ',
      'Task | Segmentation | ',
      `Size | ${SIZE} | `,
      'Input | slices, 64 x 64, 1 channel | ',
      'Output | blood, taken for IPH | ',
      'License | CC BY-NC 4.0, non-commercial use only | ',
      'Attribution | Somebody | ',
      'Metrics | Dice 0.835 | ',
      '  Dice 0.835 | a test split | ',
      'Made of | Written by hand for tests. | ',
      'Source | from the workspace | ',
      `Folder | ${inWorkspace('own')} | `,
    ]);
  });

  it('runs the model that is selected, and says so when it has gone', async () => {
    writeTinyModel(inWorkspace('own'));
    await answeringInputs(async (next) => {
      const done = vscode.commands.executeCommand('hemorica.selectModel', 'segmentation');
      const pick = await next();
      assert.equal(pick.text, 'Select Model: Segmentation: For research, no medical device');
      assert.equal(pick.lines[0], 'Segmentation');
      const current = pick.lines.filter((line) => line.startsWith('$(check)'));
      assert.equal(current.length, 1);
      assert.match(
        current[0] ?? '',
        new RegExp(`^\\$\\(check\\) .* \\| ${DEFAULT} · segmentation · [\\d.]+ MB · built-in \\| \\w`),
      );
      assert.ok(
        pick.lines.includes(`Tiny 1.2.3 | own · segmentation · ${SIZE} · from the workspace | MIT`),
        pick.lines.join('\n'),
      );
      await pick.accept('Tiny 1.2.3');
      await done;
    });
    await waitFor('the setting', () => chosen()?.workspaceValue === 'own');
    assert.equal(chosen()?.globalValue, undefined);
    const { models } = await extension();
    assert.equal((await models.chosen('segmentation')).folder, inWorkspace('own'));

    writeTinyModel(inWorkspace('own'), { threshold: 7 });
    let folder = '';
    const said = await answering('showWarningMessage', undefined, async () => {
      folder = (await models.chosen('segmentation')).folder;
    });
    assert.equal(path.basename(folder), DEFAULT);
    assert.match(said[0] ?? '', /^The model own cannot be used\. .*"threshold" is 7.* The default one, .*, is used\.$/);
    rmSync(inWorkspace('own'), { recursive: true });
    assert.deepEqual(await answering('showWarningMessage', undefined, () => models.chosen('segmentation')), [
      `The model own is not there any more. The default one, ${DEFAULT}, is used.`,
    ]);
  });

  it('adds a network with a manifest that is confirmed step by step, tries it on the open scan, and removes it', async () => {
    const network = at('my net.onnx');
    writeFileSync(network, tinyNetwork());
    await decoded(await open(writeNifti(at('front.nii'))));
    const asked: string[] = [];
    const said = await answering('showInformationMessage', 'Use This Model', () =>
      answeringInputs(async (next) => {
        const done = vscode.commands.executeCommand('hemorica.addModel', vscode.Uri.file(network));
        const answer = async (text?: string): Promise<void> => {
          const shown = await next();
          asked.push(shown.text);
          await shown.accept(text);
        };
        await answer();
        await answer('SDH');
        const window = await next();
        assert.deepEqual(window.lines.slice(0, 2), ['Brain | 40/80', 'Subdural | 80/200']);
        await window.back();
        const again = await next();
        assert.ok('items' in again.input);
        assert.deepEqual(
          again.input.activeItems.map(({ label }) => label),
          ['SDH'],
          again.text,
        );
        await again.accept('IPH');
        for (const text of [undefined, undefined, 'MIT', 'In this workspace', undefined]) await answer(text);
        await done;
      }),
    );
    assert.deepEqual(asked, [
      'Add Model 1/7: What does the network answer with?',
      'Add Model 2/7: The network does not tell subtypes apart. Which one is its blood taken for?',
      'Add Model 3/7: Which window (center/width in HU) does the network see?',
      'Add Model 4/7: How are windowed values scaled?',
      'Add Model 5/7: Under which license was the network given to you?',
      'Add Model 6/7: Where is the model to be kept?',
      'Add Model 7/7: Name of the model: letters, digits, dots and dashes',
    ]);
    const channels = JSON.parse(readFileSync(inWorkspace('my-net', 'model.json'), 'utf8')).input.channels;
    assert.deepEqual(channels, [{ window: { center: 40, width: 80 }, mean: 0, deviation: 1 }]);
    assert.match(
      said[0] ?? '',
      /^my net fits its manifest\. front\.nii: [\d.]+ mL of blood on \d slices\. For research, no medical device\.$/,
    );
    const folder = inWorkspace('my-net');
    assert.deepEqual(readFileSync(path.join(folder, 'model.onnx')), tinyNetwork());
    const manifest = parseManifest(readFileSync(path.join(folder, 'model.json'), 'utf8'), 'model.json');
    assert.ok(manifest.task === 'segmentation' && manifest.outputs.kind === 'binary');
    assert.deepEqual(manifest.outputs.blood, { name: 'scores', activation: 'none', subtype: 'IPH' });
    assert.equal(chosen()?.workspaceValue, 'my-net');

    const node = await nodeOf('my-net');
    const { contextValue } = (await tree()).getTreeItem(node);
    assert.equal(contextValue, 'model current removable');
    const kept = await answering('showWarningMessage', undefined, () =>
      vscode.commands.executeCommand('hemorica.removeModel', node),
    );
    assert.deepEqual([kept, existsSync(folder)], [['Remove the model my-net?'], true]);
    await answering('showWarningMessage', 'Remove', () => vscode.commands.executeCommand('hemorica.removeModel', node));
    assert.equal(existsSync(folder), false);
    assert.equal(chosen()?.workspaceValue, undefined);
    const standard = await nodeOf(DEFAULT);
    assert.deepEqual(
      await answering('showWarningMessage', 'Remove', () =>
        vscode.commands.executeCommand('hemorica.removeModel', standard),
      ),
      [],
    );
  });

  it('leaves nothing behind when the user leaves, and says what is no network', async () => {
    writeFileSync(at('net.onnx'), tinyNetwork());
    await answeringInputs(async (next) => {
      const done = vscode.commands.executeCommand('hemorica.addModel', vscode.Uri.file(at('net.onnx')));
      await (await next()).accept();
      await (await next()).escape();
      await done;
    });
    assert.equal(existsSync(inWorkspace()), false);
    writeFileSync(at('text.onnx'), 'no network');
    const said = await answering('showErrorMessage', undefined, () =>
      vscode.commands.executeCommand('hemorica.addModel', vscode.Uri.file(at('text.onnx'))),
    );
    assert.match(said[0] ?? '', /^text\.onnx: /);
  });

  it('opens the manifest where it does not fit the network', async () => {
    const folder = writeTinyModel(inWorkspace('misfit'), {
      outputs: { blood: { name: 'mask', activation: 'none', subtype: 'IPH' } },
    });
    const said = await answering('showErrorMessage', undefined, () =>
      vscode.commands.executeCommand('hemorica.tryModel', folder),
    );
    assert.match(
      said[0] ?? '',
      /model\.json: "outputs\.blood\.name" is "mask", but the network has the outputs? "scores"/,
    );
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, path.join(folder, 'model.json'));
    assert.equal(editor?.document.getText(editor.selection), '"name": "mask"');
  });

  it('lists what is wrong with an open manifest in the Problems panel, and mends its hash', async () => {
    const folder = writeTinyModel(inWorkspace('open'), { sha256: '0'.repeat(64) });
    const uri = vscode.Uri.file(path.join(folder, 'model.json'));
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    const problems = (code: string) =>
      waitFor(code, () => {
        const found = vscode.languages.getDiagnostics(uri).filter((one) => one.source === 'Hemorica');
        return found.length === 1 && found[0]?.code === code ? found[0] : undefined;
      });
    const hash = await problems('manifest-sha256');
    assert.equal(document.getText(hash.range), `"sha256": "${'0'.repeat(64)}"`);
    const [fix] = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      hash.range,
    );
    assert.equal(fix?.title, 'Set sha256 of model.onnx');
    assert.ok(fix.edit);
    await vscode.workspace.applyEdit(fix.edit);
    await waitFor('no problem', () => vscode.languages.getDiagnostics(uri).every((one) => one.source !== 'Hemorica'));
    parseManifest(document.getText(), 'model.json');
    const at = document.positionAt(document.getText().indexOf('64,'));
    await editor.edit((builder) => builder.replace(new vscode.Range(at, at.translate(0, 2)), '8'));
    const field = await problems('manifest-field');
    assert.equal(field.message, '"input.height" is 8; it must be a whole number from 16 up to 4096.');
    assert.equal(document.getText(field.range), '"height": 8');
    await waitFor('the problem that the schema tells', () =>
      vscode.languages.getDiagnostics(uri).some(({ source, message }) => source !== 'Hemorica' && /16/.test(message)),
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });
});
