import assert from 'node:assert/strict';
import { bySubtype } from '../../../src/core/annotation/annotation';
import type { AnnotationEdit } from '../../../src/core/document/edit';
import type { MaskChange } from '../../../src/core/edit/changes';
import { geometryFromSlices } from '../../../src/core/geometry';
import type { Vec3 } from '../../../src/core/volume';
import type { AnnotationView } from '../../../src/protocol/view';
import { EditSession } from '../../../src/webview/edit/session';
import { Scan } from '../../../src/webview/scan/scan';
import { initialState } from '../../../src/webview/state/view-state';
import { Viewer } from '../../../src/webview/viewer';
import { makeVolume } from '../../fixtures/volumes';

/** The host's side of the conversation, answered by hand. */
class Host {
  readonly asked: {
    edit: AnnotationEdit;
    revision: number;
    answer(revision: number): void;
    refuse(why: string): void;
  }[] = [];

  readonly send = (edit: AnnotationEdit, revision: number): Promise<{ revision: number }> =>
    new Promise((resolve, reject) => {
      this.asked.push({
        edit,
        revision,
        answer: (now) => resolve({ revision: now }),
        refuse: (why) => reject(new Error(why)),
      });
    });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One row of slice 1: `length` voxels from a column on become a label. */
function row(j: number, start: number, length: number, before: number, after: number): MaskChange {
  return [{ slice: 1, runs: Uint32Array.from([j, start, length, before, after]) }];
}

function begin() {
  const positions = Array.from({ length: 3 }, (_, k): Vec3 => [0, 0, 5 * k]);
  const axes: [Vec3, Vec3] = [
    [1, 0, 0],
    [0, 1, 0],
  ];
  const scan = new Scan(makeVolume(geometryFromSlices(axes, [1, 1], [8, 8], positions), new Int16Array(192)), true);
  const settings = {
    presets: [],
    subtypeColors: [],
    overlayOpacity: 0.4,
    interpolation: true,
    layout: 'axial',
  } as const;
  const viewer = new Viewer(initialState(settings), () => undefined);
  viewer.setScan(scan, { axial: 0, coronal: 0, sagittal: 0 });
  const host = new Host();
  const edits = new EditSession(viewer, host.send);
  const shown = (label: number): string[] => {
    const found: string[] = [];
    for (let j = 0; j < 8; j++)
      for (let i = 0; i < 8; i++) if (scan.labels.at(i, j, 1) === label) found.push(`${i},${j}`);
    return found;
  };
  return { viewer, scan, host, edits, shown };
}

describe('edits in the page', () => {
  it('are shown at once and sent on the newest revision', async () => {
    const { edits, host, shown } = begin();
    assert.ok(edits.commit('one', row(2, 1, 2, 0, 4)));
    assert.deepEqual(shown(4), ['1,2', '2,2']);
    host.asked[0]?.answer(1);
    await settled();
    edits.commit('two', row(3, 1, 1, 0, 4));
    assert.deepEqual(
      host.asked.map(({ revision }) => revision),
      [0, 1],
    );
  });

  it('are taken back alone when the host refuses them, and later ones stay', async () => {
    const { edits, host, shown, viewer } = begin();
    edits.commit('one', row(2, 1, 2, 0, 4));
    edits.commit('two', row(3, 5, 1, 0, 2));
    host.asked[0]?.refuse('no');
    await settled();
    assert.deepEqual(shown(4), []);
    assert.deepEqual(shown(2), ['5,3']);
    assert.match(viewer.tools.get().message ?? '', /"one".*no/);
  });

  it('that were made on a refused one go with it', async () => {
    const { edits, host, shown } = begin();
    edits.commit('paint', row(2, 1, 2, 0, 4));
    edits.commit('relabel', row(2, 1, 2, 4, 5));
    host.asked[0]?.refuse('no');
    host.asked[1]?.refuse('no');
    await settled();
    assert.deepEqual([...shown(4), ...shown(5)], []);
  });

  it('from elsewhere come under those that are not answered', async () => {
    const { edits, host, shown } = begin();
    edits.commit('mine', row(2, 3, 2, 0, 4));
    // Made before mine reached the host, on the same voxels: mine will be refused.
    edits.edited({ label: 'theirs', mask: row(2, 1, 3, 0, 1), fields: [] }, 1);
    assert.deepEqual(shown(1), ['1,2', '2,2', '3,2']);
    host.asked[0]?.refuse('made on another state');
    await settled();
    assert.deepEqual(shown(1), ['1,2', '2,2', '3,2']);
    assert.deepEqual(shown(4), []);
  });

  it('from elsewhere do not end a stroke', () => {
    const { edits, host, shown } = begin();
    const stroke = edits.begin();
    stroke?.paint(row(2, 1, 2, 0, 4));
    edits.edited({ label: 'theirs', mask: row(6, 1, 2, 0, 1), fields: [] }, 1);
    stroke?.paint(row(3, 1, 2, 0, 4));
    stroke?.end('Brush');
    assert.deepEqual(shown(4), ['1,2', '2,2', '1,3', '2,3']);
    assert.deepEqual(shown(1), ['1,6', '2,6']);
    assert.equal(host.asked.length, 1);
    assert.deepEqual(host.asked[0]?.edit.mask, [{ slice: 1, runs: Uint32Array.from([2, 1, 2, 0, 4, 3, 1, 2, 0, 4]) }]);
  });

  it('that are not answered are shown over an annotation that comes anew', async () => {
    const { edits, host, scan, shown, viewer } = begin();
    edits.commit('mine', row(2, 3, 2, 0, 4));
    const view: AnnotationView = {
      state: 'shown',
      file: 'a.ich.json',
      slices: [{ slice: 1, runs: Uint32Array.from([1, 7, 0, 2]) }],
      fields: { made: [], patient: bySubtype(() => null), review: { state: 'read' }, slices: [] },
      revision: 7,
    };
    scan.setMasks(view.slices);
    edits.adopt(view);
    assert.deepEqual(shown(4), ['3,2', '4,2']);
    assert.deepEqual(shown(1), ['0,7', '1,7']);
    assert.equal(viewer.store.get().fields?.review.state, 'read');
    host.asked[0]?.refuse('no');
    await settled();
    assert.deepEqual(shown(4), []);
  });

  it('of fields and masks are one, and undone together', () => {
    const { edits, viewer, shown } = begin();
    const fields = [{ field: 'patient', subtype: 'IPH', before: null, after: true }] as const;
    edits.commit('both', row(2, 1, 1, 0, 4), fields);
    assert.equal(viewer.store.get().fields?.patient.IPH, true);
    edits.edited({ label: 'both', mask: row(2, 1, 1, 4, 0), fields: [{ ...fields[0], before: true, after: null }] }, 2);
    assert.equal(viewer.store.get().fields?.patient.IPH, null);
    assert.deepEqual(shown(4), []);
  });

  it('are not made while the annotation cannot be edited', () => {
    const { edits, host, shown, viewer } = begin();
    viewer.store.set({ readOnly: 'an older version' });
    assert.equal(edits.commit('one', row(2, 1, 2, 0, 4)), false);
    assert.equal(edits.begin(), undefined);
    assert.deepEqual(shown(4), []);
    assert.deepEqual(host.asked, []);
  });
});
