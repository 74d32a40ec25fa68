/** Which files make a volume, in what order, and what its reader is told. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DecodeCancelled, DicomDecoder, decodeDicom } from '../../../../src/core/formats/dicom';
import { dot } from '../../../../src/core/vec3';
import { ScanError, type Vec3, type Volume } from '../../../../src/core/volume';
import { loadCodec } from '../../../fixtures/dicom-codecs';
import { dicomFile, type TestImage } from '../../../fixtures/dicom-file';

interface File {
  name: string;
  bytes: Uint8Array;
}

const file = (name: string, image: TestImage): File => ({ name, bytes: dicomFile(image) });

/** Slices 5 mm apart; instance numbers descend, so that sorting by them would turn the head upside down. */
const stack = (count: number, more: TestImage = {}, step = 5): File[] =>
  Array.from({ length: count }, (_, k) =>
    file(`s${k}`, { position: [-10, -20, k * step], thickness: 5, instance: 100 - k, seed: k, ...more }),
  );

const decode = (files: readonly File[], opened?: string): Promise<Volume> =>
  decodeDicom(files, { name: 'series', loadCodec, ...(opened === undefined ? {} : { opened }) });

const codes = (volume: Volume): string[] => volume.notices.map(({ code }) => code);

/** First value of the test image with a seed. */
const firstValue = (seed: number): number => ((seed * 1009) % 3000) - 1000;

describe('DICOM series', () => {
  it('sorts by position whatever the order of files, in an array without a second copy', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }), async (order) => {
        const files = stack(7);
        const volume = await decode(order.flatMap((n) => files[n] ?? []));
        assert.deepEqual(
          volume.slices.map(({ source }) => source),
          ['s0', 's1', 's2', 's3', 's4', 's5', 's6'],
        );
        volume.slices.forEach((_, k) => {
          assert.equal(volume.voxels[k * 48], firstValue(k));
        });
        assert.equal(volume.voxels.buffer.byteLength, volume.voxels.byteLength);
        assert.deepEqual(volume.origin, [-10, -20, 0]);
        assert.deepEqual(volume.spacing, [0.75, 0.5, 5]);
        assert.deepEqual(codes(volume), []);
        assert.equal(volume.regular, true);
      }),
      { seed: 7, numRuns: 30 },
    );
  });

  it('gives the same volume whatever the order of files, where slices compete', async () => {
    const files = [
      ...stack(3),
      ...[0, 1, 2].map((k) =>
        file(`wide${k}`, { position: [-10, -20, k * 5], columns: 10, instance: 50 + k, seed: k }),
      ),
      file('twice', { position: [-10, -20, 5], instance: 20, seed: 40, thickness: 5 }),
      file('thrice', { position: [-10, -20, 5], instance: 20, seed: 41, thickness: 5 }),
    ];
    const expected = await decode(files);
    for (const order of [[...files].reverse(), [...files.slice(4), ...files.slice(0, 4)]]) {
      const volume = await decode(order);
      assert.deepEqual(volume.voxels, expected.voxels);
      assert.deepEqual(volume.notices, expected.notices);
    }
  });

  it('sorts sagittal slices along their normal', async () => {
    const files = Array.from({ length: 4 }, (_, k) =>
      file(`x${k}`, { position: [12 - 3 * k, -50, 60], orientation: [0, 1, 0, 0, 0, -1], instance: k, seed: k }),
    );
    const volume = await decode(files);
    // cross((0,1,0), (0,0,-1)) = (-1, 0, 0): k runs to the patient's right.
    assert.deepEqual([...volume.normal].map(Math.round), [-1, 0, 0]);
    assert.deepEqual(volume.origin, [12, -50, 60]);
    assert.deepEqual(
      volume.slices.map(({ location }) => location),
      [-12, -9, -6, -3],
    );
  });

  it('leaves out localizers and other orientations', async () => {
    const scout = file('scout', { imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER', orientation: [0, 1, 0, 0, 0, -1] });
    const coronal = file('coronal', { orientation: [1, 0, 0, 0, 0, -1], position: [0, 0, 50] });
    const elsewhere = file('elsewhere', { frameOfReference: '1.2.3.99', position: [0, 0, 100] });
    const volume = await decode([scout, coronal, elsewhere, ...stack(4)]);
    assert.equal(volume.size[2], 4);
    const messages = volume.notices.map(({ code, message }) => `${code}: ${message}`);
    assert.deepEqual(messages, [
      'left-out: 1 slice of the series is left out: localizer images.',
      'left-out: 2 slices of the series are left out: their orientation or frame of reference is another one.',
    ]);
  });

  it('shows a localizer that is alone', async () => {
    const volume = await decode([file('scout', { imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' })]);
    assert.equal(volume.size[2], 1);
  });

  it('leaves out files of other series and says how many', async () => {
    const others = stack(3, { series: '1.2.3.5' }).map(({ bytes }, n) => ({ name: `other${n}`, bytes }));
    const volume = await decode([...others.slice(0, 2), ...stack(4), ...others.slice(2)], 's2');
    assert.equal(volume.size[2], 4);
    assert.equal(volume.identity.seriesInstanceUid, '1.2.3.4');
    assert.deepEqual(
      volume.notices.map(({ message }) => message),
      ['3 of 7 files belong to another series and are left out.'],
    );
  });

  it('keeps the size and pixel spacing of the majority', async () => {
    const wide = file('wide', { position: [-10, -20, 90], columns: 10 });
    const coarse = file('coarse', { position: [-10, -20, 95], spacing: [0.6, 0.9] });
    const volume = await decode([wide, coarse, ...stack(4)]);
    assert.deepEqual(volume.size, [8, 6, 4]);
    assert.deepEqual(codes(volume), ['left-out', 'mixed-pixel-spacing']);
    assert.match(volume.notices[1]?.message ?? '', /0\.750 x 0\.500 mm/);
  });

  it('finds missing slices, and does not count the gap', async () => {
    const volume = await decode(stack(8).filter(({ name }) => name !== 's3' && name !== 's4'));
    assert.deepEqual(codes(volume), ['uneven-spacing', 'missing-slices']);
    assert.match(volume.notices[1]?.message ?? '', /1 place, first between 10\.0 and 25\.0 mm .*15\.0 mm apart/);
    assert.deepEqual(
      volume.slices.map(({ extent }) => extent),
      [5, 5, 5, 5, 5, 5],
    );
    assert.equal(volume.regular, false);
  });

  it('finds gantry tilt and changing spacing', async () => {
    const tilt = (20 * Math.PI) / 180;
    const along = [0, 4, 8, 12, 19, 26];
    const files = along.map((z, k) =>
      file(`t${k}`, {
        position: [0, 0, z],
        orientation: [1, 0, 0, 0, Math.cos(tilt), -Math.sin(tilt)].map((c) => Number(c.toFixed(9))),
        instance: k,
      }),
    );
    const volume = await decode(files);
    assert.deepEqual(codes(volume), ['gantry-tilt', 'uneven-spacing']);
    assert.ok(Math.abs(volume.tilt - 20) < 1e-4);
    assert.match(volume.notices[0]?.message ?? '', /20\.0 degrees/);
    const cos = Math.cos(tilt);
    volume.slices.forEach(({ location, position }, k) => {
      assert.ok(Math.abs(location - (along[k] ?? 0) * cos) < 1e-6);
      assert.ok(Math.abs(dot(position, volume.normal) - location) < 1e-9);
    });
  });

  it('keeps the first of slices at the same place', async () => {
    const same = file('again', { position: [-10, -20, 10], thickness: 5, instance: 200, seed: 2 });
    const later = file('later', { position: [-10, -20, 15], thickness: 5, instance: 1, acquisition: 2, seed: 9 });
    const files = stack(5, { acquisition: 1 }).map(({ name }, k) =>
      file(name, { position: [-10, -20, k * 5], thickness: 5, instance: 10 + k, acquisition: 1, seed: k }),
    );
    const volume = await decode([same, later, ...files]);
    assert.deepEqual(
      volume.slices.map(({ source }) => source),
      ['s0', 's1', 's2', 's3', 's4'],
    );
    assert.deepEqual(codes(volume), ['duplicate-positions']);
    assert.match(volume.notices[0]?.message ?? '', /2 positions \(10\.0, 15\.0 mm\).*1 of them with different pixels/);
    const [duplicate] = (await decode([same, ...stack(5)])).notices;
    assert.equal(duplicate?.severity, 'info');
  });

  it('keeps the opened one of slices at the same place, and its time for the others', async () => {
    const phase = (acquisition: number): File[] =>
      [0, 1, 2].map((k) =>
        file(`p${acquisition}-${k}`, { position: [0, 0, 5 * k], acquisition, instance: 10 * acquisition + k, seed: k }),
      );
    const both = [...phase(1), ...phase(2)];
    const names = (volume: Volume): (string | undefined)[] => volume.slices.map(({ source }) => source);
    assert.deepEqual(names(await decode(both)), ['p1-0', 'p1-1', 'p1-2']);
    assert.deepEqual(names(await decode(both, 'p2-1')), ['p2-0', 'p2-1', 'p2-2']);
    // Copies of one image, of which one was opened.
    const copies = ['a', 'b', 'c'].map((name) => file(name, {}));
    assert.deepEqual(names(await decode(copies, 'b')), ['b']);
  });

  it('stacks slices that say nothing of their place by number, and says so', async () => {
    const files = [3, 1, 2].map((instance) =>
      file(`n${instance}`, { position: null, orientation: null, thickness: 4, instance }),
    );
    const volume = await decode(files);
    assert.deepEqual(codes(volume), ['no-geometry']);
    assert.deepEqual(
      volume.slices.map(({ source, position }) => [source, position[2]]),
      [
        ['n1', 0],
        ['n2', 4],
        ['n3', 8],
      ],
    );
  });

  it('takes 1 mm where no pixel spacing is given, and says so', async () => {
    const volume = await decode(stack(3, { spacing: null }));
    assert.deepEqual(volume.spacing.slice(0, 2), [1, 1]);
    assert.deepEqual(codes(volume), ['no-geometry']);
  });

  it('leaves out a broken file of the series, but not the opened one', async () => {
    const files = stack(5);
    const broken = { name: 's2', bytes: (files[2] as File).bytes.subarray(0, -10) };
    const all = files.map((good) => (good.name === 's2' ? broken : good));
    const volume = await decode(all, 's0');
    assert.equal(volume.size[2], 4);
    assert.match(
      volume.notices[0]?.message ?? '',
      /^1 of 5 files could not be read and is left out, first s2: .*cut off/,
    );
    assert.ok(codes(volume).includes('missing-slices'));
    await assert.rejects(decode(all, 's2'), (error) => error instanceof ScanError && error.file === 's2');
  });

  it('shows one slice before the rest, with voxels of its own', async () => {
    const shown: Volume[] = [];
    const progress: [number, number][] = [];
    const decoder = new DicomDecoder({
      name: 'series',
      loadCodec,
      opened: 's3',
      onFirstSlice: (volume) => shown.push(volume),
      onProgress: (done, total) => progress.push([done, total]),
    });
    const [a, b, c, opened] = stack(4) as [File, File, File, File];
    await decoder.push(opened.name, opened.bytes);
    assert.equal(shown.length, 1);
    assert.deepEqual(shown[0]?.size, [8, 6, 1]);
    assert.deepEqual(shown[0]?.origin, [-10, -20, 15]);
    decoder.expectedFiles = 4;
    await Promise.all([a, b, c].map(({ name, bytes }) => decoder.push(name, bytes)));
    const volume = await decoder.finish();
    assert.equal(shown.length, 1);
    assert.notEqual(volume.voxels.buffer, shown[0]?.voxels.buffer);
    // The count became known after the first file: still one array.
    assert.equal(volume.voxels.buffer.byteLength, volume.voxels.byteLength);
    assert.deepEqual([...(shown[0]?.voxels ?? [])], [...volume.voxels.subarray(3 * 48)]);
    assert.deepEqual(progress, [
      [1, 0],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
  });

  it('can be cancelled', async () => {
    const decoder = new DicomDecoder({ name: 'series', loadCodec });
    const [a, b] = stack(2) as [File, File];
    await decoder.push(a.name, a.bytes);
    const pending = decoder.push(b.name, b.bytes);
    decoder.cancel();
    await assert.rejects(pending, DecodeCancelled);
    await assert.rejects(decoder.finish(), DecodeCancelled);
  });

  it('says so if there is nothing to decode', async () => {
    await assert.rejects(decode([]), (error) => error instanceof ScanError && /no DICOM images/.test(error.problem));
  });
});

describe('DICOM values', () => {
  const hu = (volume: Volume): number[] =>
    Array.from(volume.voxels as Int16Array, (voxel) => voxel * volume.slope + volume.intercept);

  it('brings different intercepts to one scale with integers', async () => {
    const files = [0, -1024, -1000].map((intercept, k) =>
      file(`r${k}`, { position: [0, 0, 5 * k], intercept, value: (n) => n * 10 - intercept, signed: false }),
    );
    const volume = await decode(files);
    assert.deepEqual(codes(volume), ['mixed-rescale']);
    assert.ok(volume.voxels instanceof Int16Array || volume.voxels instanceof Uint16Array);
    const slice = Array.from({ length: 48 }, (_, n) => n * 10);
    assert.deepEqual(hu(volume), [...slice, ...slice, ...slice]);
  });

  it('brings slopes that are multiples to one scale with integers', async () => {
    const files = [0.5, 1].map((slope, k) =>
      file(`r${k}`, { position: [0, 0, 5 * k], slope, intercept: -100, value: (n) => n * (k === 0 ? 2 : 1) }),
    );
    const volume = await decode(files);
    assert.equal(volume.slope, 0.5);
    const slice = Array.from({ length: 48 }, (_, n) => n - 100);
    assert.deepEqual(hu(volume), [...slice, ...slice]);
  });

  it('keeps values exact for any mixture of slopes and intercepts', async () => {
    const scales = fc.record({
      slope: fc.oneof(fc.constantFrom(1, 2, 0.5, 0.25, 3), fc.integer({ min: 1, max: 9 })),
      intercept: fc.constantFrom(0, -1024, -1000, 12.5, 0.25),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(scales, { minLength: 2, maxLength: 4 }), async (all) => {
        const volume = await decode(
          all.map((scale, k) => file(`r${k}`, { position: [0, 0, 5 * k], ...scale, value: (n) => n * 7 - 100 })),
        );
        const expected = all.flatMap(({ slope, intercept }) =>
          Array.from({ length: 48 }, (_, n) => (n * 7 - 100) * slope + intercept),
        );
        hu(volume).forEach((value, n) => {
          assert.ok(Math.abs(value - (expected[n] ?? 0)) < 1e-3, `${value} instead of ${expected[n]}`);
        });
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('uses floats where no integer scale is exact', async () => {
    const volume = await decode([
      file('a', { position: [0, 0, 0], slope: 0.3 }),
      file('b', { position: [0, 0, 5], slope: 0.7 }),
    ]);
    assert.ok(volume.voxels instanceof Float32Array);
    assert.deepEqual([volume.slope, volume.intercept], [1, 0]);
  });

  it('keeps every value of signed and unsigned slices in one series', async () => {
    const volume = await decode([
      file('a', { position: [0, 0, 0], value: () => -2000 }),
      file('b', { position: [0, 0, 5], value: () => 40000, signed: false }),
    ]);
    assert.deepEqual([volume.voxels[0], volume.voxels[48]], [-2000, 40000]);
  });

  it('gives the padding on the scale of the voxels, and none if slices differ', async () => {
    const padded = (padding: number, intercept: number, k: number): File =>
      file(`p${k}`, { position: [0, 0, 5 * k], padding, intercept });
    assert.deepEqual((await decode([padded(-2000, 0, 0), padded(-2000, 0, 1)])).padding, { from: -2000, to: -2000 });
    assert.deepEqual((await decode([padded(-2000, 0, 0), padded(-1000, -1000, 1)])).padding, {
      from: -2000,
      to: -2000,
    });
    assert.equal((await decode([padded(-2000, 0, 0), padded(-1000, 0, 1)])).padding, undefined);
  });

  it('says when values are not Hounsfield units', async () => {
    assert.deepEqual(codes(await decode(stack(2, { modality: 'MR' }))), ['not-hounsfield']);
    assert.deepEqual(codes(await decode(stack(2, { slope: null, intercept: null }))), ['not-hounsfield']);
  });

  it('says when the images were once compressed with loss', async () => {
    assert.deepEqual(codes(await decode(stack(2, { more: [['00282110', 'CS', '01']] }))), ['lossy']);
  });

  const position: Vec3 = [0, 0, 0];
  for (const [what, image, pattern] of [
    ['zero spacing', { spacing: [0, 0.5] }, /pixel spacing is not a size/],
    ['negative spacing', { spacing: [0.5, -0.5] }, /pixel spacing is not a size/],
    ['spacing that is no number', { spacing: ['NaN', 'x'] }, /pixel spacing is not a size/],
    ['a slope of zero', { slope: 0 }, /slope/],
    ['a slope that is no number', { slope: 'one' }, /slope/],
  ] as const)
    it(`refuses ${what}`, async () => {
      await assert.rejects(
        decode([file('bad', { position, ...image } as TestImage)]),
        (error) =>
          error instanceof ScanError && error.file === 'bad' && pattern.test(error.problem) && error.remedy !== '',
      );
    });
});
