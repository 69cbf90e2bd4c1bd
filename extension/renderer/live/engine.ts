// The engine of the page: packed in the page itself, or in a file beside it; unpacked with the first run.
import { gunzipSync } from "fflate";
import { bytesOfBase64 } from "../../../kernel/machine/base64";
import type { Transport } from "../../../kernel/protocol";
import { type LanguageParts, startWebKernel } from "../../../kernel/web/startKernel";
import { elementOf } from "./savedPage";
import { words } from "./words";

/** What the exporter packs, by name: texts by gzip into base64. */
type Packed = Readonly<Record<"kernel" | "runner" | "typescript" | "types", string>>;

/** What the file beside the page defines. */
declare global {
  var bnlabEngine: Packed | undefined;
}

/** Unpacked once for all kernels of the page. */
let scripts: { kernel: Blob; runner: Blob } | undefined;
let language: Promise<LanguageParts> | undefined;

export async function startEngine(): Promise<Transport> {
  const packed = await packedEngine();
  scripts ??= { kernel: unpacked(packed.kernel), runner: unpacked(packed.runner) };
  return startWebKernel({
    ...scripts,
    language: () => {
      language ??= unpackedLanguage(packed);
      return language;
    },
  });
}

async function unpackedLanguage({ typescript, types }: Packed): Promise<LanguageParts> {
  return {
    typescript: unpacked(typescript),
    types: JSON.parse(await unpacked(types).text()) as LanguageParts["types"],
  };
}

const unpacked = (text: string) => new Blob([gunzipSync(bytesOfBase64(text))], { type: "text/javascript" });

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
