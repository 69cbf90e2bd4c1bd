// What figures need of the machine they are on and do not reach for themselves: files, zlib, the viewer's script.
import { storedZlib } from "./svg/zlib";

export interface PlotHost {
  /** Writes a text file, its folder too. */
  write(path: string, text: string): void;
  /** zlib's deflate. */
  deflate(bytes: Uint8Array): Uint8Array;
  /** The script that draws figures on a web page: it defines `bnlabPlotly.draw(element, figure)`. */
  viewerScript(): string;
}

const bare: PlotHost = {
  write: (path) => {
    throw new Error(`save: expected a file system to write ${path} to; there is none here`);
  },
  deflate: storedZlib,
  viewerScript: () => {
    throw new Error("save: expected the built viewer to save a page with; there is none here");
  },
};

let current = bare;

/** One a process: the files and the zlib of a machine are the same for every notebook. */
export function setPlotHost(host: PlotHost): void {
  current = host;
}

export const host = (): PlotHost => current;
