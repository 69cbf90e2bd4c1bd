// What a session's cells were, for clients that ask: `history_request` by range, tail and pattern. It ends with the kernel.
import type { HistoryEntry, Requests } from "../protocol";

/** What sessions are numbered from; a kernel has one. */
const onlySession = 1;

interface Line {
  count: number;
  input: string;
  output: string | null;
}

export class History {
  readonly #lines: Line[] = [];

  add(count: number, input: string): void {
    this.#lines.push({ count, input, output: null });
  }

  /** Notes the text of the last line's result. */
  result(text: string): void {
    const last = this.#lines.at(-1);
    if (last) last.output = text;
  }

  find(request: Requests["history_request"]): HistoryEntry[] {
    return this.#chosen(request).map(({ count, input, output }) => [
      onlySession,
      count,
      request.output ? [input, output] : input,
    ]);
  }

  #chosen(request: Requests["history_request"]): Line[] {
    if (request.hist_access_type === "range") {
      const { session = 0, start = 0, stop } = request;
      if (session !== 0 && session !== onlySession) return [];
      return this.#lines.filter(({ count }) => count >= start && count < (stop ?? Number.POSITIVE_INFINITY));
    }
    const n = request.n ?? this.#lines.length;
    if (request.hist_access_type === "tail") return last(this.#lines, n);
    const matches = globPattern(request.pattern || "*");
    const found = this.#lines.filter(({ input }) => matches.test(input));
    // Of equal inputs the latest counts.
    const unique = new Map(found.map((line) => [line.input, line]));
    return last(request.unique ? [...unique.values()] : found, n);
  }
}

function last<T>(list: readonly T[], n: number): T[] {
  return list.slice(Math.max(0, list.length - n));
}

/** `*` any characters, `?` any one, as in file names; the whole input must match. */
function globPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
