// What a page may do, as its browser is told: run its own scripts, by their hashes, and load nothing.
import { createHash } from "node:crypto";

/** The content of a script element, as it must stand there for its hash to fit. */
export function scriptText(code: string): string {
  return code.replace(/\r\n?/g, "\n").replace(/<(?=\/script|!--)/gi, "\\x3c");
}

export interface Policy {
  /** The page's own, by their hashes. */
  scripts: readonly string[];
  styles: readonly string[];
  /** What a page needs in which cells run, with its engine inside or in a file beside it. */
  runs?: "own engine" | "engine beside";
}

/**
 * A Content-Security-Policy for the page's own scripts and style sheet. A hash is stronger than a nonce here: nothing in the
 * page could repeat it, and the same notebook gives the same page.
 */
export function contentPolicy({ scripts, styles, runs }: Policy): string {
  // Plotly adds a style element that is empty and then puts rules into it.
  const styleElements = [...styles, ""].map(hashOf).join(" ");
  const hashes = scripts.map(hashOf).join(" ") || (runs ? "" : "'none'");
  // Workers obey the policy of the page that made them: what compiles cells is allowed there by what stands here.
  const compiling = runs ? " blob: 'wasm-unsafe-eval' 'unsafe-eval'" : "";
  const beside = runs === "engine beside" ? " 'self'" : "";
  return [
    "default-src 'none'",
    `script-src ${hashes}${compiling}${beside}`,
    // A worker hears of a stop by asking for what the page has made, which is nowhere but in the browser.
    ...(runs ? ["worker-src blob:", "connect-src blob:"] : []),
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
