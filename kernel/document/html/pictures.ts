// Pictures of a page, each inside it as a data: address: from a data: address, an attachment, or bytes.
import { base64, bytesOfBase64 } from "../../machine/base64";
import { asText } from "../notebookFile";

/** The picture, or why the page has none. */
export type Picture = { address: string } | { missing: string };

/** By name, as a cell has them. What a notebook says there may be anything. */
export type Attachments = unknown;

/** Where a picture comes from that stands neither in its address nor in an attachment. */
export type FilePicture = (source: string) => Picture;

export const missing = {
  web: "the picture is on the web, and this page loads nothing from there",
  outside: "the picture lies outside the notebook's folder",
  absent: "there is no such picture",
  large: "the picture is larger than 32 MB",
  other: "this is no picture (PNG, JPEG, GIF, WebP, AVIF, BMP or SVG)",
};

export function pictureAt(source: string, attachments: Attachments, filePicture: FilePicture): Picture {
  const data = /^data:image\/[\w.+-]+((?:;[\w.+=-]+)*),/i.exec(source);
  if (data) {
    const content = decoded(source.slice(data[0].length));
    const isBase64 = /;base64$/i.test(data[1]!);
    return pictureOf(isBase64 ? bytesOfBase64(content) : new TextEncoder().encode(content));
  }
  if (source.startsWith("attachment:"))
    return attached(decoded(source.slice("attachment:".length)), attachments);
  // A colon after more than one letter: Windows has drives.
  if (/^[a-z][a-z\d+.-]+:|^\/\//i.test(source)) return { missing: missing.web };
  return filePicture(decoded(source.replace(/[?#].*$/s, "")));
}

/** What the bytes are is read from them, never from a name that comes with them. */
export function pictureOf(bytes: Uint8Array): Picture {
  const type = typeOf(bytes);
  if (type === undefined) return { missing: missing.other };
  const content =
    type === "image/svg+xml" ? new TextEncoder().encode(standing(new TextDecoder().decode(bytes))) : bytes;
  return { address: `data:${type};base64,${base64(content)}` };
}

function attached(name: string, attachments: Attachments): Picture {
  const bundle = isObject(attachments) && Object.hasOwn(attachments, name) ? attachments[name] : undefined;
  if (!isObject(bundle)) return { missing: missing.absent };
  const found = Object.entries(bundle).map(([mime, content]) => {
    const text = typeof content === "string" || Array.isArray(content) ? asText(content) : "";
    // SVG is text: VS Code attaches it as base64, Jupyter as it is.
    const isText = mime === "image/svg+xml" && text.includes("<");
    return pictureOf(isText ? new TextEncoder().encode(text) : bytesOfBase64(text));
  });
  return found.find((picture) => "address" in picture) ?? found[0] ?? { missing: missing.absent };
}

function typeOf(bytes: Uint8Array): string | undefined {
  const has = (text: string, at = 0) =>
    Array.from(text).every((character, i) => bytes[at + i] === character.charCodeAt(0));
  if (has("\x89PNG\r\n\x1a\n")) return "image/png";
  if (has("\xff\xd8\xff")) return "image/jpeg";
  if (has("GIF87a") || has("GIF89a")) return "image/gif";
  if (has("RIFF") && has("WEBP", 8)) return "image/webp";
  if (has("ftypavif", 4) || has("ftypavis", 4)) return "image/avif";
  if (has("BM") && bytes.length > 14 && lengthInBmp(bytes) === bytes.length) return "image/bmp";
  return svgStart.test(new TextDecoder().decode(bytes.subarray(0, 4096))) ? "image/svg+xml" : undefined;
}

const lengthInBmp = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(2, true);

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
