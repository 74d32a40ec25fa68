import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { niftiFile } from '../fixtures/nifti-files';
import { waitFor } from './lib/wait';
import { useWorkbench } from './lib/workbench';

/** 32 x 32 x 6 voxels of 4 x 4 x 5 mm, stored as a scanner does: columns to the patient's left, rows to the back. */
const head = niftiFile({
  dims: [32, 32, 6],
  pixdim: [4, 4, 5],
  sform: [-4, 0, 0, 62, 0, -4, 0, 62, 0, 0, 5, 0],
  value: () => 30,
});

describe('painting in VS Code', () => {
  const workbench = useWorkbench({ files: { 'head.nii': head } });
  const file = (): string => path.join(workbench().folder, 'head.ich.json');
  const read = () => parseAnnotation(readFileSync(file(), 'utf8'));
  const dirty = async (): Promise<boolean> => (await workbench().activeTab()).dirty;

  it('is undone, redone and saved by VS Code', async () => {
    const { page } = workbench();
    await workbench().openFromExplorer('head.nii');
    const frame = await workbench().webview();
    await frame.getByText(/^slice \d+\/6/).waitFor();
    await frame.locator('.edit-tools vscode-button:not([disabled])').first().waitFor();
    const pane = frame.locator('[data-plane="axial"]');
    await pane.focus();
    // The key reaches the page through VS Code once that knows where the focus is.
    await waitFor('the brush', async () => {
      if (await frame.locator('.tool-strip').isHidden()) await page.keyboard.press('b');
      await new Promise((resolve) => setTimeout(resolve, 500));
      return frame.locator('.tool-strip').isVisible();
    });
    await page.keyboard.press('2');
    await frame.locator('.subtype-picker [aria-checked="true"]', { hasText: 'SDH' }).waitFor();
    const box = await pane.boundingBox();
    assert.ok(box);
    // Right of the middle on screen: the patient's left.
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.45);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.45, { steps: 4 });
    await page.mouse.up();
    await waitFor('the dirty mark', dirty);
    await page.keyboard.press('Control+z');
    await waitFor('the undo', async () => !(await dirty()));
    await page.keyboard.press('Control+y');
    await waitFor('the redo', dirty);
    assert.ok(!existsSync(file()));
    await page.keyboard.press('Control+s');
    await waitFor('the annotation', () => existsSync(file()));
    await waitFor('the save', async () => !(await dirty()));

    const annotation = read();
    const slices = annotation.slices.flatMap(({ runs }, k) => (runs.length > 0 ? [k] : []));
    assert.deepEqual(slices, [2]);
    const runs = annotation.slices[2]?.runs ?? new Uint32Array(0);
    for (let n = 0; n < runs.length; n += 4) {
      const [label, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
      assert.equal(label, 2);
      // LPS x = 4 (i - 15.5): all of it on the left.
      assert.ok(start >= 16 && start + length <= 24, `columns ${start} to ${start + length - 1}`);
      assert.ok(row >= 10 && row <= 18, `row ${row}`);
    }
  });

  it('takes back the undone stroke from the file with the next save', async () => {
    const { page } = workbench();
    const before = readFileSync(file(), 'utf8');
    const frame = await workbench().webview();
    await frame.locator('[data-plane="axial"]').focus();
    await page.keyboard.press('Control+z');
    await waitFor('the undo', dirty);
    await page.keyboard.press('Control+s');
    await waitFor('the save', async () => !(await dirty()));
    assert.notEqual(readFileSync(file(), 'utf8'), before);
    assert.ok(read().slices.every(({ runs }) => runs.length === 0));
  });
});
