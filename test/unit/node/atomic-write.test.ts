import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { WriteError, writeAtomically } from '../../../src/node/atomic-write';

describe('writeAtomically', () => {
  let folder = '';
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-write-'));
  });
  afterEach(() => {
    fs.chmodSync(folder, 0o755);
    fs.rmSync(folder, { recursive: true });
  });

  it('creates a file and replaces it, leaving nothing else', async () => {
    const file = path.join(folder, 'a.ich.json');
    await writeAtomically(file, 'one');
    assert.equal(fs.readFileSync(file, 'utf8'), 'one');
    await writeAtomically(file, Uint8Array.of(116, 119, 111));
    assert.equal(fs.readFileSync(file, 'utf8'), 'two');
    assert.deepEqual(fs.readdirSync(folder), ['a.ich.json']);
  });

  it('keeps the mode of an existing file and follows a symbolic link', async () => {
    const file = path.join(folder, 'a.ich.json');
    fs.writeFileSync(file, 'old', { mode: 0o640 });
    fs.chmodSync(file, 0o640);
    const link = path.join(folder, 'link.ich.json');
    fs.symlinkSync('a.ich.json', link);
    await writeAtomically(link, 'new');
    assert.ok(fs.lstatSync(link).isSymbolicLink());
    assert.equal(fs.readFileSync(file, 'utf8'), 'new');
    assert.equal(fs.statSync(file).mode & 0o777, 0o640);
  });

  it('ends with what the last of several calls wanted', async () => {
    const file = path.join(folder, 'a.ich.json');
    const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(1 + ((n * 7919) % 5000)));
    await Promise.all(texts.map((text) => writeAtomically(file, text)));
    assert.ok(fs.readFileSync(file, 'utf8') === texts.at(-1));
  });

  it('removes temporary files of killed writers once they are old, and only those', async () => {
    const file = path.join(folder, 'a.ich.json');
    const stale = path.join(folder, '.a.ich.json.0123456789ab.tmp');
    const fresh = path.join(folder, '.a.ich.json.ba9876543210.tmp');
    const foreign = path.join(folder, '.b.ich.json.0123456789ab.tmp');
    for (const name of [stale, fresh, foreign]) fs.writeFileSync(name, '');
    const hourAgo = Date.now() / 1000 - 3600;
    fs.utimesSync(stale, hourAgo, hourAgo);
    fs.utimesSync(foreign, hourAgo, hourAgo);
    await writeAtomically(file, 'x');
    assert.deepEqual([stale, fresh, foreign].map(fs.existsSync), [false, true, true]);
  });

  it('explains a missing folder and a folder in the way, leaving nothing behind', async () => {
    await assert.rejects(writeAtomically(path.join(folder, 'none', 'a.ich.json'), 'x'), (error) => {
      assert.ok(error instanceof WriteError);
      assert.match(error.message, /none\/a\.ich\.json: its folder does not exist\. Create the folder/);
      return true;
    });
    fs.mkdirSync(path.join(folder, 'a.ich.json', 'inner'), { recursive: true });
    await assert.rejects(writeAtomically(path.join(folder, 'a.ich.json'), 'x'), WriteError);
    assert.deepEqual(fs.readdirSync(folder), ['a.ich.json']);
  });

  if (process.platform !== 'win32') {
    it('tells of a read-only folder and of a read-only file, and leaves the file as it was', async () => {
      const file = path.join(folder, 'a.ich.json');
      fs.writeFileSync(file, 'old');
      // The superuser may write anywhere, so the test puts that right off for its own duration.
      const root = process.geteuid?.() === 0;
      fs.chmodSync(folder, 0o555);
      if (root) process.seteuid?.(65534);
      try {
        await assert.rejects(
          writeAtomically(file, 'new'),
          /a\.ich\.json: the file or its folder may not be written to/,
        );
      } finally {
        if (root) process.seteuid?.(0);
      }
      fs.chmodSync(folder, 0o777);
      fs.chmodSync(file, 0o444);
      if (root) process.seteuid?.(65534);
      try {
        await assert.rejects(writeAtomically(file, 'new'), WriteError);
      } finally {
        if (root) process.seteuid?.(0);
      }
      assert.equal(fs.readFileSync(file, 'utf8'), 'old');
      assert.deepEqual(fs.readdirSync(folder), ['a.ich.json']);
    });

    it('leaves the old file when the disk takes only a part of the new one', async () => {
      const file = path.join(folder, 'a.ich.json');
      fs.writeFileSync(file, 'old');
      const writer = bundledWriter(folder);
      // A limit on the size of a file fails a write half-way, as a full disk does. Blocks of 512 or 1024 bytes.
      const child = spawn('sh', ['-c', `ulimit -f 64; exec "${process.execPath}" "${writer}" "${file}" 1`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      await once(child, 'close');
      assert.match(output, /larger than is allowed/);
      assert.equal(fs.readFileSync(file, 'utf8'), 'old');
      assert.deepEqual(fs.readdirSync(folder).sort(), ['a.ich.json', 'writer.cjs']);
    });
  }

  it('leaves the old or the new file, whole, when it is killed at any moment', async function () {
    this.timeout(60_000);
    const file = path.join(folder, 'a.ich.json');
    const writer = bundledWriter(folder);
    let seed = 20;
    for (let n = 0; n < 12; n++) {
      const child = spawn(process.execPath, [writer, file, '1000000'], { stdio: ['ignore', 'pipe', 'ignore'] });
      await once(child.stdout, 'data');
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      await new Promise((resolve) => setTimeout(resolve, seed % 40));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const text = fs.readFileSync(file, 'utf8');
      const [head = '', body = ''] = text.split('\n');
      assert.ok(/^\d+$/.test(head), `the file begins with ${JSON.stringify(head.slice(0, 40))}`);
      assert.equal(body.length, WRITER_BODY, `the file is ${text.length} characters long`);
      assert.ok(body === (head.at(-1) ?? '').repeat(WRITER_BODY), 'the file mixes two writes');
    }
  });
});

const WRITER_BODY = 300_000;

/** A program that writes `file` over and over, each time other contents, and prints a line after the first. */
function bundledWriter(folder: string): string {
  const outfile = path.join(folder, 'writer.cjs');
  buildSync({
    stdin: {
      contents: `
        import { writeAtomically } from './src/node/atomic-write';
        const [file, times] = process.argv.slice(2);
        (async () => {
          for (let n = 0; n < Number(times); n++) {
            await writeAtomically(file, n + '\\n' + String(n % 10).repeat(${WRITER_BODY}));
            if (n === 0) console.log('written');
          }
        })().catch((error) => console.log(error.message));
      `,
      resolveDir: inRoot(),
    },
    bundle: true,
    platform: 'node',
    outfile,
  });
  return outfile;
}
