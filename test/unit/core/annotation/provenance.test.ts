import assert from 'node:assert/strict';
import { provenanceOf } from '../../../../src/core/annotation/provenance';

describe('provenance', () => {
  it('names models with version and provider, readers, and the state of the review', () => {
    const model = { name: 'ich-seg', version: '1.0.0', sha256: '0'.repeat(64), threshold: 0.5, provider: 'cpu' };
    assert.equal(
      provenanceOf({ made: [{ model }, { reader: 'AB' }], review: { state: 'read' } }),
      'ich-seg 1.0.0 (cpu), AB, read',
    );
    assert.equal(provenanceOf({ made: [], review: { state: 'draft' } }), 'draft');
  });
});
