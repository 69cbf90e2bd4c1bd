// Stack traces in every browser: V8 hands over its frames, the others write texts, which are read.
import {
  type CallSite,
  type DescribedFrame,
  inFunction,
  type OtherFrames,
  type StackTraces,
} from "../session/cells/stackTraces";
import type { CellProgram } from "../session/cells/wire";

/** The cell's code as a script of its own. */
export const scriptText = ({ code, name }: CellProgram): string =>
  `${code}\n//# sourceURL=${encodeURI(name)}`;

/** The address of this script, as frames have it. */
const own = self.location.href;

export class ScriptFrames implements OtherFrames {
  /** The function around a cell has its head on a line of its own. */
  readonly headLines = 1;

  cellName(file: string): string {
    return decodeURI(file);
  }

  functionName(frame: CallSite): string {
    const name = frame.getFunctionName() ?? "";
    return name === "eval" ? "" : name; // V8's word for what was handed to it
  }

  describe(frame: CallSite, file: string): DescribedFrame {
    const internal = file === "" || file === own;
    const where = `${file}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
    return { text: inFunction(this.functionName(frame), frame, where), own: !internal, internal };
  }

  isLoaders(line: string): boolean {
    return line.includes(own);
  }
}

/** Makes every `error.stack` of this worker speak of cells and their lines. */
export function tellStacks(traces: StackTraces): void {
  traces.install();
  const getter = Object.getOwnPropertyDescriptor(Error.prototype, "stack")?.get;
  if (getter === undefined) return;
  const setter = Object.getOwnPropertyDescriptor(Error.prototype, "stack")?.set;
  Object.defineProperty(Error.prototype, "stack", {
    get(this: Error) {
      const text: unknown = Reflect.apply(getter, this, []);
      // What somebody has set is no text of the engine's.
      return typeof text === "string" && !/^ {4}at /m.test(text) ? traces.format(this, framesIn(text)) : text;
    },
    set: setter,
    configurable: true,
  });
}

/** `name@file:line:column`, a line each: Firefox and Safari. */
function framesIn(text: string): CallSite[] {
  return text.split("\n").flatMap((line) => {
    const found = /^(?:(async)\*)?([^@]*)@(.*?):(\d+):(\d+)$/.exec(line);
    if (!found) return [];
    const [, isAsync, name = "", file = "", row, column] = found;
    return [new TextFrame(file, name, Number(row), Number(column), isAsync !== undefined)];
  });
}

class TextFrame implements CallSite {
  readonly #file: string;
  readonly #name: string;
  readonly #line: number;
  readonly #column: number;
  readonly #isAsync: boolean;

  constructor(file: string, name: string, line: number, column: number, isAsync: boolean) {
    this.#file = file;
    this.#name = name;
    this.#line = line;
    this.#column = column;
    this.#isAsync = isAsync;
  }

  getFileName = (): string => this.#file;
  getScriptNameOrSourceURL = (): string => this.#file;
  getFunctionName = (): string => this.#name.replace(/[/<]+$/, "").replace(/^.*\//, "");
  getLineNumber = (): number => this.#line;
  getColumnNumber = (): number => this.#column;
  isAsync = (): boolean => this.#isAsync;
}
