import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { EngineRun } from '../../src/node/inference-client';
import { waitFor } from '../e2e/lib/wait';
import { type FakeServer, fakeServer } from '../fixtures/inference-server';
import { answering, closeAll, extension, open } from './lib/editor';
import { useFolder, writeNifti } from './lib/scans';

const TEST = 'hemorica.testEngine';

async function configure(key: string, value: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('hemorica.inference');
  await configuration.update(key, value, vscode.ConfigurationTarget.Global);
}

describe('What runs models', function () {
  this.timeout(120_000);
  const at = useFolder();
  afterEach(closeAll);
  /** The message at the end is not waited for by the command. */
  const test = (): Thenable<EngineRun | undefined> => vscode.commands.executeCommand<EngineRun | undefined>(TEST);

  describe('on this computer', () => {
    after(() => configure('providers', undefined));

    it('is said in the status bar, with the reason for what did not', async () => {
      const absent = process.platform === 'win32' ? 'coreml' : 'dml';
      await configure('providers', [absent, 'cpu']);
      await open(writeNifti(at('head.nii')));
      const { status } = await extension();
      const run = await test();
      assert.equal(run?.provider, 'cpu');
      const [attempt] = run?.attempts ?? [];
      assert.equal(attempt?.provider, absent);
      assert.match(attempt?.problem ?? '', /is not part of ONNX Runtime's build/);
      const tooltip = status.tooltip?.replaceAll('&nbsp;', ' ').replaceAll('\\', '') ?? '';
      assert.match(tooltip, /ran on CPU\./);
      assert.match(tooltip, /(DirectML|CoreML): .* is not part of ONNX Runtime's build/);
      assert.match(tooltip, /\(command:hemorica\.setUpGpu\)/);
      assert.match(tooltip, /no medical device/);
    });
  });

  it('can be set up by a guide', async () => {
    await vscode.commands.executeCommand('hemorica.setUpGpu');
    // What the editor calls the tab of a walkthrough depends on its version.
    const label = () => vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '';
    await waitFor('the guide', () => /Welcome|Walkthrough|Run Models/.test(label()), 30);
  });

  describe('on a server', () => {
    let server: FakeServer;
    before(async () => {
      // It has no model, and answers each question with 404.
      server = await fakeServer({});
      await configure('remote.endpoint', server.url);
    });
    after(async () => {
      await configure('remote.endpoint', undefined);
      await vscode.commands.executeCommand('hemorica.forgetRemote');
      await server.close();
    });

    /** Questions that are asked when a model runs and one answers so, and the error that follows. */
    async function asked(answer: string | undefined): Promise<{ questions: string[]; errors: string[] }> {
      let questions: string[] = [];
      const errors = await answering('showErrorMessage', undefined, async () => {
        questions = await answering('showWarningMessage', answer, test);
      });
      return { questions, errors };
    }

    it('gets nothing before the user has agreed, once for each server and workspace, until that is taken back', async () => {
      const question = `Send scans to ${server.url}?`;
      const refused = await asked(undefined);
      assert.deepEqual(refused.questions, [question]);
      assert.match(refused.errors.join(), /^Nothing was sent to http:\S+, and no model ran\. Clear the setting/);
      assert.equal(server.asked.length, 0);
      assert.deepEqual((await extension()).engine.consent.agreed, []);

      const agreed = await asked('Send Scans');
      assert.deepEqual(agreed.questions, [question]);
      assert.match(agreed.errors.join(), /no server of the Open Inference Protocol, version 2/);
      assert.equal(server.asked.length, 1);

      assert.deepEqual((await asked(undefined)).questions, []);
      assert.equal(server.asked.length, 2);

      await vscode.commands.executeCommand('hemorica.forgetRemote');
      assert.deepEqual((await asked(undefined)).questions, [question]);
      assert.equal(server.asked.length, 2);
    });

    it('gets the token that was given for it, and no other server does', async () => {
      const { engine } = await extension();
      await engine.setToken(server.url, 'secret');
      await engine.setToken('http://127.0.0.1:9', 'other');
      await asked('Send Scans');
      assert.equal(server.asked.at(-1)?.headers.authorization, 'Bearer secret');
      await engine.setToken(server.url, '');
      await asked('Send Scans');
      assert.equal(server.asked.at(-1)?.headers.authorization, undefined);
    });
  });
});
