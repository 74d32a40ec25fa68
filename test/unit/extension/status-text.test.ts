import assert from 'node:assert/strict';
import { statusText } from '../../../src/extension/status-text';

describe('the status bar', () => {
  const window = { name: 'brain', center: 40, width: 80 };

  it('names model, provider and window', () => {
    assert.equal(statusText('ich-seg (CPU)', { window }), 'Hemorica | ich-seg (CPU) | brain 40/80');
  });

  it('leaves out what is not known', () => {
    assert.equal(statusText(undefined, undefined), 'Hemorica');
    assert.equal(statusText(undefined, { window }), 'Hemorica | brain 40/80');
    assert.equal(
      statusText('m (CPU)', { window: { name: '', center: 40.4, width: 79.6 } }),
      'Hemorica | m (CPU) | 40/80',
    );
  });
});
