import assert from 'node:assert/strict';
import { cameraOf, panned, toPlane, toScreen, WHOLE, zoomed } from '../../../src/webview/viewports/camera';

const plane = { width: 100, height: 30, spacing: [0.5, 4] as const };
const size = [400, 300] as const;

describe('the camera of a plane', () => {
  it('fits the whole plane, in mm and not in pixels', () => {
    const camera = cameraOf(WHOLE, plane, size);
    // 50 x 120 mm in 400 x 300: the height decides.
    assert.equal(camera.scale, 0.4);
    const [left, top] = toScreen(camera, [-0.25, -2]);
    const [right, bottom] = toScreen(camera, [49.75, 118]);
    assert.ok(Math.abs(bottom - top - 300) < 1e-9);
    assert.ok(Math.abs(right - left - 125) < 1e-9);
    assert.ok(Math.abs(left + right - 400) < 1e-9);
  });

  it('goes to the screen and back', () => {
    const camera = cameraOf({ zoom: 3, pan: [4, -7] }, plane, size);
    const [u, v] = toPlane(camera, toScreen(camera, [12.3, 45.6]));
    assert.ok(Math.abs(u - 12.3) < 1e-9 && Math.abs(v - 45.6) < 1e-9);
  });

  it('keeps the place under the pointer while it zooms', () => {
    const anchor = [90, 210] as const;
    const before = toPlane(cameraOf(WHOLE, plane, size), anchor);
    const part = zoomed(WHOLE, plane, size, 2.5, anchor);
    const after = toPlane(cameraOf(part, plane, size), anchor);
    assert.equal(part.zoom, 2.5);
    assert.ok(Math.abs(before[0] - after[0]) < 1e-9 && Math.abs(before[1] - after[1]) < 1e-9);
  });

  it('moves with the pointer, and never loses the plane', () => {
    const point = [10, 20] as const;
    const start = toScreen(cameraOf(WHOLE, plane, size), point);
    const moved = toScreen(cameraOf(panned(WHOLE, plane, size, [30, -12]), plane, size), point);
    assert.ok(Math.abs(moved[0] - start[0] - 30) < 1e-9 && Math.abs(moved[1] - start[1] + 12) < 1e-9);
    assert.deepEqual(panned(WHOLE, plane, size, [1e6, -1e6]).pan, [-25, 60]);
  });

  it('has a largest and a smallest zoom', () => {
    assert.equal(zoomed(WHOLE, plane, size, 1e9, [0, 0]).zoom, 40);
    assert.equal(zoomed(WHOLE, plane, size, 1e-9, [0, 0]).zoom, 0.5);
  });
});
