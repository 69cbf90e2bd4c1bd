// What a notebook brings as HTML, made safe to stand in a page: parsed as a browser does, and rebuilt of what is listed here.
import type { Element, ElementContent, Properties, Root, RootContent } from "hast";
import { fromHtml } from "hast-util-from-html";
import { defaultSchema, type Schema, sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import { localized } from "../../words";
import { inlineStyle } from "./inlineStyle";
import { type Picture, pictureOf } from "./pictures";

/** Longer texts are shown as text: a parser's time grows faster than its text where elements are left open. */
const longest = 4_000_000;

const math = {
  elements:
    "math semantics annotation mrow mi mo mn ms mtext mspace msup msub msubsup mover munder munderover mfrac msqrt mroot mtable mtr mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts none merror".split(
      " ",
    ),
  attributes:
    "display mathvariant stretchy fence separator lspace rspace minsize maxsize symmetric largeop movablelimits accent accentunder linethickness width height depth voffset mathcolor mathbackground mathsize scriptlevel displaystyle columnalign columnspacing columnlines rowalign rowspacing rowlines columnspan rowspan frame framespacing notation side encoding form style".split(
      " ",
    ),
};

/**
 * GitHub's list, and what tables and texts of notebooks need besides. No element stays whose text is not read as text, so
 * that what is written out is read again as what it was.
 */
const schema: Schema = {
  ...defaultSchema,
  tagNames: [
    ...(defaultSchema.tagNames ?? []).filter((name) => name !== "source" && name !== "picture"),
    ..."abbr address article aside bdi bdo caption center cite col colgroup dfn figcaption figure font footer header hgroup label main mark meter nav output progress s section small tfoot time u wbr".split(
      " ",
    ),
    ...math.elements,
  ],
  strip: ["script", "style", "iframe", "noembed", "noframes", "template"],
  attributes: {
    "*": [
      ..."style title lang dir align vAlign width height color bgColor border cellPadding cellSpacing colSpan rowSpan span scope noWrap abbr id ariaLabel ariaHidden role".split(
        " ",
      ),
    ],
    a: ["href", "rel", "name"],
    img: ["src", "alt"],
    font: ["face", "size"],
    ol: ["start", "reversed", "type", ["className", "contains-task-list"]],
    ul: [["className", "contains-task-list"]],
    li: ["value", ["className", "task-list-item"]],
    details: ["open"],
    time: ["dateTime"],
    progress: ["value", "max"],
    meter: ["value", "min", "max", "low", "high", "optimum"],
    input: [["disabled", true], ["type", "checkbox"], "checked"],
    code: [["className", /^(?:hljs|language)-/]],
    span: [["className", /^hljs-/, /^[\w-]+_$/, "missing"]],
    ...Object.fromEntries(math.elements.map((name) => [name, math.attributes])),
  },
  clobber: ["id", "name"],
  clobberPrefix: "user-content-",
  protocols: { href: ["http", "https", "mailto"], src: ["data"] },
};

export type PictureAt = (source: string) => Picture;

/** Undefined if it is too long, or nested too deeply, to be made safe. */
export function sanitized(html: string, pictureAt: PictureAt): string | undefined {
  if (html.length > longest) return undefined;
  try {
    const tree: Root = fromHtml(html, { fragment: true });
    tree.children = tree.children.flatMap((node) => prepared(node, pictureAt, false));
    return toHtml(sanitize(tree, schema));
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the stack's end
    throw error;
  }
}

/** Puts a picture or a link where something would be loaded, and leaves of links and styles what is harmless. */
function prepared<Node extends RootContent>(
  node: Node,
  pictureAt: PictureAt,
  inLink: boolean,
): ElementContent[] {
  if (node.type === "text") return [node];
  if (node.type !== "element") return [];
  const { tagName, properties } = node;
  if (typeof properties.style === "string") properties.style = inlineStyle(properties.style) || undefined;
  if (tagName === "svg") return [drawing(node)];
  if (tagName === "img") return [picture(properties, pictureAt, inLink)];
  if (/^(?:iframe|frame|embed|object|video|audio|source)$/.test(tagName)) {
    const source = String(properties.src ?? properties.data ?? "");
    if (source) return [linkOrText(source, source, "this page loads nothing from the web", inLink)];
  }
  if (tagName === "a") {
    const href = addressOf(properties.href) ?? relativeAddress(properties.href);
    Object.assign(properties, {
      href,
      rel: href && !href.startsWith("#") ? ["noopener", "noreferrer"] : undefined,
    });
  }
  node.children = node.children.flatMap((child) => prepared(child, pictureAt, inLink || tagName === "a"));
  return [node];
}

/** Pages on the web, letters, and places in this page. */
function addressOf(href: Properties[string]): string | undefined {
  if (typeof href !== "string") return undefined;
  if (href.startsWith("#")) return `#${schema.clobberPrefix}${href.slice(1)}`;
  return /^(?:https?:\/\/|mailto:)/i.test(href) ? href : undefined;
}

/** A file from the notebook's folder on: no scheme, no server, no root, and nothing that a browser leaves out as it reads. */
function relativeAddress(href: Properties[string]): string | undefined {
  if (typeof href !== "string") return undefined;
  const address = href.trim();
  return /^(?![a-z][a-z\d+.-]*:|\/)[^?\p{Cc}\\][^\p{Cc}\\]*$/iu.test(address) ? address : undefined;
}

function picture(
  { src, alt, title, width, height, style }: Properties,
  pictureAt: PictureAt,
  inLink: boolean,
): Element {
  const source = typeof src === "string" ? src.trim() : "";
  const found = pictureAt(source);
  if ("address" in found) {
    return made("img", { src: found.address, alt: alt ?? "", title, width, height, style });
  }
  return linkOrText(source, String(alt || title || source.slice(0, 200)), found.missing, inLink);
}

/** In the place of what the page does not have: its description, and where it is if that can be followed. */
function linkOrText(source: string, text: string, why: string, inLink: boolean): Element {
  const href = inLink ? undefined : addressOf(source);
  const content = [{ type: "text" as const, value: text }];
  const shown = href ? [made("a", { href, rel: ["noopener", "noreferrer"] }, content)] : content;
  return made("span", { className: ["missing"], title: localized(why) }, shown);
}

/** SVG inside HTML becomes a picture: there it neither runs, nor loads, nor leaves its place. */
function drawing(svg: Element): Element {
  const xml = toHtml(svg, {
    space: "svg",
    closeEmptyElements: true,
    characterReferences: { useNamedReferences: false },
  });
  const found = pictureOf(new TextEncoder().encode(xml));
  const { width, height, style, ariaLabel } = svg.properties;
  const alt = typeof ariaLabel === "string" ? ariaLabel : titleOf(svg);
  return made("img", { src: "address" in found ? found.address : undefined, alt, width, height, style });
}

function titleOf({ children }: Element): string {
  const title = children.find((child) => child.type === "element" && child.tagName === "title");
  const [text] = title?.type === "element" ? title.children : [];
  return text?.type === "text" ? text.value : "";
}

function made(tagName: string, properties: Properties, children: ElementContent[] = []): Element {
  return { type: "element", tagName, properties, children };
}
