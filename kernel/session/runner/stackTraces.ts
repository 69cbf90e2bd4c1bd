// Errors in a cell's own terms: its frames only, with the lines the reader wrote.
import { findSourceMap, SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";
import { plainText } from "../display/bundle";
import { excerptOf } from "../display/excerpt";
import type { CellProgram } from "./wire";

export interface DescribedError {
  ename: string;
  evalue: string;
  traceback: string[];
}

interface Place {
  cell: CellProgram;
  line: number;
  column: number;
}

/** What emit.ts makes of a variable: `(0 , $$f.f) is not a function`; with more than two `$` where the cell has those. */
const boxed = /\(0 ?, \$\$+?([^\s.]+)\.\1\)|\$\$+?([^\s.]+)\.\2(?![\w$])/g;

/** A frame in a cell, as `describeFrame` words it. */
const inCell = /((?:Cell|Uncounted cell) \d+), line (\d+), column (\d+)/;

export class StackTraces {
  readonly #cells = new Map<string, CellProgram & { sourceMap?: SourceMap }>();

  /** Makes every `error.stack` of this process, also one that a cell prints, speak of cells and their lines. */
  install(): void {
    Error.prepareStackTrace = (error, frames) => {
      const lines = frames.map((frame) => this.#describeFrame(frame));
      const own = lines.filter((line) => line.own).map((line) => line.text);
      // Without a frame of the reader's own, where it happened is all there is to say.
      const shown = own.length > 0 ? own : lines.filter((line) => !line.internal).map((line) => line.text);
      return [headline(error), ...shown.map((text) => `    at ${text}`)].join("\n");
    };
  }

  add(cell: CellProgram): void {
    this.#cells.set(cell.name, cell);
  }

  describe(error: unknown): DescribedError {
    if (!(error instanceof Error)) {
      const evalue = plainText(error);
      return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
    }
    const ename = String(error.name || "Error");
    const evalue = readable(String(error.message));
    return { ename, evalue, traceback: this.#traceback(error, new Set()) };
  }

  /** An import's error comes out of Node's loader, which knows no cell: the declaration's line is added. */
  placedAtImport(error: unknown, cell: CellProgram, specifier: string): unknown {
    const at = Math.max(cell.source.indexOf(`"${specifier}"`), cell.source.indexOf(`'${specifier}'`));
    if (!(error instanceof Error) || at < 0) return error;
    const before = cell.source.slice(0, at).split("\n");
    const place = `    at ${cell.name}, line ${before.length}, column ${before.at(-1)!.length + 1}`;
    const frames = (error.stack ?? "")
      .split("\n")
      .filter((line) => /^ {4}at /.test(line) && !line.includes("node:") && !line.includes(dist));
    error.stack = [headline(error), ...frames, place].join("\n");
    return error;
  }

  #traceback(error: Error, seen: Set<unknown>): string[] {
    seen.add(error);
    const stack = String(error.stack ?? `${error.name}: ${error.message}`);
    const framesAt = stack.search(/^ {4}at /m);
    const lines = [headline(error)];
    const frames = framesAt < 0 ? [] : stack.slice(framesAt).trimEnd().split("\n");
    const excerpt = this.#excerpt(frames.find((frame) => inCell.test(frame)));
    if (excerpt.length > 0) lines.push("", ...excerpt, "");
    lines.push(...frames);
    const inner = [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
    for (const cause of inner) {
      if (cause instanceof Error && !seen.has(cause)) {
        const [first, ...rest] = this.#traceback(cause, seen);
        lines.push(`Caused by: ${first}`, ...rest);
      }
    }
    return lines;
  }

  #excerpt(frame: string | undefined): string[] {
    const found = frame && inCell.exec(frame);
    const cell = found && this.#cells.get(found[1]!);
    if (!found || !cell) return [];
    return excerptOf(cell.source, Number(found[2]), Number(found[3]));
  }

  #describeFrame(frame: NodeJS.CallSite): { text: string; own: boolean; internal: boolean } {
    const file = frame.getFileName() ?? "";
    const place = this.#place(file, frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1);
    if (!place) {
      const internal = file === "" || file.startsWith("node:") || file.startsWith(import.meta.url);
      const isReaders = !internal && !file.includes("/node_modules/") && !file.startsWith(dist);
      return { text: isReaders ? inFile(frame, file) : frame.toString(), own: isReaders, internal };
    }
    const where = `${place.cell.name}, line ${place.line}, column ${place.column}`;
    const name = readable(frame.getFunctionName() ?? "");
    return {
      text: name ? `${frame.isAsync() ? "async " : ""}${name} (${where})` : where,
      own: true,
      internal: false,
    };
  }

  /** The place in the cell that a place in the code it became came from. */
  #place(name: string, line: number, column: number): Place | undefined {
    const cell = this.#cells.get(name);
    if (!cell) return undefined;
    if (!cell.map) return { cell, line, column };
    cell.sourceMap ??= new SourceMap(JSON.parse(cell.map) as SourceMapPayload);
    const emitted = columnBefore(cell.shifts, line - 1, column - 1);
    const entry = cell.sourceMap.findEntry(line - 1, emitted);
    // tslab puts one line before the cell, so the map's line n, from 0, is the cell's line n, from 1.
    if (!("originalLine" in entry) || entry.originalLine < 1) return { cell, line, column };
    return { cell, line: entry.originalLine, column: entry.originalColumn + 1 };
  }
}

/** A frame in a file that a cell imports, with the line that its author wrote. */
function inFile(frame: NodeJS.CallSite, file: string): string {
  if (!file.startsWith("file:")) return frame.toString();
  let [line, column] = [frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1];
  const entry = findSourceMap(file)?.findEntry(line - 1, column - 1);
  if (entry && "originalLine" in entry) [line, column] = [entry.originalLine + 1, entry.originalColumn + 1];
  const where = `${fileURLToPath(file)}:${line}:${column}`;
  const name = frame.getFunctionName();
  return name ? `${frame.isAsync() ? "async " : ""}${name} (${where})` : where;
}

/** The build's folder: the runner's own frames and those of the libraries that came with it are no news to a reader. */
const dist = new URL(".", import.meta.url).href;

/** The column that a place had before the edits of its line; inside what an edit put there, where the edit began. */
function columnBefore(shifts: CellProgram["shifts"], line: number, column: number): number {
  let gained = 0;
  for (const [shiftLine, end, by] of shifts) {
    if (shiftLine !== line) continue;
    if (end <= column) gained += by;
    else if (end - by < column) gained += column - (end - by);
  }
  return Math.max(0, column - gained);
}

function headline(error: unknown): string {
  if (!(error instanceof Error)) return plainText(error);
  const message = readable(String(error.message));
  const name = String(error.name || "Error");
  return message ? `${name}: ${message}` : name;
}

function readable(message: string): string {
  return message.replace(boxed, (_, called, used) => called ?? used);
}
