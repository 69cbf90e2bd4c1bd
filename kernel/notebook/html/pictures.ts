// Pictures of a page, each inside it as a data: address: read from the notebook's folder, its attachments, or a data: address.
import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { asText } from "../notebookFile";

/** The picture, or why the page has none. */
export type Picture = { address: string } | { missing: string };

/** By name, as a cell has them. What a notebook says there may be anything. */
export type Attachments = unknown;

/** Larger ones would make a page that nobody can open. */
const largest = 32 * 2 ** 20;

const missing = {
  web: "the picture is on the web, and this page loads nothing from there",
  outside: "the picture lies outside the notebook's folder",
  absent: "there is no such picture",
  large: "the picture is larger than 32 MB",
  other: "this is no picture (PNG, JPEG, GIF, WebP, AVIF, BMP or SVG)",
};

/** @param folder of the notebook; no picture is read from outside it, wherever a link leads. */
export function pictureAt(source: string, folder: string, attachments: Attachments): Picture {
  const data = /^data:image\/[\w.+-]+((?:;[\w.+=-]+)*),/i.exec(source);
  if (data) {
    const content = source.slice(data[0].length);
    const isBase64 = /;base64$/i.test(data[1]!);
    return pictureOf(isBase64 ? Buffer.from(decoded(content), "base64") : Buffer.from(decoded(content)));
  }
  if (source.startsWith("attachment:"))
    return attached(decoded(source.slice("attachment:".length)), attachments);
  // A colon after more than one letter: Windows has drives.
  if (/^[a-z][a-z\d+.-]+:|^\/\//i.test(source)) return { missing: missing.web };
  return readPicture(decoded(source.replace(/[?#].*$/s, "")), folder);
}

/** What the bytes are is read from them, never from a name that comes with them. */
export function pictureOf(bytes: Buffer): Picture {
  const type = typeOf(bytes);
  if (type === undefined) return { missing: missing.other };
  const content = type === "image/svg+xml" ? Buffer.from(standing(bytes.toString())) : bytes;
  return { address: `data:${type};base64,${content.toString("base64")}` };
}

function attached(name: string, attachments: Attachments): Picture {
  const bundle = isObject(attachments) && Object.hasOwn(attachments, name) ? attachments[name] : undefined;
  if (!isObject(bundle)) return { missing: missing.absent };
  const found = Object.entries(bundle).map(([mime, content]) => {
    const text = typeof content === "string" || Array.isArray(content) ? asText(content) : "";
    // SVG is text: VS Code attaches it as base64, Jupyter as it is.
    return pictureOf(
      mime === "image/svg+xml" && text.includes("<") ? Buffer.from(text) : Buffer.from(text, "base64"),
    );
  });
  return found.find((picture) => "address" in picture) ?? found[0] ?? { missing: missing.absent };
}

function readPicture(source: string, folder: string): Picture {
  const home = path.resolve(folder);
  const file = path.resolve(home, source);
  // Before anything is asked of the disk: on Windows, asking for `\\server\share` greets the server.
  if (!isInside(file, home)) return { missing: missing.outside };
  try {
    const real = realpathSync(file);
    if (!isInside(real, realpathSync(home))) return { missing: missing.outside };
    const status = statSync(real);
    if (!status.isFile()) return { missing: missing.other };
    return status.size > largest ? { missing: missing.large } : pictureOf(readFileSync(real));
  } catch {
    return { missing: missing.absent };
  }
}

function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== "" && way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

function typeOf(bytes: Buffer): string | undefined {
  const has = (text: string, at = 0) => bytes.toString("latin1", at, at + text.length) === text;
  if (has("\x89PNG\r\n\x1a\n")) return "image/png";
  if (has("\xff\xd8\xff")) return "image/jpeg";
  if (has("GIF87a") || has("GIF89a")) return "image/gif";
  if (has("RIFF") && has("WEBP", 8)) return "image/webp";
  if (has("ftypavif", 4) || has("ftypavis", 4)) return "image/avif";
  if (has("BM") && bytes.length > 14 && bytes.readUInt32LE(2) === bytes.length) return "image/bmp";
  return svgStart.test(bytes.toString("utf8", 0, 4096)) ? "image/svg+xml" : undefined;
}

/** Declarations and comments may come before the element. */
const svgStart =
  /^\ufeff?\s*(?:<\?[^>]*>\s*|<!--(?:(?!-->).)*-->\s*|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?[^>]*>\s*)*<svg[\s>/]/is;

/** In a page SVG needs no name of its language, alone it does. */
function standing(svg: string): string {
  return svg.replace(/<svg(?=[\s>/])(?![^>]*\sxmlns\s*=)/i, '<svg xmlns="http://www.w3.org/2000/svg"');
}

/** A name as it was before it was written into an address; one that is no address stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
