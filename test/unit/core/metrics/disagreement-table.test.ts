import assert from 'node:assert/strict';
import type { SliceRuns } from '../../../../src/core/annotation/runs';
import { disagreementOf } from '../../../../src/core/metrics/disagreement';
import { disagreementCsv } from '../../../../src/core/metrics/disagreement-table';

describe('disagreement as CSV', () => {
  it('has a row for each class of scans and slices, and for each lesion', () => {
    const one = (slice: number, ...runs: number[]): SliceRuns[] => [{ slice, runs: Uint32Array.from(runs) }];
    const disagreement = disagreementOf({
      annotation: one(1, 4, 3, 2, 4),
      model: one(1, 2, 3, 5, 3),
      labelsOf: (k) => (k === 1 ? ['IPH'] : []),
      size: [9, 9, 2],
      grid: { column: [1, 0, 0], row: [0, 1, 0], positions: [], extents: [100, 100] },
    });
    const csv = disagreementCsv([
      { name: 'p, 1/head.ich.json', disagreement },
      { name: 'bad.ich.json', problem: 'It is "bad".' },
      { name: 'later.ich.json' },
    ]);
    assert.equal(
      csv,
      `level,annotation,class,kind,other,slice,last_slice,i,j,dice,missed_ml,false_ml,flipped_ml,flipped_voxels,label_flips,volume_ml,overlap,problem
scan,"p, 1/head.ich.json",any,,,,,,,0.285714,0.3,0.2,0.1,1,2,,,
scan,"p, 1/head.ich.json",SDH,,,,,,,0,0,0.2,0.1,1,1,,,
scan,"p, 1/head.ich.json",IPH,,,,,,,0,0.3,0,0.1,1,1,,,
slice,"p, 1/head.ich.json",any,,,1,,3,3,0.285714,0.3,0.2,0.1,1,2,,,
slice,"p, 1/head.ich.json",SDH,,,1,,3,3,0,0,0.2,0.1,1,1,,,
slice,"p, 1/head.ich.json",IPH,,,1,,3,3,0,0.3,0,0.1,1,1,,,
lesion,"p, 1/head.ich.json",IPH,flipped,SDH,1,1,3,3,,,,,,,0.4,0.25,
scan,bad.ich.json,,,,,,,,,,,,,,,,"It is ""bad""."
scan,later.ich.json,,,,,,,,,,,,,,,,not compared
`,
    );
  });
});
