import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { waitFor } from '../e2e/lib/wait';
import { activeViewType, closeAll, decoded, extension, SCAN_VIEW } from './lib/editor';

describe('Open Sample Scan', () => {
  afterEach(closeAll);

  it('makes a head with blood of all five subtypes and opens it with its annotation', async () => {
    const { sessions } = await extension();
    await vscode.commands.executeCommand('hemorica.openSampleScan');
    const session = await waitFor('the sample', () => sessions.active);
    assert.equal(activeViewType(), SCAN_VIEW);
    await decoded(session);
    const view = session.document.annotation;
    assert.ok(view.state === 'shown');
    const labels = new Set(view.slices.flatMap(({ runs }) => [...runs].filter((_value, n) => n % 4 === 0)));
    assert.deepEqual([...labels].sort(), [1, 2, 3, 4, 5]);
  });
});
