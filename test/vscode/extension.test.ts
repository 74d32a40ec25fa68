import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension in VS Code', () => {
  const extension = vscode.extensions.getExtension('hemorica.hemorica');

  it('is found under its published name', () => {
    assert.ok(extension, 'hemorica.hemorica is not among the extensions');
  });

  it('activates', async () => {
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  it('runs in the workspace extension host', () => {
    assert.equal(extension?.extensionKind, vscode.ExtensionKind.Workspace);
  });
});
