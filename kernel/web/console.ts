// The console of a page's cells: texts as Node's console writes them, below the cell.
import { format, formatWithOptions, inspect } from "node-inspect-extracted";

type Write = (name: "stdout" | "stderr", text: string) => void;

/** What one level of `console.group` moves lines by. */
const step = "  ";

/** The methods, to be put in place of the worker's own. */
export function cellConsole(write: Write): Record<string, (...args: unknown[]) => void> {
  let indentation = "";
  const counts = new Map<string, number>();
  const started = new Map<string, number>();
  const line = (name: "stdout" | "stderr", text: string) =>
    write(name, `${indentation === "" ? text : text.replace(/^/gm, indentation)}\n`);
  const log = (...values: unknown[]) => line("stdout", format(...values));
  const complain = (...values: unknown[]) => line("stderr", format(...values));
  const since = (label: string) => elapsed(performance.now() - started.get(label)!);
  const timed = (label: string, act: () => void) => {
    if (started.has(label)) act();
    else complain(`No such label '${label}' for console.time()`);
  };
  const group = (...values: unknown[]) => {
    if (values.length > 0) log(...values);
    indentation += step;
  };
  return {
    log,
    info: log,
    debug: log,
    warn: complain,
    error: complain,
    dirxml: log,
    trace: (...values) => {
      const { stack = "" } = Object.assign(new Error(format(...values)), { name: "Trace" });
      complain(stack);
    },
    assert: (holds, ...values) => {
      if (holds) return;
      if (typeof values[0] === "string") values[0] = `Assertion failed: ${values[0]}`;
      else values.unshift("Assertion failed");
      complain(...values);
    },
    dir: (value, options) => line("stdout", inspect(value, { customInspect: false, ...(options as object) })),
    table: (value, columns) =>
      line("stdout", tableText(value, columns as string[] | undefined) ?? format(value)),
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indentation = indentation.slice(step.length);
    },
    count: (label = "default") => {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      log(`${label}: ${count}`);
    },
    countReset: (label = "default") => void counts.delete(String(label)),
    time: (label = "default") => void started.set(String(label), performance.now()),
    timeLog: (label = "default", ...values) =>
      timed(String(label), () => log(`${label}: ${since(String(label))}`, ...values)),
    timeEnd: (label = "default") =>
      timed(String(label), () => {
        log(`${label}: ${since(String(label))}`);
        started.delete(String(label));
      }),
    clear: () => {},
  };
}

function elapsed(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Number(milliseconds.toFixed(3))}ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(3)}s`;
  const seconds = Math.floor(milliseconds / 1_000);
  const rest = String(Math.floor(milliseconds % 1_000)).padStart(3, "0");
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}.${rest} (m:ss.mmm)`;
}

/** A list or an object as Node's box of rows; undefined for what has none. */
function tableText(value: unknown, chosen?: readonly string[]): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const rows: [index: string, row: unknown][] =
    value instanceof Map || value instanceof Set
      ? [...value].map((row, i) => [String(i), row])
      : Object.entries(value);
  const show = (cell: unknown) =>
    formatWithOptions({ maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY, depth: 0 }, "%O", cell);
  const isRecord = (row: unknown): row is object => typeof row === "object" && row !== null;
  const columns = chosen ?? [...new Set(rows.flatMap(([, row]) => (isRecord(row) ? Object.keys(row) : [])))];
  const hasValues = rows.some(([, row]) => !isRecord(row));
  const head = ["(index)", ...columns, ...(hasValues ? ["Values"] : [])];
  const body = rows.map(([index, row]) => [
    index,
    ...columns.map((name) =>
      isRecord(row) && Object.hasOwn(row, name) ? show((row as Record<string, unknown>)[name]) : "",
    ),
    ...(hasValues ? [isRecord(row) ? "" : show(row)] : []),
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...body.map((cells) => cells[i]!.length)) + 2);
  const rule = (left: string, between: string, right: string) =>
    `${left}${widths.map((width) => "─".repeat(width)).join(between)}${right}`;
  const lineOf = (cells: string[]) => `│${cells.map((cell, i) => ` ${cell}`.padEnd(widths[i]!)).join("│")}│`;
  return [
    rule("┌", "┬", "┐"),
    lineOf(head),
    rule("├", "┼", "┤"),
    ...body.map(lineOf),
    rule("└", "┴", "┘"),
  ].join("\n");
}
