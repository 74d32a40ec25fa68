import * as vscode from 'vscode';

/**
 * The page of a scan editor: a root element, the stylesheet and one external script. It holds no
 * inline script and nothing of the scan; the page asks for that with `view/ready`.
 */
export function scanPage(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const asset = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', name)).toString();
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(webview.cspSource)}">
<title>Hemorica</title>
<link rel="stylesheet" href="${asset('webview.css')}">
</head>
<body>
<div id="root"></div>
<script src="${asset('webview.js')}"></script>
</body>
</html>`;
}

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
