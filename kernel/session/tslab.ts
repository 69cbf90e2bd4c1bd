// What a cell gets when it imports "tslab": that package's display, on this kernel, so that its notebooks run unchanged.
import { base64 } from "../machine/base64";
import { tslabVersion, typescriptVersion } from "../version";
import { type DisplayHandle, display as show } from "./display/display";

/** tslab's own interface: a method a form, each showing at once. */
export interface Display {
  javascript(s: string): void;
  html(s: string): void;
  markdown(s: string): void;
  latex(s: string): void;
  svg(s: string): void;
  png(b: Uint8Array): void;
  jpeg(b: Uint8Array): void;
  gif(b: Uint8Array): void;
  pdf(b: Uint8Array): void;
  text(s: string): void;
  raw(contentType: string, b: string | Uint8Array): void;
}

/** The versions of the tslab that this stands for, and of what runs the cells. */
export const versions = {
  tslab: tslabVersion,
  typescript: typescriptVersion,
  node: globalThis.process?.version ?? "",
};

/** Shows everything as an output of its own. */
export const display: Display = displayBy((bundle) => void show.raw(bundle));

/** Shows everything in one place: what comes later stands where the first was. */
export function newDisplay(): Display {
  let handle: DisplayHandle | undefined;
  return displayBy((bundle) => {
    if (handle) handle.update.raw(bundle);
    else handle = show.raw(bundle);
  });
}

function displayBy(raw: (bundle: Record<string, string>) => void): Display {
  const text = (mime: string) => (s: string) => raw({ [mime]: s });
  const bytes = (mime: string) => (b: Uint8Array) => raw({ [mime]: base64(b) });
  return {
    javascript: text("text/javascript"),
    html: text("text/html"),
    markdown: text("text/markdown"),
    latex: text("text/latex"),
    svg: text("image/svg+xml"),
    png: bytes("image/png"),
    jpeg: bytes("image/jpeg"),
    gif: bytes("image/gif"),
    pdf: bytes("application/pdf"),
    text: text("text/plain"),
    raw: (contentType, b) => raw({ [contentType]: typeof b === "string" ? b : base64(b) }),
  };
}
