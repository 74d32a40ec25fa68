import assert from 'node:assert/strict';
import { contentSecurityPolicy } from '../../../../src/extension/editor/csp';

describe('the content security policy', () => {
  const directives = new Map(
    contentSecurityPolicy('https://source')
      .split('; ')
      .map((directive) => {
        const [name = '', ...values] = directive.split(' ');
        return [name, values] as const;
      }),
  );

  it('allows nothing by default', () => {
    assert.deepEqual(directives.get('default-src'), ["'none'"]);
  });

  it('runs scripts from our own files only, without eval and inline code', () => {
    assert.deepEqual(directives.get('script-src'), ['https://source', "'wasm-unsafe-eval'"]);
    assert.deepEqual(directives.get('worker-src'), ['blob:']);
  });

  it('reaches nothing outside of the webview', () => {
    const places = [...directives.values()].flat().filter((value) => !value.startsWith("'"));
    assert.deepEqual([...new Set(places)].sort(), ['blob:', 'data:', 'https://source']);
  });
});
