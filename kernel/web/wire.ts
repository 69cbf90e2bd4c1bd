// What a host, the kernel's worker and the runner's say to each other beside Jupyter's messages: types only.
import type { AnyMessage } from "../protocol";
import type { Posted, ToRunner } from "../session/cells/wire";

/** The text of a script. */
export type Source = Blob | string;

/** A file of the page: cells name it by its path from the root, which is the notebook's folder. */
export interface PageFile {
  path: string;
  content: Blob;
}

/** TypeScript, and the declarations that cells are checked with. */
export interface LanguageParts {
  /** `dist/typescript/typescript.js.gz`, unpacked: it defines `bnlabTypeScript`, what `session/page/typescript.ts` exports. */
  typescript: Source;
  /** `dist/typescript/declarations.json.gz`: the texts of declaration files by their paths. */
  files: Readonly<Record<string, string>>;
}

/** Host → kernel. */
export type ToKernel =
  | { type: "start"; runner: Source; files: readonly PageFile[] }
  /** The page has one more file, or another in its place. */
  | { type: "file"; file: PageFile }
  | { type: "language"; parts: LanguageParts }
  /** There will be no TypeScript: why, in words. */
  | { type: "noLanguage"; reason: string }
  | { type: "message"; message: AnyMessage };

/** Kernel → host. */
export type FromKernel =
  | { type: "message"; message: AnyMessage }
  /** A cell has written it. */
  | { type: "file"; file: PageFile }
  | { type: "closed" };

/** Kernel → runner: its own script comes first, for the threads of the runtime. */
export type ToRunnerWorker =
  | ToRunner
  | { type: "start"; runner: Source }
  | { type: "file"; file: PageFile }
  /** An address that is there until the next cell is to stop. */
  | { type: "sign"; address: string };

/** Runner → kernel. */
export type FromRunnerWorker = Posted | { file: PageFile };
