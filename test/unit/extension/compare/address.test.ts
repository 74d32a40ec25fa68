import assert from 'node:assert/strict';
import { gitAddress, isFixed, leftByLabel, leftOf, revisionName } from '../../../../src/extension/compare/address';
import { withDefault } from '../../../../src/extension/compare/associations';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const file = { scheme: 'file', path: '/w/head.ich.json', query: '' };
const git = (ref: string) => ({
  scheme: 'git',
  path: '/w/head.ich.json',
  query: JSON.stringify({ path: '/w/head.ich.json', ref }),
});

describe('the address of a version', () => {
  it('names a file and a revision where it is one of git', () => {
    assert.deepEqual(gitAddress(git('HEAD')), { path: '/w/head.ich.json', ref: 'HEAD' });
    assert.equal(gitAddress(file), undefined);
    assert.equal(gitAddress({ scheme: 'git', path: '/w/x', query: 'nonsense' }), undefined);
  });

  it('has a short name', () => {
    assert.deepEqual(revisionName(''), { kind: 'index' });
    assert.deepEqual(revisionName('~'), { kind: 'index' });
    assert.deepEqual(revisionName('~2'), { kind: 'stage', stage: 'ours' });
    assert.deepEqual(revisionName(`${SHA}^`), { kind: 'revision', name: '01234567^' });
    assert.deepEqual(revisionName('v1.2'), { kind: 'revision', name: 'v1.2' });
  });

  it('is of bytes that stay the same for a full hash only', () => {
    assert.deepEqual([SHA, `${SHA}^`, 'HEAD', '', 'main', SHA.slice(0, 8)].map(isFixed), [
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('tells the left side: a revision before the working tree and the index, a parent before its child', () => {
    assert.equal(leftOf(git('HEAD'), file), 'a');
    assert.equal(leftOf(file, git('~')), 'b');
    assert.equal(leftOf(git(''), git('HEAD')), 'b');
    assert.equal(leftOf(git(SHA), git(`${SHA}^`)), 'b');
    assert.equal(leftOf(git(`${SHA}^`), git(SHA)), 'a');
    assert.equal(leftOf(git('HEAD'), git('main')), undefined);
    assert.equal(leftOf(file, file), undefined);
    const unsaved = { ...file, scheme: 'hemorica-unsaved', query: 'file:///w/head.ich.json' };
    assert.equal(leftOf(file, unsaved), 'a');
    assert.equal(leftOf(unsaved, git('HEAD')), 'b');
  });

  it('tells it by the label of the tab where names differ', () => {
    assert.equal(leftByLabel('a.ich.json ↔ b.ich.json', 'b.ich.json', 'a.ich.json'), 'b');
    assert.equal(leftByLabel('a.ich.json ↔ b.ich.json', 'a.ich.json', 'b.ich.json'), 'a');
    assert.equal(leftByLabel('a.ich.json ↔ a.ich.json', 'a.ich.json', 'a.ich.json'), undefined);
    assert.equal(leftByLabel('a.ich.json (Working Tree)', 'a.ich.json', 'b.ich.json'), undefined);
  });
});

describe('the setting of how changes open', () => {
  it('adds and removes its own association and leaves others alone', () => {
    const others = { '*.hex': 'hexEditor' };
    assert.deepEqual(withDefault(undefined, 'text'), { '*.ich.json': 'default' });
    assert.deepEqual(withDefault(others, 'text'), { ...others, '*.ich.json': 'default' });
    assert.deepEqual(withDefault({ ...others, '*.ich.json': 'default' }, 'visual'), others);
    assert.equal(withDefault({ '*.ich.json': 'default' }, undefined), undefined);
    assert.equal(withDefault(others, 'visual'), others);
    assert.equal(withDefault(undefined, undefined), undefined);
    const chosen = { '*.ich.json': 'hemorica.annotation' };
    assert.equal(withDefault(chosen, 'visual'), chosen);
  });
});
