// What a page may do, as its browser is told: run its own scripts, by their hashes, and load nothing.
import { createHash } from "node:crypto";

/** The content of a script element, as it must stand there for its hash to fit. */
export function scriptText(code: string): string {
  return code.replace(/\r\n?/g, "\n").replace(/<(?=\/script|!--)/gi, "\\x3c");
}

/**
 * A Content-Security-Policy for the page's own scripts and style sheet. A hash is stronger than a nonce here: nothing in the
 * page could repeat it, and the same notebook gives the same page.
 */
export function contentPolicy(scripts: readonly string[], styles: readonly string[]): string {
  // Plotly adds a style element that is empty and then puts rules into it.
  const styleElements = [...styles, ""].map(hashOf).join(" ");
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(" ") || "'none'"}`,
    "style-src 'unsafe-inline'", // attributes alone, by the next line
    `style-src-elem ${styleElements}`,
    "img-src data: blob:", // blob: is a chart on its way to a file
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
