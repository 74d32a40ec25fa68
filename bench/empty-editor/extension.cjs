// A custom editor that shows a word and says when it was painted: what VS Code itself needs to open any of them.
// And the command that opens the files to measure, on keys.
const vscode = require('vscode');

exports.activate = ({ extensionUri, subscriptions }) => {
  const provider = {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),
    resolveCustomEditor: (_document, { webview }) => {
      webview.options = { enableScripts: true, localResourceRoots: [extensionUri] };
      const script = webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'page.js'));
      webview.html = `<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${webview.cspSource}"></head><body><p>Empty</p><script src="${script}"></script></body></html>`;
    },
  };
  const open = (name) => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (folder) return vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(folder.uri, name));
  };
  subscriptions.push(
    vscode.window.registerCustomEditorProvider('bench.empty', provider),
    vscode.commands.registerCommand('bench.open', open),
  );
};
