import assert from 'node:assert/strict';
import { isExposed, parseEndpoint } from '../../../src/node/remote-endpoint';

describe("a server's address", () => {
  it('is what comes before /v2', () => {
    const cases = [
      ['https://models.example.org', 'https://models.example.org'],
      [' http://10.0.0.7:8000/ ', 'http://10.0.0.7:8000'],
      ['https://example.org/serving/v2', 'https://example.org/serving'],
      ['https://example.org/serving/v2/', 'https://example.org/serving'],
    ] as const;
    for (const [text, url] of cases) assert.equal(parseEndpoint(text), url);
  });

  it('is refused where it is none, or holds what belongs elsewhere', () => {
    for (const text of ['models.example.org', 'file:///etc/passwd', 'grpc://host:1', '']) {
      assert.throws(() => parseEndpoint(text), /no address that starts with https:\/\/ or http:\/\//);
    }
    assert.throws(() => parseEndpoint('https://me:secret@example.org'), /holds a name or a password/);
    assert.throws(() => parseEndpoint('https://example.org/?token=1'), /nothing may follow the path/);
  });

  it('is exposed without encryption, unless it is this computer', () => {
    const exposed = [
      'http://example.org',
      'https://example.org',
      'http://localhost:8000',
      'http://127.0.0.1',
      'http://[::1]:1',
    ];
    assert.deepEqual(exposed.map(isExposed), [true, false, false, false, false]);
  });
});
