// The HTML of our own web views: nothing loads but our script and style, nothing inline runs.
import * as vscode from "vscode";
import { escapeHtml } from "../../kernel/words";

export interface WebPage {
  /** The page's files in dist/renderer: `NAME.js` and `NAME.css`. */
  name: string;
  title: string;
  /** What the page says, in the window's language; it finds them in `document.body.dataset.words`. */
  words: object;
  /** Whether it draws charts: it finds `bnlabPlotly`, which sets styles and makes pictures of its own. */
  draws?: boolean;
}

/** What a web view may load from, for its options. */
export const webRoot = (extensionUri: vscode.Uri) => vscode.Uri.joinPath(extensionUri, "dist/renderer");

export function htmlOf(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { name, title, words, draws = false }: WebPage,
): string {
  const nonce = crypto.randomUUID();
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(webRoot(extensionUri), name));
  const styles = draws ? "'unsafe-inline'; img-src data: blob:" : "";
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource} ${styles}; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${file(`${name}.css`)}">
</head>
<body data-words="${escapeHtml(JSON.stringify(words))}">
${draws ? `<script nonce="${nonce}" src="${file("standalone.js")}"></script>\n` : ""}<script nonce="${nonce}" type="module" src="${file(`${name}.js`)}"></script>
</body>
</html>`;
}
