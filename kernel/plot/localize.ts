// A figure's words in the reader's language; its numbers, and what is a setting of Plotly's, are left alone.
import { isLocalized, localized } from "../words";

/** Attributes whose texts are shown. */
const shown = new Set([
  "text",
  "name",
  "ticktext",
  "label",
  "hovertemplate",
  "prefix",
  "summary",
  "note",
  "kind",
]);
/** Those of a trace that are places along an axis, or beside a point, and words where the axis has categories. */
const places = new Set(["x", "y", "customdata"]);

/** The same value where there is no dictionary, or nothing in it to say otherwise. */
export function localizedTexts<T>(value: T): T {
  return isLocalized() ? (inside(value) as T) : value;
}

function inside(value: unknown): unknown {
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(inside);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, content]) => {
      if (shown.has(key)) return [key, texts(content)];
      return [key, places.has(key) && Array.isArray(content) ? texts(content) : inside(content)];
    }),
  );
}

function texts(value: unknown): unknown {
  if (typeof value === "string") return localized(value);
  if (!Array.isArray(value)) return inside(value);
  return typeof value[0] === "number" ? value : value.map(texts);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
