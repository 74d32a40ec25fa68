import * as vscode from 'vscode';
import { contentSecurityPolicy } from './csp';

/**
 * The page of a scan editor: a root element, the stylesheet and one external script; the decoder's
 * code, and what else the first slice waits for, is fetched along with them. It holds no
 * inline script and nothing of the scan; the page asks for that with `view/ready`.
 * @param view What the page shows: a scan to read and edit, or a version of an annotation.
 * @param first A file that the page will ask for at once and whole.
 */
export function scanPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  view: 'scan' | 'compare' = 'scan',
  first?: vscode.Uri,
): string {
  const asset = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', name)).toString();
  const fetched = [asset('worker.js'), ...(first ? [webview.asWebviewUri(first).toString()] : [])];
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(webview.cspSource)}">
<title>Hemorica</title>
<link rel="stylesheet" href="${asset('webview.css')}">
<link rel="modulepreload" href="${asset('webview-chunk.js')}">
${fetched.map((address) => `<link rel="preload" as="fetch" crossorigin="anonymous" href="${address}">`).join('\n')}
</head>
<body data-view="${view}">
<div id="root"></div>
<script type="module" src="${asset('webview.js')}"></script>
</body>
</html>`;
}
