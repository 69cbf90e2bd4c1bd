// Markdown as HTML that is safe to show, as VS Code and GitHub read it: with math, lists of tasks, pictures, colored code.
import * as plugin from "@vscode/markdown-it-katex";
import katex from "katex";
import MarkdownIt from "markdown-it";
import { escapeHtml } from "../../words";
import { highlight } from "./highlight";
import { type Attachments, type FilePicture, pictureAt } from "./pictures";
import { sanitized } from "./sanitize";

// A CommonJS module: what it exports stands one `default` deeper than its types say.
const { default: markdownKatex } = plugin.default as unknown as typeof plugin;

/** Chinese and Japanese characters, and their punctuation. */
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u;

/** One for a page: what a formula defines, later formulas know, and no two headings have the same address. */
export function markdownRenderer(
  filePicture: FilePicture,
): (text: string, attachments?: Attachments) => string {
  const markdown = new MarkdownIt({ html: true, linkify: true, highlight });
  markdown.use(markdownKatex, { enableBareBlocks: true, enableFencedBlocks: true, katex: mathMl() });
  markdown.use(taskLists);
  markdown.use(headingAddresses);
  // Pictures are judged by their bytes, when they are put into the page.
  const validateLink = markdown.validateLink;
  markdown.validateLink = (address) => validateLink(address) || /^data:image\//i.test(address);
  // Chinese has no spaces: a line that ends in the middle of a sentence must not put one there.
  markdown.renderer.rules.softbreak = (tokens, index) => {
    const before = tokens[index - 1]?.content.at(-1) ?? "";
    const after = tokens[index + 1]?.content.at(0) ?? "";
    return wide.test(before) && wide.test(after) ? "" : "\n";
  };
  return (text, attachments) =>
    sanitized(markdown.render(text), (source) => pictureAt(source, attachments, filePicture)) ??
    `<pre>${escapeHtml(text)}</pre>`;
}

/** KaTeX as VS Code has it, but writing MathML alone: browsers draw it without a font or a style sheet. */
function mathMl(): typeof katex {
  const macros = {};
  return {
    ...katex,
    renderToString(tex, options) {
      try {
        const settings = {
          macros,
          globalGroup: true,
          output: "mathml",
          strict: "ignore",
          throwOnError: true,
        } as const;
        const html = katex.renderToString(tex, { ...options, ...settings, trust: false, maxSize: 20 });
        return html.replace(/^<span class="katex">(.*)<\/span>$/s, "$1"); // a name for its style sheet
      } catch (error) {
        const why = error instanceof katex.ParseError ? error.message : "KaTeX could not read this formula";
        return `<code title="${escapeHtml(why)}">${escapeHtml(tex)}</code>`;
      }
    },
  };
}

/** `- [ ] to do` and `- [x] done`. */
function taskLists(markdown: MarkdownIt): void {
  markdown.core.ruler.after("inline", "task_lists", ({ tokens, Token }) => {
    for (const [at, item] of tokens.entries()) {
      const [paragraph, content] = [tokens[at + 1], tokens[at + 2]];
      const first = content?.children?.[0];
      if (item.type !== "list_item_open" || paragraph?.type !== "paragraph_open" || first?.type !== "text")
        continue;
      const box = /^\[([ xX])\](?=\s)/.exec(first.content);
      if (!box) continue;
      const checkbox = new Token("html_inline", "", 0);
      checkbox.content = `<input type="checkbox" disabled${box[1] === " " ? "" : " checked"}>`;
      first.content = first.content.slice(box[0].length);
      content?.children?.unshift(checkbox);
      item.attrJoin("class", "task-list-item");
    }
  });
}

/** `[…](#the-heading)` leads there. */
function headingAddresses(markdown: MarkdownIt): void {
  const taken = new Map<string, number>();
  markdown.core.ruler.push("heading_addresses", ({ tokens }) => {
    for (const [at, heading] of tokens.entries()) {
      if (heading.type !== "heading_open") continue;
      const words = (tokens[at + 1]?.children ?? []).map(({ content }) => content).join("");
      const address = words
        .trim()
        .toLowerCase()
        .replace(/\s+/g, "-")
        .replace(/[^\p{L}\p{N}_-]/gu, "");
      const times = taken.get(address) ?? 0;
      taken.set(address, times + 1);
      heading.attrSet("id", times === 0 ? address : `${address}-${times}`);
    }
  });
}
