// A cell's code as a debugger is told of it: under the name of a file, with a map to what the reader wrote.
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import type { CellProgram } from "../cells/wire";

/** What `emit.ts` puts at the head of a loop's body: no place to stop at. */
const ofLoops = /(?<=\{ )(?:(?:await )?\$\$+\.on\(\); )+/g;

/** The file that a cell's code is said to be in: a run has a name of its own, the cell's text has that of the cell. */
export function scriptPath({ file, id }: CellProgram): string | undefined {
  return file?.replace(/(\.\w+)?$/, `-${id}.js`);
}

/**
 * The map from a cell's code to its text, as an address. V8 counts the code's lines from the one that the cell begins with.
 */
export function sourceMapOf(program: CellProgram): string {
  const map = {
    version: 3,
    sources: [program.file],
    sourcesContent: [program.source],
    names: [],
    mappings: encode(mappingsOf(program)),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(map));
  return `data:application/json;base64,${Buffer.from(bytes).toString("base64")}`;
}

/** The line of a cell's text, from 0, that a place in its code came from; none where the kernel has put it there. */
export function textLine(program: CellProgram, line: number, column: number): number | undefined {
  return mappingsOf(program)[line]?.findLast(([start]) => start <= column)?.[2];
}

const known = new WeakMap<CellProgram, SourceMapSegment[][]>();

function mappingsOf(program: CellProgram): SourceMapSegment[][] {
  const mappings = known.get(program) ?? (program.map === "" ? [] : placed(program));
  known.set(program, mappings);
  return mappings;
}

/** TypeScript's segments, moved to where the edits have put what they stand for. */
function placed({ map, shifts, code }: CellProgram): SourceMapSegment[][] {
  const lines = code.split("\n").slice(1); // before it is the head of the function around the cell
  return decode((JSON.parse(map) as { mappings: string }).mappings).map((segments, line) => {
    const own = shifts.filter(([of]) => of === line);
    const moved = segments.flatMap(([column, source, originalLine = 0, originalColumn = 0]) => {
      // tslab puts one line before the cell.
      if (source === undefined || originalLine < 1) return [];
      return [[columnAfter(own, column), 0, originalLine - 1, originalColumn] satisfies SourceMapSegment];
    });
    return withoutLoopCalls(moved, lines[line] ?? "");
  });
}

function columnAfter(shifts: CellProgram["shifts"], column: number): number {
  let gained = 0;
  for (const [, end, by] of shifts) {
    if (end - gained - by > column) break;
    gained += by;
  }
  return column + gained;
}

/** What the kernel has put there is the map's silence: a debugger steps over it. */
function withoutLoopCalls(segments: SourceMapSegment[], line: string): SourceMapSegment[] {
  const all = [...segments];
  for (const { index, 0: call } of line.matchAll(ofLoops)) {
    const end = index + call.length;
    const before = segments.findLast(([column]) => column <= index);
    all.push([index]);
    if (before && end < line.length && !segments.some(([column]) => column === end))
      all.push([end, ...before.slice(1)] as unknown as SourceMapSegment);
  }
  return all
    .filter(([column, ...rest]) => rest.length === 0 || !isInCall(line, column))
    .sort(([a], [b]) => a - b);
}

function isInCall(line: string, column: number): boolean {
  return [...line.matchAll(ofLoops)].some(
    ({ index, 0: call }) => index <= column && column < index + call.length,
  );
}
