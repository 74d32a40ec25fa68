import assert from 'node:assert/strict';
import { type Matchable, pairUp } from '../../../../src/core/metrics/pairs';

const names = (truths: readonly Matchable[], predictions: readonly Matchable[]): unknown => {
  const { pairs, truthAlone, predictionAlone } = pairUp(truths, predictions);
  return {
    pairs: pairs.map(({ truth, prediction, by }) => [truth.name, prediction.name, by]),
    alone: [...truthAlone, ...predictionAlone].map(({ name }) => name),
  };
};

describe('pairs of truth and prediction', () => {
  it('go by hash before UID, path and file name', () => {
    assert.deepEqual(
      names(
        [{ name: 'x', sha256: 'a' }, { name: 'y', seriesInstanceUid: '1.2' }, { name: 'p/z' }, { name: 'q/w' }],
        [{ name: 'w' }, { name: 'p/z' }, { name: 'x', seriesInstanceUid: '1.2' }, { name: 'y', sha256: 'a' }],
      ),
      {
        pairs: [
          ['x', 'y', 'image hash'],
          ['y', 'x', 'series UID'],
          ['p/z', 'p/z', 'path'],
          ['q/w', 'w', 'file name'],
        ],
        alone: [],
      },
    );
  });

  it('leave alone what only shares a common name with another folder', () => {
    const cohort = (...folders: string[]): Matchable[] => folders.map((folder) => ({ name: `${folder}/ct` }));
    assert.deepEqual(names(cohort('a', 'b'), cohort('b', 'c')), {
      pairs: [['b/ct', 'b/ct', 'path']],
      alone: ['a/ct', 'c/ct'],
    });
  });

  it('tell copies of one scan apart by their paths', () => {
    const twice = [
      { name: 'a', sha256: 's' },
      { name: 'b', sha256: 's' },
    ];
    assert.deepEqual(names(twice, twice), {
      pairs: [
        ['a', 'a', 'path'],
        ['b', 'b', 'path'],
      ],
      alone: [],
    });
  });
});
