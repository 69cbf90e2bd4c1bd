// A page held against the rules for accessibility, WCAG 2.1 A and AA, as axe has them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A page or a frame of it, of whichever driver. */
interface Evaluating {
  evaluate(script: string): Promise<unknown>;
  evaluate<A, R>(inPage: (about: A) => R | Promise<R>, about: A): Promise<R>;
}

interface Found {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}
declare const axe: { run(within: string, options: object): Promise<Found> };

/** A line for each element that breaks a rule; `without` are rules that do not go for the page. */
export async function brokenRules(
  page: Evaluating,
  within = "body",
  without: string[] = [],
): Promise<string[]> {
  await page.evaluate(source);
  // A view has its background from the window around it, which axe does not see.
  await page.evaluate(
    "if (document.body.className.includes('vscode-')) document.documentElement.style.background = 'var(--vscode-editor-background)'",
  );
  const { violations } = await page.evaluate(
    ({ within, rules }) => axe.run(within, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], rules }),
    { within, rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])) },
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary = "" }) =>
        `${id}: ${html.slice(0, 200)}\n  ${failureSummary.split("\n").slice(1).join(" ")}`,
    ),
  );
}
