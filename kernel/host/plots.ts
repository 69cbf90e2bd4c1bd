// What Node gives the charts: files, zlib, and the viewer's script from beside the built kernel.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";
import type { PlotHost } from "../plot/host";

export const nodePlots: PlotHost = {
  write(file, text) {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(file, text);
  },
  deflate: (bytes) => deflateSync(bytes),
  viewerScript: () => readFileSync(new URL("../renderer/standalone.js", import.meta.url), "utf8"),
};
