import assert from 'node:assert/strict';
import { serialize } from 'node:v8';
import { gzipSync } from 'node:zlib';
import { CandidateBuilder } from '../../../../src/core/model/candidates';
import {
  type PendingProposal,
  packProposal,
  readSummary,
  summaryOf,
  unpackProposal,
} from '../../../../src/extension/proposal/stored';

function pending(part: Partial<PendingProposal> = {}): PendingProposal {
  const builder = new CandidateBuilder([4, 3, 2]);
  builder.add(1, 2, 0.7, 4);
  builder.add(1, 3, 0.3, 4);
  return {
    id: 'run',
    proposal: {
      image: {
        file: 'head.nii',
        sha256: 'ab'.repeat(32),
        size: [4, 3, 2],
        spacing: [1, 1, 5],
        affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1],
      },
      model: { name: 'tiny', version: '1.2.0', sha256: 'cd', provider: 'cpu' },
      defaultThreshold: 0.5,
      minimumVolume: 0,
      candidates: builder.finish(),
      decided: [{ slice: 0, runs: Uint32Array.of(0, 12) }],
    },
    threshold: 0.4,
    mode: 'add',
    uri: 'file:///head.nii',
    name: 'Schädel 頭.nii',
    volumes: [0, 0, 0, 1.5, 0],
    ...part,
  };
}

describe('a stored proposal', () => {
  it('is read as it was written', async () => {
    assert.deepEqual(await unpackProposal(await packProposal(pending())), pending());
  });

  it('tells its summary from its first bytes', async () => {
    const bytes = await packProposal(pending());
    const { summary, end } = readSummary(bytes);
    assert.deepEqual(summary, summaryOf(pending()));
    assert.deepEqual(readSummary(bytes.subarray(0, end)).summary, summary);
    assert.deepEqual(summary, {
      sha256: 'ab'.repeat(32),
      uri: 'file:///head.nii',
      name: 'Schädel 頭.nii',
      model: 'tiny 1.2.0',
      threshold: 0.4,
      volumes: [0, 0, 0, 1.5, 0],
    });
  });

  it('is refused where it was cut off anywhere', async () => {
    const bytes = await packProposal(pending());
    const { end } = readSummary(bytes);
    for (const length of [0, 3, 4, end - 1, end, end + 5, bytes.length - 9]) {
      await assert.rejects(unpackProposal(bytes.subarray(0, length)), `of ${length} bytes`);
    }
  });

  it('is refused where its parts do not fit together', async () => {
    const good = pending();
    const [slice] = good.proposal.candidates.slices;
    assert.ok(slice);
    const withSlice = (part: object): unknown => ({
      ...good,
      proposal: { ...good.proposal, candidates: { size: [4, 3, 2], slices: [{ ...slice, ...part }] } },
    });
    const head = (await packProposal(good)).subarray(0, readSummary(await packProposal(good)).end);
    const wrong: readonly unknown[] = [
      null,
      {},
      { ...good, mode: 'both' },
      { ...good, threshold: Number.NaN },
      { ...good, proposal: { ...good.proposal, decided: [{ slice: 0, runs: [0, 12] }] } },
      withSlice({ slice: 2 }),
      withSlice({ runs: Uint32Array.of(11, 2) }),
      withSlice({ runs: Uint32Array.of(2, 1) }),
      withSlice({ runs: Uint32Array.of(3, 1, 2, 1) }),
      withSlice({ subtype: Uint8Array.of(4, 6) }),
      withSlice({ probability: Uint8Array.of(4) }),
    ];
    for (const value of wrong) {
      await assert.rejects(unpackProposal(Buffer.concat([head, gzipSync(serialize(value))])));
    }
    const again = Buffer.concat([head, gzipSync(serialize(withSlice({})))]);
    assert.deepEqual(await unpackProposal(again), good);
  });
});
