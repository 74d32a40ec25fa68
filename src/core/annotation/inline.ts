/** JSON on one line with a space after commas and colons; keys in the order given, undefined ones left out. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return `{${entries.map(([key, part]) => `${JSON.stringify(key)}: ${inline(part)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}
