// What rooms without Node or a web page need of the machine they are on: files, gzip, settings, how values are printed. host/ lends Node's, web/ a browser's.

/** A file that is read in parts. */
export interface OpenFile {
  /** Bytes. */
  readonly length: number;
  /** The bytes from `begin` up to `end`, or to the file's end. */
  read(begin: number, end: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

export interface Machine {
  /** Where the user has MNIST's files; undefined where nobody has said so. */
  mnistFolder(): string | undefined;
  /** What is said beside where a file does not exist: what to do about it, where that is not plain. */
  readonly onMissing: string;
  /** A path from the machine's root; a relative one starts in the notebook's folder. */
  resolve(...path: string[]): string;
  /** What is under a path; null where nothing is. */
  kind(path: string): "file" | "folder" | null;
  /** The names of a folder's files, those changed last at the end; null where there is no such folder. */
  files(folder: string): string[] | null;
  /** The names of a folder's folders, sorted; null where there is no such folder. */
  folders(folder: string): string[] | null;
  /** Throws an Error that names the path where there is no such file. */
  open(path: string): OpenFile;
  /** Writes a file, its folder too; what was there, or what a link leads to, is replaced once the new file is whole. */
  write(path: string, pieces: Iterable<string | Uint8Array>): void;
  /** The content of gzip data; throws an Error for what is none. */
  gunzip(bytes: Uint8Array): Uint8Array;
  /** What zlib's deflate was given; throws an Error for what is no zlib data. */
  inflate(bytes: Uint8Array): Uint8Array;
  /** zlib's deflate; null where there is none. */
  deflate: ((bytes: Uint8Array) => Uint8Array) | null;
  /** The script that draws figures on a web page: it defines `bnlabPlotly.draw(element, figure)`. */
  viewerScript(): string;
  /** Resolves when the event loop has turned: timers have run, an interrupt has arrived. */
  turn(): Promise<void>;
  /** Said right before a notebook's function is called and its promise awaited: where a page waits, it may let messages through at once. */
  awaits(callee: unknown): void;
  /** Any value as Node prints it; throws what the value's own code throws. */
  inspect(value: unknown, options?: InspectOptions): string;
  isNativeError(value: unknown): value is Error;
  isPromise(value: unknown): value is Promise<unknown>;
  /** Whether it stands for another object; false also where the engine does not tell. */
  isProxy(value: unknown): boolean;
  /** What lines can be written over on; null where there is none. */
  terminal(): { write(text: string): void } | null;
  /** Asks whoever sits at the machine for a line. */
  ask(prompt: string): Promise<string>;
}

/** What of Node's `inspect` is asked for. */
export interface InspectOptions {
  breakLength?: number;
  colors?: boolean;
  compact?: boolean;
  customInspect?: boolean;
  depth?: number;
  maxArrayLength?: number;
  maxStringLength?: number;
  numericSeparator?: boolean;
}

/** A value's method under this symbol says how Node prints it. */
export const inspectSymbol: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

const none = (what: string, use: string) => (): never => {
  throw new Error(`expected ${what} to ${use}; there is none here`);
};

const bare: Machine = {
  mnistFolder: () => undefined,
  onMissing: "",
  resolve: (...path) => path.join("/"),
  kind: () => null,
  files: () => null,
  folders: () => null,
  open: none("a file system", "read files from"),
  write: none("a file system", "write files to"),
  gunzip: none("gzip", "unpack files with"),
  inflate: none("zlib", "unpack pictures with"),
  deflate: null,
  viewerScript: none("the built viewer", "save a page with"),
  turn: () => new Promise((resolve) => setTimeout(resolve, 0)),
  awaits: () => {},
  inspect: String,
  isNativeError: (value) => value instanceof Error,
  isPromise: (value) => value instanceof Promise,
  isProxy: () => false,
  terminal: () => null,
  ask: none("a terminal", "ask at"),
};

let current = bare;

/** One a process: files and settings are the same for every notebook. */
export function setMachine(machine: Machine): void {
  current = machine;
}

export const machine = (): Machine => current;

/** A file as text, UTF-8. */
export const textOf = (path: string): string => new TextDecoder().decode(bytesOf(path));

/** All bytes of a file. */
export function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  const file = current.open(path);
  try {
    return file.read(0, file.length);
  } finally {
    file.close();
  }
}
