// Markdown cells as HTML; the pictures that stand beside the notebook, or inside it, come along.
import { readFileSync } from "node:fs";
import path from "node:path";
import MarkdownIt from "markdown-it";
import { Mime, type MimeBundle } from "../../protocol";
import { asText } from "../notebookFile";
import { highlight } from "./highlight";

type Attachments = Record<string, MimeBundle>;

const types: Record<string, string> = {
  ".png": Mime.png,
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".svg": Mime.svg,
  ".webp": "image/webp",
};

/** Chinese and Japanese characters, and their punctuation. */
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u;

/** @param folder where relative pictures are looked for. */
export function markdownRenderer(folder: string): (text: string, attachments: Attachments) => string {
  const markdown = new MarkdownIt({
    html: true,
    linkify: true,
    highlight: (code, language) => highlight(code, language),
  });
  const image = markdown.renderer.rules.image!;
  markdown.renderer.rules.image = (tokens, index, options, env: { attachments: Attachments }, self) => {
    const token = tokens[index]!;
    const source = token.attrGet("src") ?? "";
    token.attrSet("src", inlined(source, folder, env.attachments) ?? source);
    return image(tokens, index, options, env, self);
  };
  // Chinese has no spaces: a line that ends in the middle of a sentence must not put one there.
  markdown.renderer.rules.softbreak = (tokens, index) => {
    const before = tokens[index - 1]?.content.at(-1) ?? "";
    const after = tokens[index + 1]?.content.at(0) ?? "";
    return wide.test(before) && wide.test(after) ? "" : "\n";
  };
  return (text, attachments) => markdown.render(text, { attachments });
}

/** The picture as a data: address; undefined where it is on the web, or nowhere. */
function inlined(source: string, folder: string, attachments: Attachments): string | undefined {
  if (source.startsWith("attachment:")) {
    const [mime, data] = Object.entries(attachments[decodeURIComponent(source.slice(11))] ?? {})[0] ?? [];
    return mime && `data:${mime};base64,${asText(data)}`;
  }
  const mime = types[path.extname(source).toLowerCase()];
  if (!mime || /^[a-z]+:/i.test(source)) return undefined;
  try {
    return `data:${mime};base64,${readFileSync(path.resolve(folder, decodeURIComponent(source))).toString("base64")}`;
  } catch {
    return undefined; // the page shows the picture's description in its place
  }
}
