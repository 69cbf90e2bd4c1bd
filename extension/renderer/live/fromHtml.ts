// HTML as the browser itself parses it, in the place of a parser of our own: in a document that loads and runs nothing.
import type { Root } from "hast";
import { fromDom } from "hast-util-from-dom";

export function fromHtml(html: string): Root {
  const template = document.implementation.createHTMLDocument("").createElement("template");
  template.innerHTML = html;
  const tree = fromDom(template.content);
  return tree.type === "root" ? tree : { type: "root", children: [] };
}
