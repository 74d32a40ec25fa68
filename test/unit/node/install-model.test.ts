import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freeName, installModel, type NewModel, sha256Of } from '../../../src/node/install-model';

describe('installModel', () => {
  let folder = '';
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const bytes = Buffer.alloc(300_000, 'network');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const wanted = (change: Partial<NewModel> = {}): NewModel => ({
    into: at('deep/models'),
    name: 'mine',
    manifest: '{}\n',
    network: at('net.onnx'),
    sha256,
    file: 'model.onnx',
    ...change,
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-install-'));
    writeFileSync(at('net.onnx'), bytes);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes the folder with the manifest and a copy of the network', async () => {
    assert.equal(await installModel(wanted()), at('deep/models/mine'));
    assert.deepEqual(readdirSync(at('deep/models')), ['mine']);
    assert.deepEqual(readdirSync(at('deep/models/mine')).sort(), ['model.json', 'model.onnx']);
    assert.equal(readFileSync(at('deep/models/mine/model.json'), 'utf8'), '{}\n');
    assert.equal(await sha256Of(at('deep/models/mine/model.onnx')), sha256);
    assert.deepEqual(await freeName(at('deep/models'), 'mine'), 'mine-2');
    assert.deepEqual(await freeName(at('deep/models'), 'other'), 'other');
    assert.deepEqual(await freeName(at('deep/models'), 'mine', new Set(['mine-2', 'mine-3'])), 'mine-4');
  });

  it('never writes over what is there, be it an empty folder', async () => {
    for (const content of [[], ['model.json']]) {
      mkdirSync(at('deep/models/mine'), { recursive: true });
      for (const name of content) writeFileSync(at('deep/models/mine', name), 'precious');
      await assert.rejects(
        installModel(wanted()),
        /mine: there is a folder of this name already\. Choose another name/,
      );
      assert.deepEqual(readdirSync(at('deep/models')), ['mine']);
      assert.deepEqual(readdirSync(at('deep/models/mine')), content);
    }
  });

  it('leaves nothing behind when the network is another one by now, is gone, or there is no place', async () => {
    await assert.rejects(
      installModel(wanted({ sha256: '0'.repeat(64) })),
      /net\.onnx: it changed while it was copied\./,
    );
    await assert.rejects(installModel(wanted({ network: at('gone.onnx') })), /mine: it could not be written \(ENOENT/);
    assert.deepEqual(readdirSync(at('deep/models')), []);
    await assert.rejects(installModel(wanted({ into: at('net.onnx') })), /net\.onnx: the folder cannot be made \(/);
  });
});
