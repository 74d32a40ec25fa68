/** Addresses of servers as people give them. */

/**
 * Address of a server of the Open Inference Protocol: what comes before "/v2", without a slash at its end.
 * Throws Error that says what is wrong, as a sentence to follow the name of the setting or option.
 */
export function parseEndpoint(text: string): string {
  const url = URL.parse(text.trim());
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error(`is "${text}", which is no address that starts with https:// or http://.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('holds a name or a password. Give them as a token, which is kept apart from settings.');
  }
  if (url.search !== '' || url.hash !== '') throw new Error(`is "${text}": nothing may follow the path.`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v2$/, '');
}

/** Whether what goes there can be read on the way: not encrypted, and not to this computer. */
export function isExposed(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
