// Frames of a stack that are in files: those that cells import with the lines that their authors wrote.
import { findSourceMap } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type CallSite, type DescribedFrame, inFunction, type OtherFrames } from "../cells/stackTraces";

/** The build's folder: the runner's own frames and those of the libraries that came with it are no news to a reader. */
const dist = new URL(".", import.meta.url).href;

export class FileFrames implements OtherFrames {
  readonly headLines = 0; // the script is told where the cell begins

  cellName(file: string): string {
    return file;
  }

  functionName(frame: CallSite): string {
    return frame.getFunctionName() ?? "";
  }

  describe(frame: CallSite, file: string): DescribedFrame {
    const internal = file === "" || file.startsWith("node:") || file.startsWith(import.meta.url);
    const isReaders = !internal && !file.includes("/node_modules/") && !file.startsWith(dist);
    return { text: isReaders ? inFile(frame, file) : frame.toString(), own: isReaders, internal };
  }

  isLoaders(line: string): boolean {
    return line.includes("node:") || line.includes(dist);
  }
}

function inFile(frame: CallSite, file: string): string {
  if (!file.startsWith("file:") && !path.isAbsolute(file)) return frame.toString();
  let [line, column] = [frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1];
  const entry = findSourceMap(file)?.findEntry(line - 1, column - 1);
  if (entry && "originalLine" in entry) [line, column] = [entry.originalLine + 1, entry.originalColumn + 1];
  const where = `${file.startsWith("file:") ? fileURLToPath(file) : file}:${line}:${column}`;
  return inFunction(frame.getFunctionName(), frame, where);
}
