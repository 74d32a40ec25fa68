/**
 * User-facing strings. The English sentence is the key, as in VS Code's own l10n bundles; the host
 * sends the bundle of the display language with its answer to `Ready`.
 */
let bundle: Readonly<Record<string, string>> = {};

/** Takes over a bundle: English sentence to translated sentence. */
export function setBundle(strings: Readonly<Record<string, string>>): void {
  bundle = strings;
}

/** The sentence in the display language with {0}, {1} ... replaced; without a translation, the sentence itself. */
export function t(sentence: string, ...values: readonly (string | number)[]): string {
  return (bundle[sentence] ?? sentence).replace(/\{(\d+)\}/g, (placeholder, index) =>
    String(values[Number(index)] ?? placeholder),
  );
}
