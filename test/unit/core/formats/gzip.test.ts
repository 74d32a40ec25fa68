import assert from 'node:assert/strict';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { crc32, GunzipStream, GzipError, gzip } from '../../../../src/core/formats/gzip';
import { isGzip } from '../../../../src/core/formats/sniff';
import { randomNumbers } from '../../../fixtures/volumes';

async function inflate(bytes: Uint8Array, chunk = 5000): Promise<Buffer> {
  const parts: Buffer[] = [];
  const stream = new GunzipStream((part) => parts.push(Buffer.from(part)));
  for (let at = 0; at < bytes.length; at += chunk) await stream.push(bytes.slice(at, at + chunk));
  await stream.end();
  return Buffer.concat(parts);
}

/** CT-like: neither all noise nor all zeros. */
function content(length: number, seed = 1): Buffer {
  const random = randomNumbers(seed);
  return Buffer.from(Uint8Array.from({ length }, (_, n) => (n % 1000 < 500 ? 0 : Math.floor(random() * 60))));
}

const truncated = (error: unknown): boolean => error instanceof GzipError && error.truncated;
const damaged = (error: unknown): boolean => error instanceof GzipError && !error.truncated;

describe('gzip', () => {
  it('inflates in chunks of any size', async () => {
    const bytes = content(300_000);
    const packed = gzipSync(bytes);
    for (const chunk of [77, 4096, packed.length]) assert.deepEqual(await inflate(packed, chunk), bytes);
    const small = gzipSync('head CT');
    assert.equal((await inflate(small, 1)).toString(), 'head CT');
  });

  it('inflates several members, with their optional fields, and whatever follows them', async () => {
    const [a, b] = [content(200_000, 2), content(150_000, 3)];
    const both = Buffer.concat([a, b]);
    // A member with an extra field, as bgzip writes them: header, FEXTRA of 6 bytes, data, trailer.
    const extra = (bytes: Buffer): Buffer => {
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(crc32(bytes), 0);
      trailer.writeUInt32LE(bytes.length, 4);
      const header = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0, 1, 2]);
      return Buffer.concat([header, deflateRawSync(bytes), trailer]);
    };
    const members = Buffer.concat([extra(a), gzipSync(b)]);
    assert.deepEqual(gunzipSync(members), both);
    for (const chunk of [911, 70_000, members.length]) {
      assert.deepEqual(await inflate(members, chunk), both);
      assert.deepEqual(await inflate(Buffer.concat([members, Buffer.alloc(700)]), chunk), both);
      assert.deepEqual(await inflate(Buffer.concat([members, Buffer.from('not gzip')]), chunk), both);
    }
  });

  it('says where data is cut short or damaged', async () => {
    const packed = gzipSync(content(100_000));
    for (const length of [packed.length >> 1, packed.length - 9, 12])
      await assert.rejects(inflate(packed.subarray(0, length)), truncated, `${length} of ${packed.length} bytes`);
    for (const length of [packed.length - 8, packed.length - 1])
      await assert.rejects(inflate(packed.subarray(0, length)), GzipError, `${length} of ${packed.length} bytes`);
    for (const at of [packed.length >> 1, packed.length - 6, packed.length - 2]) {
      const broken = Buffer.from(packed);
      broken[at] = (broken[at] ?? 0) ^ 0x10;
      await assert.rejects(inflate(broken), GzipError, `byte ${at}`);
    }
    const checksum = Buffer.from(packed);
    checksum[packed.length - 6] = (checksum[packed.length - 6] ?? 0) ^ 1;
    await assert.rejects(inflate(checksum), damaged);
  });

  it('finds damage in a member that is not the last', async () => {
    const first = gzipSync(content(50_000));
    first[first.length - 6] = (first[first.length - 6] ?? 0) ^ 1;
    await assert.rejects(inflate(Buffer.concat([first, gzipSync('more')])), damaged);
  });

  it('hands on what its receiver throws', async () => {
    const stream = new GunzipStream(() => {
      throw new RangeError('enough');
    });
    await assert.rejects(async () => {
      await stream.push(gzipSync(content(400_000)));
      await stream.end();
    }, RangeError);
  });

  it('compresses to what others read', async () => {
    const bytes = content(200_000);
    const packed = await gzip(bytes);
    assert.ok(isGzip(packed));
    assert.deepEqual(gunzipSync(packed), bytes);
  });

  it('knows the CRC-32 of its check value, and of data in parts', () => {
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
    const bytes = content(5000);
    assert.equal(crc32(bytes.subarray(1234), crc32(bytes.subarray(0, 1234))), crc32(bytes));
  });
});
