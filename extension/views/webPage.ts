// The HTML of our own web views: nothing loads but our script and style, nothing inline runs.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { escapeHtml } from "../../kernel/words";

export interface WebPage {
  /** The page's files in dist/renderer: `NAME.js` and `NAME.css`. */
  name: string;
  title: string;
  /** What the page says, in the window's language; it finds them in `document.body.dataset.words`. */
  words: object;
}

/** What a web view may load from, for its options. */
export const webRoot = (extensionUri: vscode.Uri) => vscode.Uri.joinPath(extensionUri, "dist/renderer");

export function htmlOf(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { name, title, words }: WebPage,
): string {
  const nonce = randomBytes(16).toString("base64");
  const file = (ending: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(webRoot(extensionUri), `${name}.${ending}`));
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${file("css")}">
</head>
<body data-words="${escapeHtml(JSON.stringify(words))}">
<script nonce="${nonce}" type="module" src="${file("js")}"></script>
</body>
</html>`;
}
