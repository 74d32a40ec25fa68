/** Painting in the page: places of voxels on screen, and what the host is sent. */
import type { AnnotationEdit } from '../../../src/core/document/edit';
import type { Plane } from '../../../src/webview/state/view-state';
import type { ViewerPage } from './viewer-page';

export type Voxel = readonly [number, number, number];

/** A scan as the tests know it: voxels along i, j, k; mm; whether i and j run as in DICOM (to the left, to the back). */
export interface Head {
  readonly size: Voxel;
  readonly spacing: Voxel;
  readonly reversed: boolean;
}

/** An edit with its runs as plain numbers. */
export interface SentEdit {
  readonly label: string;
  readonly mask: readonly { readonly slice: number; readonly runs: readonly number[] }[];
  readonly fields: AnnotationEdit['fields'];
}

interface FakeHost {
  readonly done: AnnotationEdit[];
  refusal: string | undefined;
  undo(): void;
  redo(): void;
}

/** Calls a function of the fake host and waits until the page has taken note. */
export async function onHost(viewer: ViewerPage, action: 'undo' | 'redo'): Promise<void> {
  await viewer.page.evaluate((name) => (window as unknown as { fakeHost: FakeHost }).fakeHost[name](), action);
  await viewer.settled();
}

/** From now on edits are refused for this reason; undefined: accepted. */
export async function refuse(viewer: ViewerPage, reason: string | undefined): Promise<void> {
  await viewer.page.evaluate((text) => {
    (window as unknown as { fakeHost: FakeHost }).fakeHost.refusal = text;
  }, reason);
}

/** The edits that the host has accepted and nobody has undone. */
export async function edits(viewer: ViewerPage): Promise<SentEdit[]> {
  await viewer.settled();
  return viewer.page.evaluate(() =>
    (window as unknown as { fakeHost: FakeHost }).fakeHost.done.map(({ label, mask, fields }) => ({
      label,
      mask: mask.map(({ slice, runs }) => ({ slice, runs: [...runs] })),
      fields,
    })),
  );
}

/** Voxels of an edit that change to a label, as sorted "i,j,k". */
export function voxelsOf(edit: SentEdit | undefined, label?: number): string[] {
  const voxels: string[] = [];
  for (const { slice, runs } of edit?.mask ?? []) {
    for (let n = 0; n < runs.length; n += 5) {
      const [j = 0, i = 0, length = 0, , after] = runs.slice(n, n + 5);
      if (label !== undefined && after !== label) continue;
      for (let d = 0; d < length; d++) voxels.push(`${i + d},${j},${slice}`);
    }
  }
  return voxels.sort();
}

/** The voxels of a head that a test picks, as sorted "i,j,k". */
export function voxelsWhere({ size }: Head, picks: (i: number, j: number, k: number) => boolean): string[] {
  const voxels: string[] = [];
  for (let k = 0; k < size[2]; k++)
    for (let j = 0; j < size[1]; j++)
      for (let i = 0; i < size[0]; i++) if (picks(i, j, k)) voxels.push(`${i},${j},${k}`);
  return voxels.sort();
}

/** Column, row and number of the image of a plane that shows a voxel: right on the left, front and head on top or left. */
function pixelOf({ size, reversed }: Head, plane: Plane, [i, j, k]: Voxel): readonly [number, number, number] {
  const left = reversed ? size[0] - 1 - i : i;
  const back = reversed ? size[1] - 1 - j : j;
  const down = size[2] - 1 - k;
  if (plane === 'axial') return [left, back, k];
  return plane === 'coronal' ? [left, down, back] : [back, down, left];
}

/** Pixels and mm of a plane's images. */
function extentOf({ size, spacing }: Head, plane: Plane): { pixels: [number, number]; mm: [number, number] } {
  const [u, v] = plane === 'axial' ? [0, 1] : plane === 'coronal' ? [0, 2] : [1, 2];
  return { pixels: [size[u] ?? 1, size[v] ?? 1], mm: [spacing[u] ?? 1, spacing[v] ?? 1] };
}

/** Goes to the slice of a plane that shows a voxel. */
export async function goTo(viewer: ViewerPage, head: Head, plane: Plane, voxel: Voxel): Promise<void> {
  await viewer.command('setLayout', plane);
  await viewer.command('goToSlice', pixelOf(head, plane, voxel)[2] + 1);
}

/** Where on the page the centre of a voxel is, in a plane that is shown whole. */
export async function placeOf(
  viewer: ViewerPage,
  head: Head,
  plane: Plane,
  voxel: Voxel,
): Promise<{ x: number; y: number }> {
  const box = await viewer.pane(plane);
  const { pixels, mm } = extentOf(head, plane);
  const scale = Math.max((pixels[0] * mm[0]) / box.width, (pixels[1] * mm[1]) / box.height);
  const [x, y] = pixelOf(head, plane, voxel);
  return {
    x: box.x + box.width / 2 + ((x - (pixels[0] - 1) / 2) * mm[0]) / scale,
    y: box.y + box.height / 2 + ((y - (pixels[1] - 1) / 2) * mm[1]) / scale,
  };
}

/** Drags with the main button from voxel to voxel, and lets go. A single one is a click. */
export async function drag(
  viewer: ViewerPage,
  head: Head,
  plane: Plane,
  voxels: readonly Voxel[],
  key?: 'Control' | 'Alt',
): Promise<void> {
  const { keyboard, mouse } = viewer.page;
  if (key) await keyboard.down(key);
  for (const [n, voxel] of voxels.entries()) {
    const { x, y } = await placeOf(viewer, head, plane, voxel);
    await mouse.move(x, y);
    if (n === 0) await mouse.down();
  }
  await mouse.up();
  if (key) await keyboard.up(key);
  await viewer.settled();
}
