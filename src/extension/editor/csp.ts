/** What the page may load and run. `source` is the webview's own origin, from which VS Code serves files. */
export function contentSecurityPolicy(source: string): string {
  return [
    // Nothing that is not named below.
    `default-src 'none'`,
    // Our bundle, as a file. 'wasm-unsafe-eval' compiles WebAssembly only (the codecs), it does not allow eval().
    `script-src ${source} 'wasm-unsafe-eval'`,
    // A webview's workers start only from blob: addresses; the page makes the blob from the fetched bundle.
    `worker-src blob:`,
    // The scan's files, the worker and the codecs; nothing outside this machine's VS Code is reachable.
    `connect-src ${source} blob: data:`,
    `img-src ${source} blob: data:`,
    `font-src ${source}`,
    // The component toolkit and the viewports set style elements and attributes while they run.
    `style-src ${source} 'unsafe-inline'`,
  ].join('; ');
}
