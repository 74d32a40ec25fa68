import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { waitFor } from '../e2e/lib/wait';
import { closeAll, decoded, extension, open, SCAN_VIEW } from './lib/editor';
import { SLICES, useFolder, writeNifti } from './lib/scans';

interface Manifest {
  contributes: {
    commands: { command: string }[];
    keybindings: { command: string; key: string }[];
    configuration: { properties: Record<string, unknown> }[];
  };
}

describe('commands, keys and settings', () => {
  const at = useFolder();
  let manifest: Manifest;
  before(async () => {
    await extension();
    manifest = vscode.extensions.getExtension('hemorica.hemorica')?.packageJSON as Manifest;
  });
  afterEach(closeAll);

  it('has every command that it declares, and none besides', async () => {
    // VS Code itself makes commands for views, such as "hemorica.models.focus".
    const registered = (await vscode.commands.getCommands(true)).filter(
      (command) => command.startsWith('hemorica.') && !command.startsWith('hemorica.models.'),
    );
    const declared = manifest.contributes.commands.map(({ command }) => command);
    // These take addresses and are called by other parts, so the palette does not list them.
    const called = ['hemorica.compareAnnotations', 'hemorica.compareWithRevision'];
    assert.deepEqual(registered.sort(), [...declared, ...called].sort());
  });

  it('does nothing without a scan in front', async () => {
    for (const command of ['nextSlice', 'goToSlice', 'setWindow', 'showAnnotation']) {
      await vscode.commands.executeCommand(`hemorica.${command}`);
    }
  });

  it('moves the scan in front', async () => {
    const session = await decoded(await open(writeNifti(at('moves.nii'))));
    const slice = () => session.status?.slice;
    await vscode.commands.executeCommand('hemorica.firstSlice');
    await waitFor('the first slice', () => slice() === 0);
    await vscode.commands.executeCommand('hemorica.nextSlice');
    await waitFor('the second slice', () => slice() === 1);
    await vscode.commands.executeCommand('hemorica.goToSlice', SLICES);
    await waitFor('the last slice', () => slice() === SLICES - 1);
    await vscode.commands.executeCommand('hemorica.setWindow', 'bone');
    await waitFor(
      'the bone window',
      () => session.status?.window.center === 600 && session.status.window.width === 2800,
    );
    await vscode.commands.executeCommand('hemorica.setLayout', 'sagittal');
    await waitFor('the sagittal plane', () => session.status?.layout === 'sagittal');
  });

  it('hands changed settings to open pages', async () => {
    const session = await decoded(await open(writeNifti(at('settings.nii'))));
    const settings = vscode.workspace.getConfiguration('hemorica');
    try {
      const presets = [{ name: 'mine', center: 55, width: 33 }];
      await settings.update('view.windowPresets', presets, vscode.ConfigurationTarget.Global);
      await vscode.commands.executeCommand('hemorica.setWindow', 'mine');
      await waitFor('the new preset', () => session.status?.window.center === 55);
    } finally {
      await settings.update('view.windowPresets', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('shows one scan in two tabs, and lets everything go when they are closed', async () => {
    const { sessions } = await extension();
    const file = vscode.Uri.file(writeNifti(at('two.nii')));
    await vscode.commands.executeCommand('vscode.openWith', file, SCAN_VIEW, vscode.ViewColumn.One);
    await vscode.commands.executeCommand('vscode.openWith', file, SCAN_VIEW, vscode.ViewColumn.Two);
    const both = await waitFor('two editors', () => (sessions.size === 2 ? sessions.showing(file) : undefined));
    assert.equal(both[0]?.document, both[1]?.document);
    await closeAll();
    assert.deepEqual(sessions.showing(file), []);
    assert.equal(sessions.active, undefined);
  });

  it('gives a hidden page its scan again where it was', async () => {
    const session = await decoded(await open(writeNifti(at('hidden.nii'))));
    await vscode.commands.executeCommand('hemorica.goToSlice', 4);
    await waitFor('slice 4', () => session.status?.slice === 3);
    await open(writeNifti(at('over.nii')));
    await open(at('hidden.nii'));
    await waitFor('slice 4 again', () => session.status?.slice === 3 && session.status.stage === 'ready');
  });

  it('shadows no key of VS Code that acts everywhere', async () => {
    const text = await vscode.workspace.openTextDocument(vscode.Uri.parse('vscode://defaultsettings/keybindings.json'));
    const json = text.getText().replace(/^\s*\/\/.*$/gm, '');
    const defaults = JSON.parse(json) as { key: string; command: string; when?: string }[];
    assert.ok(defaults.length > 500);
    const ours = new Set(manifest.contributes.keybindings.map(({ key }) => key));
    const everywhere = defaults.filter(
      ({ key, command, when }) => ours.has(key) && !command.startsWith('hemorica.') && !when,
    );
    assert.deepEqual(everywhere, []);
  });

  it('writes a color that the panel chooses into the settings, and takes the standard one out again', async () => {
    const colors = (): unknown => vscode.workspace.getConfiguration('hemorica').inspect('overlay.colors')?.globalValue;
    const set = (argument: string) => vscode.commands.executeCommand('hemorica.setSubtypeColor', argument);
    await set('IPH #112233');
    await waitFor('the color', () => JSON.stringify(colors()) === '{"IPH":"#112233"}');
    await set('EPH #abcdef');
    await waitFor('both', () => JSON.stringify(colors()) === '{"IPH":"#112233","EPH":"#ABCDEF"}');
    for (const nonsense of ['IPH red', 'XYZ #112233', '']) await set(nonsense);
    await set('EPH #e69f00');
    await set('IPH #d55e00');
    await waitFor('no setting', () => colors() === undefined);
  });

  it('has a description for every setting', () => {
    const settings = manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties));
    for (const [key, setting] of settings) {
      const { description, markdownDescription } = setting as Record<string, string | undefined>;
      assert.ok((description ?? markdownDescription ?? '').length > 10, key);
      assert.doesNotMatch(description ?? markdownDescription ?? '', /^%/, key);
    }
  });
});
