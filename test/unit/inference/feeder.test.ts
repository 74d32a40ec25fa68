import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { type ModelInput, parseManifest } from '../../../src/core/model/manifest';
import { ScanError } from '../../../src/core/volume';
import { type Feed, volumeFeed } from '../../../src/inference/feed';
import { Feeder } from '../../../src/inference/feeder/client';
import { loadModel } from '../../../src/inference/model';
import { segment, segmentationOf, segmentFeed } from '../../../src/inference/segment';
import { loadScan, referenceTo } from '../../../src/node/load-scan';
import { findScans, type ScanFiles } from '../../../src/node/scan-files';
import { type Built, buildPrograms } from '../../fixtures/built';
import { writeTinyModel } from '../../fixtures/tiny-model';
import { headNifti } from '../../fixtures/tiny-nifti';
import { allStorages } from '../../fixtures/volumes';

const base = JSON.parse(readFileSync(inRoot('test/fixtures/manifests/slices.json'), 'utf8'));
const channels = [-1, 0, 2].map((slice) => ({ slice, window: { center: 40, width: 80 } }));

function inputOf(change: object): ModelInput {
  return parseManifest(JSON.stringify({ ...base, input: { ...base.input, ...change } }), 'model.json').input;
}

/** Everything that a feed gives. */
async function all(feed: Feed): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let input = await feed.next(); input; input = await feed.next()) {
    found.push({ ...input, ...(input.values && { values: input.values.slice() }) });
    if (input.values) feed.recycle(input.values);
  }
  return found;
}

describe('Feeder', () => {
  let folder: string;
  let programs: Built;
  let feeder: Feeder;
  const signal = new AbortController().signal;
  const slices = inputOf({ channels });

  before(async function () {
    this.timeout(60_000);
    programs = await buildPrograms();
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-feeder-'));
    const dist = path.dirname(programs.inference);
    feeder = new Feeder(path.join(dist, 'feeder.cjs'), dist);
  });
  after(async () => {
    await feeder.dispose();
    programs.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function scanOf(name: string, bytes: Uint8Array): Promise<ScanFiles> {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    const [scan] = (await findScans(file)).scans;
    assert.ok(scan);
    return scan;
  }

  it('gives the inputs that a scan in memory gives, however it is stored', async function () {
    this.timeout(60_000);
    for (const [n, storage] of allStorages().entries()) {
      if (n % 7 !== 2) continue;
      const scan = await scanOf(`stored-${n}.nii.gz`, gzipSync(headNifti(storage)));
      const volume = await loadScan(scan, { bundle: programs.folder });
      const feed = await feeder.open(scan, slices, { signal });
      const expected = volumeFeed(volume, slices);
      assert.deepEqual(feed.plan, expected.plan);
      assert.deepEqual(await all(feed), await all(expected));
      const { image, notices } = await feed.finished;
      assert.deepEqual(image, referenceTo(volume, scan));
      assert.deepEqual(notices, volume.notices);
      assert.deepEqual(feed.shape.slices, volume.slices);
    }
  });

  it('gives only the inputs of wanted slices, and blocks', async () => {
    const scan = await scanOf('some.nii', headNifti());
    const volume = await loadScan(scan, { bundle: programs.folder });
    const blocks = inputOf({
      layout: 'NCDHW',
      depth: 4,
      height: 40,
      width: 40,
      spacing: [5, 3, 3],
      overlap: 0.25,
      blending: 'linear',
    });
    for (const input of [slices, blocks]) {
      const feed = await feeder.open(scan, input, { signal, slices: [2] });
      const found = await all(feed);
      assert.deepEqual(found, await all(volumeFeed(volume, input, new Set([2]))));
      assert.ok(found.length > 0);
      const whole = await all(await feeder.open(scan, input, { signal }));
      assert.ok(found.length < whole.length);
      assert.deepEqual(whole, await all(volumeFeed(volume, input)));
    }
  });

  it('collects the mask that is made of a scan in memory, of all slices and of wanted ones', async function () {
    this.timeout(60_000);
    const model = await loadModel(writeTinyModel(path.join(folder, 'tiny')), { providers: ['cpu'] });
    const manifest = segmentationOf(model);
    const scan = await scanOf('masked.nii.gz', gzipSync(headNifti({ axes: [1, 2, 0], signs: [1, -1, 1] })));
    const volume = await loadScan(scan, { bundle: programs.folder });
    for (const wanted of [{}, { slices: [50, 51, 52] }]) {
      const options = { ...wanted, threshold: 0.4 };
      const feed = await feeder.open(scan, manifest.input, { ...wanted, signal, collect: manifest });
      const mask = await segmentFeed(feed, model, options);
      assert.ok(mask.candidates.slices.length > 2);
      assert.deepEqual(mask, await segment(volume, model, options));
      assert.deepEqual((await feed.finished).image, referenceTo(volume, scan));
    }
  });

  it('says what is wrong with a scan, also one that breaks after its first slices, and goes on with the next', async () => {
    const good = await scanOf('good.nii.gz', gzipSync(headNifti()));
    const junk = await scanOf('junk.nii', Buffer.alloc(1000, 7));
    await assert.rejects(feeder.open(junk, slices, { signal }), (error) => {
      assert.ok(error instanceof ScanError);
      assert.equal(error.file, 'junk.nii');
      return true;
    });
    const whole = gzipSync(headNifti());
    const cut = await scanOf('cut.nii.gz', whole.subarray(0, Math.floor(whole.length * 0.9)));
    const broken = await feeder.open(cut, slices, { signal });
    await assert.rejects(all(broken), /cut\.nii\.gz: The gzip file ends too early\. Copy or download/);
    await assert.rejects(broken.finished, /ends too early/);
    assert.equal((await all(await feeder.open(good, slices, { signal }))).length, 8);
  });

  it('ends at once when it is cancelled or given up, and what was on its way is not taken for the next scan', async () => {
    const scan = await scanOf('cancelled.nii', headNifti());
    const other = await scanOf('other.nii', headNifti({ axes: [2, 0, 1], signs: [1, -1, 1] }));
    const volume = await loadScan(other, { bundle: programs.folder });
    const expected = await all(volumeFeed(volume, slices));
    for (const way of ['cancel', 'close'] as const) {
      const controller = new AbortController();
      const feed = await feeder.open(scan, slices, { signal: controller.signal });
      assert.equal((await feed.next())?.n, 0);
      if (way === 'cancel') controller.abort(new Error('enough'));
      else feed.close();
      await assert.rejects(all(feed), way === 'cancel' ? /^Error: enough$/ : /given up/);
      assert.deepEqual(await all(await feeder.open(other, slices, { signal })), expected);
    }
    const aborted = AbortSignal.abort(new Error('before'));
    await assert.rejects(feeder.open(scan, slices, { signal: aborted }), /^Error: before$/);
  });

  it('reads a file again when it has changed', async () => {
    const scan = await scanOf('changing.nii', headNifti());
    const first = await all(await feeder.open(scan, slices, { signal }));
    await scanOf(
      'changing.nii',
      headNifti({ axes: [0, 1, 2], signs: [1, 1, 1] }).map((byte) => byte),
    );
    assert.deepEqual(await all(await feeder.open(scan, slices, { signal })), first);
    await scanOf('changing.nii', headNifti({ axes: [1, 0, 2], signs: [1, 1, 1] }));
    const feed = await feeder.open(scan, slices, { signal });
    await all(feed);
    assert.deepEqual(feed.shape.size, [128, 110, 8]);
  });
});
