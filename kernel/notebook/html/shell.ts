// What is around the body of every page: its policy first, its title, its style.
import { escapeHtml } from "../../words";

export interface Shell {
  lang: string;
  title: string;
  policy: string;
  styles: readonly string[];
  body: string;
}

export function shellHtml({ lang, title, policy, styles, body }: Shell): string {
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="generator" content="BN Lab">
<title>${escapeHtml(title)}</title>
${styles.map((style) => `<style>${style}</style>`).join("\n")}
</head>
<body>
${body}
</body>
</html>
`;
}
