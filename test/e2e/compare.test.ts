import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import type { Frame } from 'playwright-core';
import { type Annotation, emptyAnnotation, masksOf } from '../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { encodeRuns } from '../../src/core/annotation/runs';
import { encodeNifti } from '../../src/core/formats/write-nifti';
import { compareMasks, gridOfImage } from '../../src/core/measure/compare';
import { makePhantom } from '../../src/core/phantom/phantom';
import type { Vec3 } from '../../src/core/volume';
import { GitRepo } from '../fixtures/git-repo';
import { waitFor } from './lib/wait';
import { useWorkbench } from './lib/workbench';

const SIZE: Vec3 = [128, 128, 12];

/** An annotation of a scan of SIZE by its label map. */
function annotationOf(empty: Annotation, labels: Uint8Array): Annotation {
  const [width, height] = SIZE;
  const area = width * height;
  const runs = (k: number): Uint32Array => encodeRuns(labels.subarray(k * area, (k + 1) * area), width, height);
  return { ...empty, slices: empty.slices.map((slice, k) => ({ ...slice, runs: runs(k) })) };
}

describe('changes of an annotation in Source Control', () => {
  let repo: GitRepo;
  let old: Annotation;
  let young: Annotation;
  const workbench = useWorkbench(() => {
    repo = GitRepo.create('workspace');
    const phantom = makePhantom({ size: SIZE });
    repo.write('.gitignore', '*.nii\n');
    writeFileSync(repo.path('head.nii'), encodeNifti(phantom));
    const sha256 = createHash('sha256').update(phantom.voxels).digest('hex');
    const { affine, size, spacing } = phantom;
    const empty = emptyAnnotation({ file: 'head.nii', sha256, affine, size, spacing });
    old = annotationOf(empty, phantom.labels);
    // SDH shrinks, IPH becomes IVH in the lower half, and EPH is new where there was none.
    const labels = phantom.labels.map((label, n) => {
      const column = n % SIZE[0];
      if (label === 2 && column % 3 === 0) return 0;
      if (label === 4 && n < phantom.labels.length / 2) return 5;
      return label === 0 && n % 4096 > 4080 && n > 100_000 && n < 130_000 ? 1 : label;
    });
    young = annotationOf(empty, labels);
    repo.write('head.ich.json', encodeAnnotation(old));
    const elsewhere = { ...empty.image, file: 'elsewhere.nii', sha256: '0'.repeat(64) };
    repo.write('lost.ich.json', encodeAnnotation({ ...old, image: elsewhere }));
    repo.write('gone.ich.json', encodeAnnotation(old));
    repo.commit('Annotate');
    repo.write('head.ich.json', encodeAnnotation(young));
    repo.write('lost.ich.json', encodeAnnotation({ ...young, image: elsewhere }));
    rmSync(repo.path('gone.ich.json'));
    return { copy: repo.folder };
  });
  after(() => repo.remove());

  const click = async (name: string): Promise<void> => {
    const { page } = workbench();
    const view = page.locator('.activitybar').getByRole('tab', { name: /^Source Control/ });
    if ((await view.getAttribute('aria-selected')) !== 'true') await view.click();
    await page.locator('.scm-view .monaco-list-row').filter({ hasText: name }).first().click();
  };
  /** The pages of both sides, when neither looks for its scan any more. */
  const sides = async (file: string): Promise<[Frame, Frame]> =>
    waitFor(`both sides of ${file}`, async () => {
      const [left, right, more] = await workbench().webviews();
      if (!left || !right || more) return undefined;
      const names = await Promise.all(
        [left, right].map((frame) => frame.locator('main.compare').getAttribute('data-side')),
      );
      const title = await left.locator('.version-name').getAttribute('title');
      const searching = await Promise.all(
        [left, right].map((frame) => frame.locator('.ground vscode-progress-ring').isVisible()),
      );
      return names.join() === 'left,right' && title?.startsWith(file) && !searching.includes(true)
        ? [left, right]
        : undefined;
    });
  const slice = (frame: Frame): Promise<string> => frame.locator('input.number').inputValue();

  it('opens both versions side by side at the first change, moves them together', async () => {
    await click('head.ich.json');
    const [left, right] = await sides('head.ich.json');
    assert.equal(await left.locator('.version-name').textContent(), 'Index');
    assert.equal(await right.locator('.version-name').textContent(), 'Working Tree');
    const changed = compareMasks(masksOf(old), masksOf(young), gridOfImage(old)).flatMap((one) => one.changedSlices);
    const first = Math.min(...changed) + 1;
    await waitFor(
      'the first change',
      async () => (await slice(left)) === `${first}` && (await slice(right)) === `${first}`,
    );
    await right.locator('.pane:visible').first().hover();
    await workbench().page.mouse.wheel(0, -120);
    await waitFor('the left side to follow', async () => (await slice(left)) === `${first + 1}`);
    // A key on the left side moves both.
    await left.locator('.pane:visible').first().click();
    // Keys act once VS Code knows where the focus is.
    await waitFor('the right side to follow', async () => {
      await workbench().page.keyboard.press('Home');
      return (await slice(right)) === '1';
    });
    await workbench().page.keyboard.press('n');
    await waitFor('the next change', async () => (await slice(right)) === `${first}`);
    await workbench().screenshot('compare sides');
  });

  it('shows all changes in one view, with figures that are right', async () => {
    const [left, right] = await sides('head.ich.json');
    await right.getByRole('button', { name: 'All changes in one view' }).click();
    const rows = left.locator('.change-figures tbody tr');
    await rows.first().waitFor();
    const shown = await rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    const volume = (ml: number): string => ml.toFixed(ml < 1 && ml > 0 ? 2 : 1);
    const expected = compareMasks(masksOf(old), masksOf(young), gridOfImage(old)).map((one) => [
      one.subtype,
      volume(one.volumeBefore),
      volume(one.volumeAfter),
      one.dice.toFixed(3),
      one.added.toLocaleString('en'),
      one.removed.toLocaleString('en'),
    ]);
    assert.deepEqual(shown.slice(0, expected.length), expected);
    assert.equal(shown.length, expected.length + 1, 'and a row for all blood');
    await left.locator('.changed-slice').last().click();
    const last = await left.locator('.changed-slice').last().getAttribute('data-slice');
    await waitFor('the picture to follow', async () => (await slice(right)) === `${Number(last) + 1}`);
    for (const theme of ['light', 'high-contrast', 'dark'] as const) {
      await workbench().setTheme(theme);
      await workbench().screenshot(`compare combined ${theme}`);
    }
  });

  it('draws the masks on an empty ground where the scan is missing, and says so', async () => {
    await click('lost.ich.json');
    const [left, right] = await sides('lost.ich.json');
    for (const frame of [left, right]) {
      const text = (await frame.locator('.ground').textContent()) ?? '';
      assert.match(text, /empty ground/);
      assert.match(text, /elsewhere\.nii/);
    }
    await workbench().screenshot('compare missing');
  });

  it('compares a deleted file with the working tree', async () => {
    await click('gone.ich.json');
    await workbench().tab('gone.ich.json (Deleted)').first().waitFor();
    await workbench().runCommand('Hemorica: Compare Annotation With...');
    await workbench().pick('Working Tree');
    const [, right] = await sides('gone.ich.json');
    await right.getByText('Working Tree has no such file.').waitFor();
    await workbench().screenshot('compare deleted');
  });

  it('opens an entry of the Timeline as masks', async () => {
    const { page } = workbench();
    await workbench().openFromExplorer('head.ich.json');
    const pane = page.getByRole('button', { name: /^Timeline Section/ });
    if ((await pane.getAttribute('aria-expanded')) !== 'true') await pane.click();
    await page.locator('.timeline-tree-view .monaco-list-row').filter({ hasText: 'Annotate' }).first().click();
    const [left] = await sides('head.ich.json');
    await left.getByText('has no such file.').waitFor();
    await workbench().screenshot('compare timeline');
  });

  it('opens the text of the changes and comes back', async () => {
    await click('head.ich.json');
    await sides('head.ich.json');
    const button = (label: string) => workbench().page.locator('.editor-actions').getByRole('button', { name: label });
    await button('Show Changes as Text').click();
    await workbench().page.locator('.monaco-diff-editor').waitFor();
    await button('Show Changes Over the Scan').click();
    await sides('head.ich.json');
  });
});
