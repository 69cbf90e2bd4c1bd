// An error below its cell: what is wrong, what to do about it, the lines around it, and the frames, whose places are links. Lines of
// words wrap; lines of code scroll.
import { element } from "../element";

/** As VS Code keeps errors. */
export interface ShownError {
  name: string;
  message: string;
  stack: string;
}

/** A place in code that a reader may go to: in the cell of that execution, or in a file. */
export interface Place {
  cell?: number;
  file?: string;
  line: number;
  column: number;
}

export function asError(value: unknown): ShownError {
  const { name = "Error", message = "", stack = "" } = (value ?? {}) as Partial<ShownError>;
  return { name: plain(name), message: plain(message), stack: plain(stack) };
}

/** Without a terminal's colors, which some libraries put into messages. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const plain = (text: unknown) => String(text).replace(/\x1b\[[\d;]*m/g, "");

/** `Cell 3, line 1, column 54`; `/folder/file.ts:12:5`. */
const place =
  /\bCell (?<cell>\d+), line (?<line>\d+), column (?<column>\d+)|(?<file>(?:[A-Za-z]:)?[\\/][^():]+):(?<fileLine>\d+):(?<fileColumn>\d+)/;

export function errorView(error: ShownError, open: (place: Place) => void): HTMLElement {
  const view = element("div", "bnlab-error");
  const head = view.appendChild(element("div", "head"));
  head.append(element("span", "name", error.name), ": ");
  // Our errors end in what to do.
  const [, wrong = error.message, remedy] = /^(.*\S); (\S[^;]{7,})$/s.exec(error.message) ?? [];
  head.append(wrong);
  if (remedy !== undefined) view.append(element("div", "remedy", remedy));

  const headline = `${error.name}: ${error.message}`;
  const stack = error.stack.startsWith(headline) ? error.stack.slice(headline.length) : error.stack;
  let code: HTMLElement | undefined;
  for (const line of stack.split("\n")) {
    if (/^\s*at /.test(line)) {
      view.append(frame(line.trim(), open));
      code = undefined;
    } else if (code) code.append(`\n${line}`);
    else if (line.trim() !== "") {
      code = element("pre", "code", line);
      code.tabIndex = 0; // scrolled by keys too
      view.append(code);
    }
  }
  return view;
}

function frame(text: string, open: (place: Place) => void): HTMLElement {
  const line = element("div", "frame");
  const found = place.exec(text);
  if (!found) {
    line.textContent = text;
    return line;
  }
  const groups = found.groups ?? {};
  const link = element("a", "", found[0]) as HTMLAnchorElement;
  link.href = "#";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    open({
      ...(groups.cell === undefined ? { file: groups.file } : { cell: Number(groups.cell) }),
      line: Number(groups.line ?? groups.fileLine),
      column: Number(groups.column ?? groups.fileColumn),
    });
  });
  line.append(text.slice(0, found.index), link, text.slice(found.index + found[0].length));
  return line;
}
