/** Annotations of a folder against a model, with a process that counts how often it is asked. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Annotation, emptyAnnotation } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import type { ImageReference } from '../../../../src/core/annotation/image';
import { encodeNifti } from '../../../../src/core/formats/write-nifti';
import type { Vec3 } from '../../../../src/core/volume';
import { checkOnScan } from '../../../../src/node/check-scan';
import {
  type ComparedModel,
  type CompareOptions,
  compareWithModel,
} from '../../../../src/node/disagreement/compare-with-model';
import { findAnnotations } from '../../../../src/node/disagreement/find-annotations';
import { ModelResults } from '../../../../src/node/disagreement/model-results';
import { findImage } from '../../../../src/node/find-image';
import { loadScan, referenceTo } from '../../../../src/node/load-scan';
import { findScans } from '../../../../src/node/scan-files';

const SIZE: Vec3 = [8, 8, 3];

const MODEL: ComparedModel = {
  folder: '/models/m',
  name: 'm',
  version: '1',
  manifest: 'ab',
  threshold: 0.5,
  providers: ['cpu'],
};

describe('an annotation against a model', () => {
  let folder = '';
  let asked: string[] = [];
  /** What the process says of the slices: those of the scan, if nothing else is told. */
  let extents: readonly number[] = [];
  const at = (...names: string[]): string => path.join(folder, ...names);
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-disagree-')));
    asked = [];
    extents = [5, 5, 5];
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** A scan whose voxels depend on `seed`, and an annotation with IPH on columns 2 to 5 of row 3, slice 1. */
  function write(name: string, seed: number, change: (annotation: Annotation) => Annotation = (same) => same): string {
    const voxels = Int16Array.from({ length: 8 * 8 * 3 }, (_, n) => n + seed);
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1];
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(`${name}.nii`), encodeNifti({ voxels, size: SIZE, affine }));
    const image: ImageReference = {
      file: `${path.basename(name)}.nii`,
      sha256: createHash('sha256').update(new Uint8Array(voxels.buffer)).digest('hex'),
      size: SIZE,
      spacing: [1, 1, 5],
      affine,
    };
    const empty = emptyAnnotation(image);
    const slices = empty.slices.map((slice, k) => (k === 1 ? { ...slice, runs: Uint32Array.of(4, 3, 2, 4) } : slice));
    const file = at(`${name}.ich.json`);
    fs.writeFileSync(file, encodeAnnotation(change({ ...empty, slices })));
    return file;
  }

  /** Finds SDH on columns 4 to 6 of the same row. */
  const client: CompareOptions['client'] = {
    async segment({ path: named, threshold = 0 }) {
      asked.push('segment');
      const [scan] = (await findScans(named)).scans;
      assert.ok(scan);
      const volume = await loadScan(scan, { bundle: folder });
      return {
        image: referenceTo(volume, scan),
        slices: [{ slice: 1, runs: Uint32Array.of(2, 3, 4, 3) }],
        model: { name: 'm', version: '1', sha256: 'cd', threshold, provider: 'cpu' },
        attempts: [],
        defaultThreshold: 0.5,
        minimumVolume: 0,
        volumes: [0, 0, 0, 0, 0],
        extents,
        notices: [],
      };
    },
    async checkMask({ annotation, image, masks }) {
      asked.push('check');
      return checkOnScan(image, masks, await findImage(annotation, image), { bundle: folder });
    },
  };
  const compare = (file: string, model = MODEL) =>
    compareWithModel(file, model, {
      client,
      results: new ModelResults(at('.kept')),
      signal: new AbortController().signal,
    });

  it('measures with the extents of the scan, and by labels as they are stated', async () => {
    extents = [5, 7, 5];
    const file = write('head', 0);
    const { disagreement, scan, ran } = await compare(file);
    assert.equal(ran, true);
    assert.deepEqual(scan.files, [at('head.nii')]);
    const [slice] = disagreement.slices;
    assert.equal(slice?.slice, 1);
    assert.equal(slice.unit, 7 / 1000);
    assert.deepEqual(slice.flips, ['SDH', 'IPH']);
    const shown = slice.voxels.flatMap((count, n) => (count > 0 ? [[Math.floor(n / 6), n % 6, count]] : []));
    assert.deepEqual(shown, [
      [0, 2, 1],
      [4, 0, 2],
      [4, 2, 2],
    ]);
  });

  it('runs the model once for the same voxels, whatever becomes of annotations', async () => {
    const file = write('head', 0);
    await compare(file);
    const again = await compare(file);
    assert.deepEqual([asked, again.ran], [['segment'], false]);
    const slices = (annotation: Annotation) =>
      annotation.slices.map((slice) => ({ ...slice, runs: new Uint32Array(0) }));
    write('head', 0, (annotation) => ({ ...annotation, slices: slices(annotation) }));
    const edited = await compare(file);
    // The scan was written anew, so it is looked at; what it holds is known.
    assert.deepEqual(asked, ['segment', 'check']);
    assert.deepEqual(
      edited.disagreement.lesions.map(({ kind }) => kind),
      ['false'],
    );
    await compare(file);
    assert.deepEqual(asked, ['segment', 'check']);
    // Another copy of the same voxels.
    await compare(write('copies/head', 0));
    assert.deepEqual(asked, ['segment', 'check', 'check']);
  });

  it('runs again for another threshold, another model, other voxels, and where what was kept is damaged', async () => {
    const file = write('head', 0);
    await compare(file);
    await compare(file, { ...MODEL, threshold: 0.4 });
    await compare(file, { ...MODEL, manifest: 'ef' });
    assert.equal(asked.length, 3);
    await compare(write('head', 1));
    assert.equal(asked.length, 4);
    for (const name of fs.readdirSync(at('.kept')).filter((one) => one.endsWith('.result')))
      fs.writeFileSync(at('.kept', name), 'nothing');
    const { ran } = await compare(file);
    assert.equal(ran, true);
  });

  it('refuses an annotation of another scan, and never by what was kept', async () => {
    const file = write('head', 0);
    await compare(file);
    const other = Int16Array.from({ length: 8 * 8 * 3 }, (_, n) => n + 9);
    fs.writeFileSync(
      at('head.nii'),
      encodeNifti({ voxels: other, size: SIZE, affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1] }),
    );
    for (let n = 0; n < 2; n++)
      await assert.rejects(compare(file), /^ScanError: head\.ich\.json: .*other voxel values/);
    write('flipped', 0, (annotation) => ({
      ...annotation,
      image: { ...annotation.image, affine: [-1, 0, 0, 7, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1] },
    }));
    await assert.rejects(compare(at('flipped.ich.json')), /places its voxels up to 7\.0 mm/);
    await assert.rejects(compare(at('missing.ich.json')), /missing\.ich\.json: it cannot be read/);
  });

  it('takes the same voxels in another place for another scan', async () => {
    const moved = (affine: readonly number[]) => {
      const voxels = Int16Array.from({ length: 8 * 8 * 3 }, (_, n) => n);
      fs.writeFileSync(at('moved.nii'), encodeNifti({ voxels, size: SIZE, affine }));
      const file = write('other', 0, (annotation) => ({
        ...annotation,
        image: { ...annotation.image, file: 'moved.nii', affine },
      }));
      fs.renameSync(file, at('moved.ich.json'));
      return at('moved.ich.json');
    };
    const affine = [1, 0, 0, 40, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1];
    const first = await compare(moved(affine));
    const second = await compare(write('head', 0));
    assert.deepEqual([first.ran, second.ran], [true, true]);
    assert.deepEqual([first.result.image.affine[3], second.result.image.affine[3]], [40, 0]);
  });

  it('removes what has not been used for longest', async () => {
    for (const seed of [1, 2, 3]) await compare(write(`s${seed}`, seed));
    const results = new ModelResults(at('.kept'));
    const files = (): string[] => fs.readdirSync(at('.kept'));
    const all = files();
    assert.equal(all.length, 6);
    for (const name of all) fs.utimesSync(at('.kept', name), 1000, 1000);
    const used = await compare(at('s2.ich.json'));
    assert.equal(used.ran, false);
    await results.prune(fs.statSync(at('.kept', all.find((name) => name.endsWith('.result')) ?? '')).size + 20);
    assert.equal(files().filter((name) => name.endsWith('.result')).length, 1);
    assert.equal((await compare(at('s2.ich.json'))).ran, false);
    await results.prune(2 ** 20);
    await new ModelResults(undefined).prune();
  });

  it('finds annotations in and below a folder, not hidden ones', async () => {
    for (const name of ['b/x', 'a', 'b/.git/y', 'node_modules/z', '.hidden']) write(name, 0);
    assert.deepEqual(await findAnnotations(folder), [at('a.ich.json'), at('b', 'x.ich.json')]);
    await assert.rejects(findAnnotations(at('nowhere')), /the folder cannot be read/);
  });
});
