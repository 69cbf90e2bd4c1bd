// The files of a page's kernel, in memory: the page gives some, cells write more, and both have all of them, for a new runner as well.
import type { OpenFile } from "../machine/machine";
import type { Files } from "./machine";
import type { PageFile } from "./wire";

/** What a path stands for is told as Node's file systems tell it. */
export class PageFiles {
  /** By path, those changed last at the end. */
  readonly #files = new Map<string, Blob>();
  readonly #reader = new FileReaderSync();
  readonly #tell: (file: PageFile) => void;

  /** @param tell hears of each file that is written. */
  constructor(tell: (file: PageFile) => void) {
    this.#tell = tell;
  }

  /** Takes a file that the page has. */
  take({ path, content }: PageFile): void {
    this.#files.delete(path);
    this.#files.set(path, content);
  }

  readonly offered: Files = {
    resolve: resolved,
    kind: (given) => this.#kind(resolved(given)),
    files: (given) => this.#names(resolved(given), (rest) => !rest.includes("/")),
    folders: (given) => {
      const names = this.#names(resolved(given), (rest) => rest.includes("/"));
      return names && [...new Set(names.map((rest) => rest.slice(0, rest.indexOf("/"))))].sort();
    },
    open: (given) => this.#open(resolved(given)),
    write: (given, pieces) => {
      const path = resolved(given);
      const refuse = (why: string) => new Error(`expected to write ${path}, but ${why}`);
      if (this.#kind(path) === "folder") throw refuse("it is a folder; add a file name to it");
      if ([...this.#files.keys()].some((file) => path.startsWith(`${file}/`)))
        throw refuse("a part of its path is a file, not a folder");
      const content = new Blob([...pieces].map(unshared));
      this.take({ path, content });
      this.#tell({ path, content });
    },
  };

  #kind(path: string): "file" | "folder" | null {
    if (this.#files.has(path)) return "file";
    return path === "/" || this.#names(path, () => true) ? "folder" : null;
  }

  /** What is below a folder, by the rest of its path. */
  #names(folder: string, wanted: (rest: string) => boolean): string[] | null {
    const start = folder === "/" ? "/" : `${folder}/`;
    const below = [...this.#files.keys()].filter((path) => path.startsWith(start));
    if (below.length === 0 && folder !== "/") return null;
    return below.map((path) => path.slice(start.length)).filter(wanted);
  }

  #open(path: string): OpenFile {
    const content = this.#files.get(path);
    if (!content) {
      const why = this.#kind(path) === "folder" ? "it is a folder" : "there is no such file in this page";
      throw new Error(`expected to read ${path}, but ${why}`);
    }
    return {
      length: content.size,
      read: (begin, end) => new Uint8Array(this.#reader.readAsArrayBuffer(content.slice(begin, end))),
      close() {},
    };
  }
}

/** As Node's `path.resolve` on a machine whose one folder, the notebook's, is the root. */
function resolved(...given: string[]): string {
  const parts: string[] = [];
  for (const part of given
    .flatMap((each) => (each.startsWith("/") ? ["/", each] : each))
    .join("/")
    .split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Memory that threads share goes into no Blob. */
const unshared = (piece: string | Uint8Array): BlobPart =>
  typeof piece === "string" || piece.buffer instanceof ArrayBuffer
    ? (piece as BlobPart)
    : new Uint8Array(piece);
