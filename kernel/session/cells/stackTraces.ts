// Errors in a cell's own terms: its frames only, with the lines the reader wrote.
import { decode, type SourceMapMappings } from "@jridgewell/sourcemap-codec";
import { inspectSymbol } from "../../machine/machine";
import { excerptOf } from "../display/excerpt";
import { attempt, isError, plainText, shortened } from "../display/plainText";
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

const nameCharacters = 200;
const messageCharacters = 10_000;
const mostFrames = 50;
const frameCharacters = 500;
const framesCharacters = 50_000;
/** Errors that one carries, properties of each, and lines of all together. */
const mostErrors = 20;
const mostCarried = 16;
const tracebackLines = 500;

/** Getters are the cells' code: they stay unread. */
const unread = { [inspectSymbol]: () => "[Getter]" };

/** What is in the first line, or in the frames. */
const told: ReadonlySet<string> = new Set(["name", "message", "stack"]);

/** What emit.ts makes of a variable: `(0 , $$f.f) is not a function`; with more than two `$` where the cell has those. */
const boxed = /\(0 ?, \$\$+?([^\s.]+)\.\1\)|\$\$+?([^\s.]+)\.\2(?![\w$])/g;

/** A frame in a cell, as `describeFrame` words it. */
const inCell = /((?:Cell|Uncounted cell) \d+), line (\d+), column (\d+)/;

/** A call on the stack, as V8 tells of it. */
export interface CallSite {
  getFileName(): string | null | undefined;
  getFunctionName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  isAsync(): boolean;
  /** Code that was handed to `eval` has the name that its last line gives it. */
  getScriptNameOrSourceURL(): string | null | undefined;
  toString(): string;
}

/** A frame in words: `own` is the reader's code, `internal` nobody's news. */
export interface DescribedFrame {
  text: string;
  own: boolean;
  internal: boolean;
}

/** What is said of frames that are in no cell. */
export interface OtherFrames {
  /** Lines of a cell's script before the cell's own. */
  readonly headLines: number;
  /** The cell that a script's name stands for. */
  cellName(file: string): string;
  /** The function's name, where its author gave it one. */
  functionName(frame: CallSite): string;
  describe(frame: CallSite, file: string): DescribedFrame;
  /** Whether a line of a stack is of whatever loads modules. */
  isLoaders(line: string): boolean;
}

type Format = (error: Error, frames: CallSite[]) => string;

/** V8 asks it for the text of a stack, where it is one of ours. */
const engine = Error as unknown as { prepareStackTrace: Format | undefined };

export class StackTraces {
  readonly #cells = new Map<string, CellProgram & { mappings?: SourceMapMappings }>();

  readonly #others: OtherFrames;

  constructor(others: OtherFrames) {
    this.#others = others;
  }

  /** Makes every `error.stack` of this process, also one that a cell prints, speak of cells and their lines. */
  install(): void {
    engine.prepareStackTrace = this.format;
  }

  /** An error's stack in the reader's terms. */
  readonly format: Format = (error, frames) => {
    const lines = frames.map((frame) => this.#describeFrame(frame));
    const own = lines.filter((line) => line.own).map((line) => line.text);
    // Without a frame of the reader's own, where it happened is all there is to say.
    const shown = own.length > 0 ? own : lines.filter((line) => !line.internal).map((line) => line.text);
    return [headline(error), ...shown.map((text) => `    at ${text}`)].join("\n");
  };

  add(cell: CellProgram): void {
    this.#cells.set(cell.name, cell);
  }

  /** Whatever was thrown: nothing that it does when it is read ends here, and nothing of it is without bound. */
  describe(error: unknown): DescribedError {
    if (!isError(error)) {
      const evalue = plainText(error, {}, messageCharacters);
      return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
    }
    const { name, message } = headOf(error);
    return {
      ename: name,
      evalue: message,
      traceback: this.#traceback(error, new Set()).slice(0, tracebackLines),
    };
  }

  /** An import's error comes out of Node's loader, which knows no cell: the declaration's line is added. */
  placedAtImport(error: unknown, cell: CellProgram, specifier: string): unknown {
    const at = Math.max(cell.source.indexOf(`"${specifier}"`), cell.source.indexOf(`'${specifier}'`));
    if (!isError(error) || at < 0) return error;
    const before = cell.source.slice(0, at).split("\n");
    const place = `    at ${cell.name}, line ${before.length}, column ${before.at(-1)!.length + 1}`;
    const frames = this.#frames(error).filter((line) => !this.#others.isLoaders(line));
    attempt(
      () => {
        error.stack = [headline(error), ...frames, place].join("\n");
      },
      () => {}, // frozen
    );
    return error;
  }

  /** As Node prints it, with the reader's lines: frames, then what else the error carries between braces. */
  #traceback(error: Error, seen: Set<Error>): string[] {
    seen.add(error);
    const frames = this.#frames(error);
    const lines = [headline(error)];
    const excerpt = this.#excerpt(frames.find((frame) => inCell.test(frame)));
    if (excerpt.length > 0) lines.push("", ...excerpt, "");
    lines.push(...frames);
    const carried = this.#carried(error, seen);
    if (carried.length > 0) lines.push(`${lines.pop()} {`, ...carried.map(indented), "}");
    return lines;
  }

  #frames(error: Error): string[] {
    const stack = attempt(
      () => this.#withOwnFormat(() => error.stack),
      () => undefined,
    );
    if (typeof stack !== "string") return [];
    const at = stack.search(/^ {4}at /m);
    if (at < 0) return [];
    const frames = stack
      .slice(at, at + framesCharacters)
      .trimEnd()
      .split("\n");
    return frames.slice(0, mostFrames).map((frame) => shortened(frame, frameCharacters));
  }

  /** A stack is put into words when it is first read: in ours, also where a library has set a format of its own. */
  #withOwnFormat<T>(read: () => T): T {
    const other = engine.prepareStackTrace;
    if (other === this.format) return read();
    engine.prepareStackTrace = this.format;
    try {
      return read();
    } finally {
      engine.prepareStackTrace = other;
    }
  }

  /** Properties of its own, its cause, the errors of an AggregateError. */
  #carried(error: Error, seen: Set<Error>): string[] {
    const lines: string[] = [];
    const properties = attempt(
      () => Object.entries(Object.getOwnPropertyDescriptors(error)),
      () => [],
    );
    for (const [name, { value: known, enumerable, get }] of properties.slice(0, mostCarried)) {
      const value: unknown = get ? unread : known;
      if (name === "cause") lines.push(...this.#inner("[cause]: ", value, seen));
      else if (name === "errors" && Array.isArray(value)) {
        lines.push("[errors]: [");
        for (const one of value.slice(0, mostCarried))
          lines.push(...this.#inner("", one, seen).map(indented));
        if (value.length > mostCarried) lines.push(`  … ${value.length - mostCarried} more`);
        lines.push("]");
      } else if (enumerable && value !== undefined && !told.has(name)) {
        lines.push(
          ...plainText(value, { depth: 2 }, messageCharacters)
            .split("\n")
            .map(prefixed(`${name}: `)),
        );
      }
    }
    return lines;
  }

  #inner(label: string, value: unknown, seen: Set<Error>): string[] {
    const isNew = isError(value) && seen.size < mostErrors && !seen.has(value);
    if (isNew) return this.#traceback(value, seen).map(prefixed(label));
    const text = isError(value) ? headline(value) : plainText(value, { depth: 2 }, messageCharacters);
    return text.split("\n").map(prefixed(label));
  }

  #excerpt(frame: string | undefined): string[] {
    const found = frame && inCell.exec(frame);
    const cell = found && this.#cells.get(found[1]!);
    if (!found || !cell) return [];
    return excerptOf(cell.source, Number(found[2]), Number(found[3]));
  }

  #describeFrame(frame: CallSite): DescribedFrame {
    const file = frame.getFileName() || frame.getScriptNameOrSourceURL() || "";
    const line = (frame.getLineNumber() ?? 1) - this.#others.headLines;
    const place = this.#place(this.#others.cellName(file), line, frame.getColumnNumber() ?? 1);
    if (!place) return this.#others.describe(frame, file);
    const where = `${place.cell.name}, line ${place.line}, column ${place.column}`;
    return {
      text: inFunction(readable(this.#others.functionName(frame)), frame, where),
      own: true,
      internal: false,
    };
  }

  /** The place in the cell that a place in the code it became came from. */
  #place(name: string, line: number, column: number): Place | undefined {
    const cell = this.#cells.get(name);
    if (!cell) return undefined;
    if (!cell.map) return { cell, line, column };
    cell.mappings ??= decode((JSON.parse(cell.map) as { mappings: string }).mappings);
    const emitted = columnBefore(cell.shifts, line - 1, column - 1);
    const [, , originalLine = 0, originalColumn = 0] = segmentAt(cell.mappings, line - 1, emitted) ?? [];
    // tslab puts one line before the cell, so the map's line n, from 0, is the cell's line n, from 1.
    if (originalLine < 1) return { cell, line, column };
    return { cell, line: originalLine, column: originalColumn + 1 };
  }
}

/** `async f (place)`, or the place alone. */
export function inFunction(name: string | null, frame: Pick<CallSite, "isAsync">, where: string): string {
  return name ? `${frame.isAsync() ? "async " : ""}${name} (${where})` : where;
}

/** The last segment at a place or before it. */
function segmentAt(
  mappings: SourceMapMappings,
  line: number,
  column: number,
): SourceMapMappings[number][number] | undefined {
  const own = mappings[line]?.findLast(([start]) => start <= column);
  return (
    own ??
    mappings
      .slice(0, line)
      .findLast((segments) => segments.length > 0)
      ?.at(-1)
  );
}

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

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}

/** Marks the first line. */
function prefixed(label: string): (line: string, index: number) => string {
  return (line, index) => (index === 0 ? label + line : line);
}

function headline(error: unknown): string {
  if (!isError(error)) return plainText(error, {}, messageCharacters);
  const { name, message } = headOf(error);
  return message ? `${name}: ${message}` : name;
}

function headOf(error: Error): { name: string; message: string } {
  const part = (read: () => unknown, limit: number) =>
    attempt(
      () => shortened(String(read()), limit),
      (reason) => `(cannot be read: it threw ${reason})`,
    );
  return {
    name: part(() => error.name || "Error", nameCharacters),
    message: readable(part(() => error.message ?? "", messageCharacters)),
  };
}

function readable(message: string): string {
  return message.replace(boxed, (_, called, used) => called ?? used);
}
