import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DEFAULT_MODELS } from '../../../src/core/model/default-models';
import { type Built, buildPrograms } from '../../fixtures/built';
import { type Outcome, runHemorica } from '../../fixtures/run-hemorica';
import { writeTinyModel } from '../../fixtures/tiny-model';
import { headNifti } from '../../fixtures/tiny-nifti';

describe('hemorica models', function () {
  this.timeout(120_000);
  let built: Built;
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const hemorica = (...args: string[]): Promise<Outcome> => runHemorica({ cli: built.cli, cwd: folder }, ...args);
  const listed = ({ stdout }: Outcome) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  before(async () => {
    built = await buildPrograms();
  });
  after(() => built.remove());
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-models-')));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('lists the built-in models with task, size and license, for people and programs', async () => {
    const outcome = await hemorica('models', '--json');
    assert.equal(outcome.code, 0);
    const name = DEFAULT_MODELS.segmentation;
    const standard = listed(outcome).find((line) => line.name === name);
    const manifest = JSON.parse(fs.readFileSync(path.join(built.models, name, 'model.json'), 'utf8'));
    assert.deepEqual([standard.task, standard.builtIn, standard.license], ['segmentation', true, manifest.license]);
    const { size } = fs.statSync(path.join(built.models, name, manifest.file));
    assert.equal(standard.bytes, size);
    const blocks = (await hemorica('models')).stdout.split(/\n(?=\S)/);
    const block = blocks.find((text) => text.startsWith(`${name}\n`));
    assert.match(block ?? '', /^\S+\n {2}title [\s\S]* {2}task +segmentation: \w[\s\S]* {2}license +\w/);
    assert.ok(block?.includes(`\n  size     ${Number((size / 1e6).toFixed(1))} MB\n`), block);
    assert.match((await hemorica('models', '--help')).stdout, /Examples:\s+hemorica models/);
  });

  it('lists those of folders and of the environment, what hides them, and what is wrong with them', async () => {
    writeTinyModel(at('a/one'), {
      metrics: [{ name: 'Dice', value: 0.75, data: 'drawn heads' }],
      license: { name: 'CC BY-NC 4.0', attribution: 'Somebody', use: 'non-commercial' },
    });
    writeTinyModel(at('b/one'));
    writeTinyModel(at('c/bad'), { threshold: 2 });
    const env = { HEMORICA_MODELS: [at('b'), at('c')].join(path.delimiter) };
    const outcome = await runHemorica({ cli: built.cli, cwd: folder, env }, 'models', '--models', 'a', '--json');
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /^hemorica: \S+c\/bad\/model\.json: "threshold" is 2; [^\n]+\n$/);
    const ours = listed(outcome).filter(({ builtIn }) => !builtIn);
    assert.deepEqual(
      ours.map(({ folder: place, hiddenBy }) => [path.relative(folder, place), hiddenBy]),
      [
        ['a/one', undefined],
        ['b/one', at('a/one')],
      ],
    );
    const { stdout } = await hemorica('models', 'a', 'b/one');
    assert.match(stdout, /\n {2}task +segmentation: IPH\n {2}input +64 x 64, 1 channel\n/);
    assert.match(
      stdout,
      /\n {2}license +CC BY-NC 4\.0; no commercial use\. Somebody\n {2}metric +Dice 0\.75 \(drawn heads\)\n/,
    );
    assert.match(stdout, /\n {2}hidden +a\/one has the same name and comes first\n$/);
    const none = await hemorica('models', 'none');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /^hemorica: \S+none: there is no such folder of models\. Create it/);
  });

  it('runs a model by its name in such a folder, by its own folder, and says what is in the way', async () => {
    fs.writeFileSync(at('head.nii'), headNifti());
    writeTinyModel(at('a/tiny'));
    writeTinyModel(at('a/bad'), { threshold: 2 });
    writeTinyModel(at('own folder'), { name: 'own' });
    const run = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await hemorica('segment', ...args, '--force', '--json');
      return code === 0 ? JSON.parse(stdout).model.name : stderr;
    };
    assert.equal(await run('--models', 'a', 'head.nii', '--model', 'tiny'), 'tiny');
    assert.equal(await run('head.nii', '--model', 'own folder'), 'own');
    assert.equal(await run('head.nii', '--model', 'a/tiny'), 'tiny');
    assert.match(
      await run('head.nii', '--model', 'tiny'),
      /tiny: there is no built-in model and no folder of this name\./,
    );
    assert.match(await run('head.nii', '--models', 'a', '--model', 'bad'), /a\/bad\/model\.json: "threshold" is 2;/);
    const { code, stderr } = await hemorica('classify', 'head.nii', '--model', 'a/tiny');
    assert.deepEqual(
      [code, /a\/tiny: the model is for segmentation, not for classification\./.test(stderr)],
      [1, true],
      stderr,
    );
  });
});
