// The engine of the page: packed in the page itself, or in a file beside it; unpacked with the first run.
import { type LanguageParts, startWebKernel, type WebKernel } from "../../../kernel/web/startKernel";
import type { Files } from "./files";
import { elementOf } from "./savedPage";
import { unpacked } from "./unpacked";
import { words } from "./words";

/** What the exporter packs, by name: texts by gzip into base64. */
type Packed = Readonly<Record<"kernel" | "runner" | "typescript" | "files", string>>;

/** What the file beside the page defines. */
declare global {
  var bnlabEngine: Packed | undefined;
}

/** Unpacked once for all kernels of the page. */
let scripts: { kernel: Blob; runner: Blob } | undefined;
let language: LanguageParts | undefined;

export async function startEngine(files: Files): Promise<WebKernel> {
  const packed = await packedEngine();
  scripts ??= { kernel: scriptOf(packed.kernel), runner: scriptOf(packed.runner) };
  const parts = {
    ...scripts,
    language: async () => {
      language ??= unpackedLanguage(packed);
      return language;
    },
  };
  const kernel = startWebKernel(parts, { files: files.all, onFile: (file) => files.wrote(file) });
  files.onAdd = (file) => kernel.give(file);
  return kernel;
}

function unpackedLanguage({ typescript, files }: Packed): LanguageParts {
  return {
    typescript: scriptOf(typescript),
    files: JSON.parse(new TextDecoder().decode(unpacked(files))) as LanguageParts["files"],
  };
}

const scriptOf = (packed: string) => new Blob([unpacked(packed)], { type: "text/javascript" });

async function packedEngine(): Promise<Packed> {
  await wholePage();
  await seen();
  const { dataset, textContent } = elementOf("bnlab-engine");
  if (dataset.at !== undefined) return engineBeside(dataset.at);
  return JSON.parse(textContent ?? "") as Packed;
}

/** What is told of the start is to be seen before the page is busy. */
const seen = () => new Promise((resolve) => setTimeout(resolve, 30));

/** The engine stands at the page's end, which a slow line may still bring. */
async function wholePage(): Promise<void> {
  if (document.readyState !== "loading") return;
  await new Promise((loaded) => document.addEventListener("DOMContentLoaded", loaded, { once: true }));
}

/** A script, not a request: pages that were opened as files may load scripts alone. */
async function engineBeside(address: string): Promise<Packed> {
  if (globalThis.bnlabEngine) return globalThis.bnlabEngine;
  const script = document.createElement("script");
  script.src = address;
  await new Promise<void>((loaded, failed) => {
    script.onload = () => loaded();
    script.onerror = () =>
      failed(new Error(words("The file {0} could not be loaded; it belongs beside this page.", address)));
    document.head.append(script);
  });
  if (globalThis.bnlabEngine) return globalThis.bnlabEngine;
  throw new Error(words("A part of this page is missing; export the notebook again."));
}
