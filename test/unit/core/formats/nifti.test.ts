import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeNifti, NiftiDecoder, type NiftiOptions } from '../../../../src/core/formats/nifti';
import { affineOf, indexToWorld } from '../../../../src/core/geometry';
import { DecodeCancelled, ScanError, type Volume } from '../../../../src/core/volume';
import { type DatatypeName, type NiftiFile, niftiFile, niftiParts } from '../../../fixtures/nifti-files';

/** Feeds bytes in chunks of the given lengths (repeating the last). */
async function decodeInChunks(
  bytes: Uint8Array,
  chunks: readonly number[],
  options: NiftiOptions = {},
): Promise<Volume> {
  const decoder = new NiftiDecoder('scan.nii', options);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const length = chunks[Math.min(n, chunks.length - 1)] ?? 1;
    await decoder.push(bytes.slice(at, at + length));
    at += length;
  }
  return decoder.end();
}

async function refusal(bytes: Uint8Array, options: NiftiOptions = {}): Promise<ScanError> {
  try {
    await decodeNifti(bytes, 'scan.nii', options);
  } catch (error) {
    assert.ok(error instanceof ScanError, String(error));
    assert.equal(error.file, 'scan.nii');
    assert.match(error.problem, /\.$/);
    assert.match(error.remedy, /\.$/);
    return error;
  }
  assert.fail('the file was read');
}

const refuses = async (fields: Partial<NiftiFile>, problem: RegExp): Promise<void> => {
  assert.match((await refusal(niftiFile(fields))).problem, problem);
};

describe('NIfTI', () => {
  it('reads the same from chunks of any size, gzip or not', async () => {
    const plain = niftiFile({ dims: [7, 5, 6], extension: 48 });
    const expected = await decodeNifti(plain, 'scan.nii');
    assert.equal(expected.voxels[100], 100 * 7 - 60);
    const chunks = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), async (lengths, packed) => {
        assert.deepEqual(await decodeInChunks(packed ? gzipSync(plain) : plain, lengths), expected);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('reads both byte orders and both versions to the same volume, for every type', async () => {
    for (const datatype of [
      'uint8',
      'int8',
      'uint16',
      'int16',
      'uint32',
      'int32',
      'float32',
      'float64',
      'int64',
      'uint64',
    ] as const) {
      const value = (n: number): number => (datatype.startsWith('f') ? n * 1.5 - 3 : n + 3);
      const expected = await decodeNifti(niftiFile({ datatype, value }), 'scan.nii');
      assert.equal(expected.storedType, datatype);
      assert.deepEqual(
        [...expected.voxels].map(Number),
        Array.from({ length: 24 }, (_, n) => value(n)),
      );
      for (const version of [1, 2] as const)
        for (const littleEndian of [true, false])
          for (const length of [3, 1000]) {
            const file = niftiFile({ datatype, value, version, littleEndian });
            const { voxels, size, slices } = await decodeInChunks(file, [length]);
            assert.deepEqual(
              { voxels, size, slices },
              { voxels: expected.voxels, size: expected.size, slices: expected.slices },
            );
          }
    }
  });

  it('keeps 64-bit integers exactly, in the smallest type that does', async () => {
    const read = async (values: readonly bigint[], datatype: DatatypeName = 'int64'): Promise<Volume['voxels']> =>
      (await decodeInChunks(niftiFile({ datatype, dims: [values.length, 1, 1], value: (n) => values[n] ?? 0n }), [13]))
        .voxels;
    assert.deepEqual(await read([0n, -(2n ** 31n), 2n ** 31n - 1n]), Int32Array.of(0, -(2 ** 31), 2 ** 31 - 1));
    assert.deepEqual(await read([-1n, 2n ** 31n, 5n]), Float64Array.of(-1, 2 ** 31, 5));
    assert.deepEqual(await read([-1n, 2n ** 53n - 1n, -(2n ** 53n)]), Float64Array.of(-1, 2 ** 53 - 1, -(2 ** 53)));
    const wide = [7n, -(2n ** 40n), 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n];
    assert.deepEqual(await read(wide), BigInt64Array.from(wide));
    assert.deepEqual(await read([2n ** 32n - 1n, 1n], 'uint64'), Float64Array.of(2 ** 32 - 1, 1));
    assert.deepEqual(await read([1n, 2n ** 64n - 1n], 'uint64'), BigUint64Array.of(1n, 2n ** 64n - 1n));
  });

  it('grows as bytes come where the length is not known', async () => {
    // 80 MiB, above what is allocated unseen; zeros, so that gzip makes it small.
    const bytes = gzipSync(niftiFile({ datatype: 'float64', dims: [512, 512, 40], value: () => 0 }), { level: 1 });
    const volume = await decodeInChunks(bytes, [4096]);
    assert.equal(volume.voxels.length, 512 * 512 * 40);
    assert.equal(volume.voxels.byteLength, volume.voxels.buffer.byteLength);
  });

  it('takes sform before qform before pixdim, and says which', async () => {
    const sform = [-2, 0, 0, 10, 0, 2, 0, 20, 0, 0, 3, 30];
    const forms = { sform, qform: [0, 0, 0, 1, 2, 3], pixdim: [4, 5, 6] };
    const read = async (fields: Partial<NiftiFile>): Promise<Volume> =>
      decodeNifti(niftiFile({ ...forms, ...fields }), 'a');
    const both = await read({ sformCode: 1, qformCode: 4 });
    assert.equal(both.provenance.direction, 'sform');
    assert.deepEqual(affineOf(both), [2, 0, 0, -10, 0, -2, 0, -20, 0, 0, 3, 30, 0, 0, 0, 1]);
    const qform = await read({ sformCode: 0, qformCode: 1 });
    assert.equal(qform.provenance.direction, 'qform');
    assert.deepEqual(affineOf(qform), [-4, 0, 0, -1, 0, -5, 0, -2, 0, 0, 6, 3, 0, 0, 0, 1]);
    const none = await read({ sformCode: 0, qformCode: 0 });
    assert.equal(none.provenance.direction, 'pixdim');
    assert.deepEqual(affineOf(none), [-4, 0, 0, 0, 0, -5, 0, 0, 0, 0, 6, 0, 0, 0, 0, 1]);
    assert.deepEqual(
      [both, qform, none].map(({ notices }) => notices.some(({ code }) => code === 'no-geometry')),
      [false, false, true],
    );
    const spare = await read({ sformCode: 1, qformCode: 1, sform: Array(12).fill(0) });
    assert.deepEqual(affineOf(spare), affineOf(qform));
  });

  it('takes half turns whose quaternion rounding made longer than 1', async () => {
    const third = Math.fround(Math.sqrt(1 / 3)) + 1e-5;
    const volume = await decodeNifti(
      niftiFile({ sformCode: 0, qformCode: 1, qform: [third, third, third, 0, 0, 0] }),
      'a',
    );
    for (const axis of volume.direction) assert.ok(Math.abs(Math.hypot(...axis) - 1) < 1e-6);
  });

  it('does not need pixdim where there is a good sform', async () => {
    for (const pixdim of [
      [0, 0, 0],
      [Number.NaN, -1, Number.POSITIVE_INFINITY],
    ]) {
      const volume = await decodeNifti(niftiFile({ pixdim }), 'a');
      assert.deepEqual([...volume.spacing], [0.5, 0.75, 5]);
    }
  });

  it('converts metres and micrometres', async () => {
    const metres = await decodeNifti(
      niftiFile({ version: 2, units: 1, sform: [1e-3, 0, 0, 0.5, 0, 1e-3, 0, 0, 0, 0, 5e-3, 0] }),
      'a',
    );
    assert.ok(Math.abs(metres.spacing[2] - 5) < 1e-9);
    assert.ok(Math.abs(metres.origin[0] + 500) < 1e-9);
    const micrometres = await decodeNifti(
      niftiFile({ units: 3, sform: [500, 0, 0, 0, 0, 500, 0, 0, 0, 0, 5000, 0] }),
      'a',
    );
    assert.ok(Math.abs(micrometres.spacing[0] - 0.5) < 1e-9);
  });

  it('chooses a volume of a series and says how many there are', async () => {
    const file = niftiFile({ dims: [2, 2, 2, 3, 2], value: (n) => Math.floor(n / 8) });
    for (const bytes of [file, gzipSync(file)])
      for (let timePoint = 0; timePoint < 6; timePoint++) {
        const volume = await decodeNifti(bytes, 'a', { timePoint });
        assert.deepEqual([...volume.voxels], Array(8).fill(timePoint));
        assert.deepEqual(volume.timePoint, { index: timePoint, count: 6 });
        assert.ok(volume.notices.some(({ code }) => code === 'time-series'));
      }
    assert.match((await refusal(file, { timePoint: 6 })).problem, /no volume 7: the file holds 6/);
  });

  it('reads pairs, and names the other file where only the header is there', async () => {
    for (const version of [1, 2] as const) {
      const { header, voxels } = niftiParts({ version, magic: 'pair' });
      const expected = await decodeNifti(niftiFile({ version }), 'a');
      for (const packed of [header, gzipSync(header)]) {
        const volume = await decodeNifti(version === 1 ? voxels : gzipSync(voxels), 'a', { header: packed });
        assert.deepEqual(volume, expected);
      }
      assert.match((await refusal(header)).problem, /voxels are in an \.img file/);
    }
  });

  it('reads Analyze pairs and says that nothing states their orientation', async () => {
    const { header, voxels } = niftiParts({ magic: 'analyze', littleEndian: false });
    const volume = await decodeNifti(voxels, 'a', { header });
    assert.equal(volume.format, 'analyze');
    assert.ok(volume.notices.some(({ code, severity }) => code === 'no-geometry' && severity === 'warning'));
    assert.deepEqual(indexToWorld(volume, [1.5, 1, 0.5]).map(Math.abs), [0, 0, 0]);
  });

  it("refuses a file of NIfTI's own name without its magic", async () => {
    const { header, voxels } = niftiParts({ magic: 'analyze' });
    const file = new Uint8Array([...header, ...voxels]);
    await assert.rejects(decodeNifti(file, 'head.nii'), /head\.nii: Its magic is none of NIfTI/);
    await assert.rejects(decodeNifti(gzipSync(file), 'head.nii.gz'), /Its magic is none of NIfTI/);
    await assert.rejects(decodeNifti(file, 'head.hdr'), /voxels are in an \.img file/);
  });

  it('tells of tilt and shear in the affine', async () => {
    const codes = async (sform: readonly number[]): Promise<string[]> =>
      (await decodeNifti(niftiFile({ sform, value: (n) => -n * 50 }), 'a')).notices.map(({ code }) => code);
    assert.deepEqual(await codes([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]), []);
    assert.deepEqual(await codes([1, 0, 0, 0, 0, 1, 0.3, 0, 0, 0, 1, 0]), ['gantry-tilt']);
    assert.deepEqual(await codes([1, 0.3, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]), ['sheared-affine']);
  });

  it('shows the first slice before the rest is there', async () => {
    const bytes = niftiFile({ dims: [4, 3, 5], littleEndian: false });
    const whole = await decodeNifti(bytes, 'a');
    const events: string[] = [];
    const decoder = new NiftiDecoder('a', {
      firstSlice: (first) => {
        events.push('first');
        assert.deepEqual(first.size, [4, 3, 1]);
        assert.deepEqual([...first.voxels], [...whole.voxels.slice(0, 12)]);
        assert.notEqual(first.voxels.buffer, whole.voxels.buffer);
        assert.deepEqual(indexToWorld(first, [2, 1, 0]), indexToWorld(whole, [2, 1, 0]));
      },
      progress: (done, total) => void events.push(`${done}/${total}`),
    });
    await decoder.push(bytes.slice(0, 352 + 25));
    assert.deepEqual(events, ['first', '1/5']);
    await decoder.push(bytes.slice(352 + 25, 352 + 80));
    assert.deepEqual(events, ['first', '1/5', '3/5']);
    await decoder.push(bytes.slice(352 + 80));
    assert.deepEqual(await decoder.end(), whole);
    assert.deepEqual(events, ['first', '1/5', '3/5', '5/5']);
  });

  it('stops when it is cancelled', async () => {
    const bytes = gzipSync(niftiFile({ dims: [64, 64, 8], value: (n) => (n * 7919) % 4001 }));
    const signal = { aborted: false };
    const decoder = new NiftiDecoder('a', {
      signal,
      firstSlice: () => {
        signal.aborted = true;
      },
    });
    await assert.rejects(async () => {
      for (let at = 0; at < bytes.length; at += 1000) await decoder.push(bytes.slice(at, at + 1000));
      await decoder.end();
    }, DecodeCancelled);
  });

  it('says where values are scaled and doubts that they are HU where none is near air', async () => {
    const codes = ({ notices }: Volume): string[] => notices.map(({ code }) => code);
    assert.deepEqual(codes(await decodeNifti(niftiFile({ value: (n) => n }), 'a')), ['not-hounsfield']);
    const scaled = await decodeNifti(niftiFile({ value: (n) => n, intercept: -1024, slope: 2 }), 'a');
    assert.deepEqual(codes(scaled), []);
    assert.equal(scaled.provenance.rescale, 'scl_slope, scl_inter');
  });

  it('refuses what is no image, naming what is wrong', async () => {
    assert.match((await refusal(new Uint8Array(0))).problem, /empty/);
    assert.match((await refusal(new Uint8Array(1000).fill(65))).problem, /not a NIfTI file/);
    assert.match((await refusal(niftiFile().slice(0, 100))).problem, /ends within its header \(100 of 348/);
    assert.match((await refusal(niftiFile().slice(0, 380))).problem, /more than the file of 380 bytes can hold/);
    assert.match((await refusal(niftiFile().slice(0, 380), { length: 400 })).problem, /end too early: 28 of 48 bytes/);
    await refuses({ dims: [] }, /make no image \(dim = 0,/);
    await refuses({ dims: [4, -3, 2], value: () => 0 }, /make no image/);
    await refuses({ dims: [4, 0, 2] }, /make no image/);
    await refuses({ dims: [3, 3, 3, 3, 3, 3, 3, 3] }, /make no image \(dim = 8,/);
    await refuses({ offset: 100 }, /byte 100 \(vox_offset\)/);
    await refuses({ offset: Number.NaN }, /byte NaN/);
    await refuses({ offset: 1e30 }, /vox_offset/);
    await refuses({ offset: 1e9 }, /more than the file/);
    await refuses({ slope: 2, intercept: Number.NaN }, /scl_inter/);
    for (const pixdim of [
      [0, 1, 1],
      [1, Number.NaN, 1],
      [1, 1, -2],
      [1, 1, Number.POSITIVE_INFINITY],
    ])
      for (const qformCode of [0, 1])
        await refuses({ sformCode: 0, qformCode, pixdim }, /voxel spacing is .* along axis/);
    await refuses({ sform: Array(12).fill(Number.NaN) }, /sform matrix/);
    await refuses({ sformCode: 0, qformCode: 1, qform: [1, 1, 1, 0, 0, 0] }, /qform is no rotation/);
    await refuses({ sformCode: 0, qformCode: 1, qform: [Number.NaN, 0, 0, 0, 0, 0] }, /qform is no rotation/);
    for (const datatype of ['complex64', 'complex128', 'float128', 'rgb24', 'rgba32'] as const)
      await refuses({ datatype }, /not one gray value each/);
  });

  it('refuses volumes above 2 GiB and headers that promise more than the file can hold, without allocating', async () => {
    const promise = niftiFile({ dims: [1, 1, 1] });
    const view = new DataView(promise.buffer);
    [3, 30000, 30000, 30000].forEach((dim, n) => void view.setInt16(40 + 2 * n, dim, true));
    assert.match((await refusal(promise)).problem, /limit of 2 GiB/);
    [3, 1000, 1000, 1000].forEach((dim, n) => void view.setInt16(40 + 2 * n, dim, true));
    assert.match((await refusal(promise)).problem, /more than the file/);
    assert.match((await refusal(gzipSync(promise))).problem, /more than the file/);
    const before = process.memoryUsage().arrayBuffers;
    const decoder = new NiftiDecoder('a');
    await decoder.push(promise);
    assert.ok(process.memoryUsage().arrayBuffers - before < 100 * 2 ** 20);
    await assert.rejects(decoder.end(), ScanError);
  });
});
