// A figure as a web page of its own: the viewer's script and the figure inside, light or dark as the reader has it.

import { machine } from "../machine/machine";
import { escapeHtml } from "../words";
import { plainText } from "./text";

interface Titled {
  layout: { title?: { text?: string } };
}

export function standalonePage(figure: Titled, summary: string): string {
  const title = plainText(figure.layout.title?.text ?? "Chart");
  // Inside a script element only "<" can end it.
  const json = JSON.stringify(figure).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
body { margin: 24px auto; max-width: 960px; padding: 0 16px; font-family: system-ui, sans-serif; color: #1f2328; background: #fff; }
@media (prefers-color-scheme: dark) { body { color: #d4d7db; background: #16191d; } }
</style>
</head>
<body>
<div id="chart"><noscript>${escapeHtml(summary)}</noscript></div>
<script>${machine().viewerScript().replaceAll("</script", "<\\/script")}</script>
<script>bnlabPlotly.draw(document.getElementById("chart"), ${json});</script>
</body>
</html>
`;
}
