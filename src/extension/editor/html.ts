import * as vscode from 'vscode';
import { contentSecurityPolicy } from './csp';

/**
 * The page of a scan editor: a root element, the stylesheet and one external script; the decoder's
 * code is fetched along with them, since the first slice waits for it. It holds no
 * inline script and nothing of the scan; the page asks for that with `view/ready`.
 * @param view What the page shows: a scan to read and edit, or a version of an annotation.
 */
export function scanPage(webview: vscode.Webview, extensionUri: vscode.Uri, view: 'scan' | 'compare' = 'scan'): string {
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
<link rel="preload" as="fetch" crossorigin="anonymous" href="${asset('worker.js')}">
</head>
<body data-view="${view}">
<div id="root"></div>
<script type="module" src="${asset('webview.js')}"></script>
</body>
</html>`;
}
