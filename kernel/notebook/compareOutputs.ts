// Whether a cell shows what it showed before: texts and JSON alike but for numbers, which may differ a little.
import { isDeepStrictEqual, stripVTControlCharacters } from "node:util";
import { asText, type CellOutput } from "../document/notebookFile";
import { type Json, Mime, type MimeBundle } from "../protocol";

export interface Tolerance {
  /** A share of the saved number. */
  relative: number;
  absolute: number;
}

/** One thing that is not as it was saved; each side as lines to read. */
export interface Difference {
  what: string;
  saved: string[];
  now: string[];
}

/** How many lines or places of one output are told. */
const toldDifferences = 4;
const mostLineCharacters = 160;

export function compareOutputs(saved: CellOutput[], now: CellOutput[], tolerance: Tolerance): Difference[] {
  const texts = (["stdout", "stderr"] as const).flatMap((name) =>
    compareText(name, streamText(saved, name), streamText(now, name), tolerance),
  );
  const [before, after] = [saved, now].map((outputs) => outputs.filter(isCompared)) as [Shown[], Shown[]];
  const others = Array.from({ length: Math.max(before.length, after.length) }, (_, i) =>
    compareShown(before[i], after[i], tolerance),
  );
  return [...texts, ...others.flat()];
}

type Shown = Exclude<CellOutput, { output_type: "stream" }>;

/** A progress bar tells of time, which no two runs have in common. */
function isCompared(output: CellOutput): output is Shown {
  return output.output_type !== "stream" && !("data" in output && Mime.progress in output.data);
}

function streamText(outputs: CellOutput[], name: string): string {
  return outputs
    .map((output) => (output.output_type === "stream" && output.name === name ? output.text : ""))
    .join("");
}

function compareShown(saved: Shown | undefined, now: Shown | undefined, tolerance: Tolerance): Difference[] {
  const kinds = [saved, now].map((output) => output?.output_type ?? "nothing");
  if (!saved || !now || kinds[0] !== kinds[1]) {
    return [{ what: "output", saved: [describe(saved)], now: [describe(now)] }];
  }
  if (saved.output_type === "error" || now.output_type === "error") {
    return compareText("error", describe(saved), describe(now), tolerance);
  }
  // A tensor's picture and histogram move by whole levels where its numbers move by their last digits; controls have an id a run.
  const isText = [Mime.tensor, Mime.control].some((mime) => mime in saved.data && mime in now.data);
  for (const mime of isText ? [Mime.plain] : inReadingOrder(saved.data, now.data)) {
    const [before, after] = [saved.data[mime], now.data[mime]];
    if (before === undefined || after === undefined) {
      const [a, b] = [before, after].map((value) => [value === undefined ? `no ${mime}` : mime]);
      return [{ what: kinds[0]!, saved: a!, now: b! }];
    }
    const found = compareData(`${kinds[0]} ${mime}`, mime, before, after, tolerance);
    if (found.length > 0) return found; // the other forms say the same
  }
  return [];
}

function describe(output: Shown | undefined): string {
  if (!output) return "nothing";
  if (output.output_type === "error") return `${output.ename}: ${output.evalue}`;
  const text = asText(output.data[Mime.plain]) || Object.keys(output.data).join(", ");
  return `${output.output_type}: ${text.split("\n")[0]}`;
}

/** Texts first, for a difference in them reads best. */
function inReadingOrder(...bundles: MimeBundle[]): string[] {
  const mimes = [...new Set(bundles.flatMap((bundle) => Object.keys(bundle)))];
  const rank = (mime: string) => (mime === Mime.plain ? 0 : mime.startsWith("text/") ? 1 : 2);
  return mimes.sort((a, b) => rank(a) - rank(b));
}

function compareData(what: string, mime: string, saved: Json, now: Json, tolerance: Tolerance): Difference[] {
  if (/[/+]json$/.test(mime)) return compareJson(what, saved, now, tolerance);
  const [before, after] = [asText(saved), asText(now)];
  if (mime.startsWith("text/") || mime === Mime.svg) return compareText(what, before, after, tolerance);
  if (before.replace(/\s/g, "") === after.replace(/\s/g, "")) return [];
  return [{ what, saved: [`${before.length} characters`], now: [`${after.length} others`] }];
}

function compareText(what: string, saved: string, now: string, tolerance: Tolerance): Difference[] {
  const [before, after] = [saved, now].map((text) => stripVTControlCharacters(text).trimEnd().split("\n"));
  const lines = Array.from({ length: Math.max(before!.length, after!.length) }, (_, i) => i);
  const differing = lines.filter((i) => !sameText(before![i], after![i], tolerance));
  if (differing.length === 0) return [];
  const told = (text: string[]) => differing.slice(0, toldDifferences).map((i) => shortened(text[i]));
  const line = differing[0]! > 0 ? `, line ${differing[0]! + 1}` : "";
  const more =
    differing.length > toldDifferences ? ` and ${differing.length - toldDifferences} lines more` : "";
  return [{ what: `${what}${line}${more}`, saved: told(before!), now: told(after!) }];
}

function shortened(line: string | undefined): string {
  if (line === undefined) return "(no such line)";
  return line.length > mostLineCharacters ? `${line.slice(0, mostLineCharacters - 1)}…` : line;
}

/** A number that stands for itself, not the end of a name (`layer3`). */
const number = /(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w])/gi;

function sameText(saved: string | undefined, now: string | undefined, tolerance: Tolerance): boolean {
  if (saved === now) return true;
  if (saved === undefined || now === undefined || saved.replace(number, "#") !== now.replace(number, "#"))
    return false;
  const [before, after] = [saved, now].map((text) => text.match(number) ?? []);
  return before!.every((text, i) => sameNumber(text, after![i]!, tolerance));
}

/** Whole numbers are counts and names: they are the same or they are not. */
function sameNumber(saved: string, now: string, tolerance: Tolerance): boolean {
  if (/^[-+]?\d+$/.test(saved) && /^[-+]?\d+$/.test(now)) return Number(saved) === Number(now);
  return isNear(Number(saved), Number(now), tolerance);
}

function isNear(saved: number, now: number, { relative, absolute }: Tolerance): boolean {
  return Object.is(saved, now) || Math.abs(saved - now) <= absolute + relative * Math.abs(saved);
}

function compareJson(what: string, saved: Json, now: Json, tolerance: Tolerance): Difference[] {
  const places: { path: string; saved: string; now: string }[] = [];
  const visit = (path: string, a: Json | undefined, b: Json | undefined) => {
    if (typeof a === "number" && typeof b === "number" && isNear(a, b, tolerance)) return;
    if (typeof a === "string" && typeof b === "string" && sameText(a, b, tolerance)) return;
    if (isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        visit(Array.isArray(a) ? `${path}[${key}]` : `${path}.${key}`, a[key], b[key]);
      }
    } else if (!isDeepStrictEqual(a, b)) {
      const [before, after] = [a, b].map((value) => shortened(JSON.stringify(value) ?? "nothing"));
      places.push({ path: path.replace(/^\./, ""), saved: before!, now: after! });
    }
  };
  visit("", saved, now);
  if (places.length === 0) return [];
  const told = (side: "saved" | "now") =>
    places.slice(0, toldDifferences).map((place) => `${place.path}: ${place[side]}`);
  const more = places.length > toldDifferences ? `, ${places.length} places` : "";
  return [{ what: `${what}${more}`, saved: told("saved"), now: told("now") }];
}

function isContainer(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null;
}
