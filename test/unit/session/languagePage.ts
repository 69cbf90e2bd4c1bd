// A notebook in a page's memory, with TypeScript's own libraries and a few of bnlab's declarations: what its language service says.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { LanguageCell, LanguageQuestion, LanguageQuestions } from "../../../kernel/protocol";
import { NotebookLanguage } from "../../../kernel/session/language/notebookLanguage";
import { type PageCode, pageCodeHost } from "../../../kernel/session/page/codeHost";

const libFolder = path.dirname(createRequire(import.meta.url).resolve("typescript"));
const libs = readdirSync(libFolder).filter((name) => /^lib\.(es|decorators)[^/]*\.d\.ts$/.test(name));

const tensors = `export type Sizes = readonly number[];
export declare class Tensor {
  readonly shape: Sizes;
  readonly data: Float32Array;
  /** The other way round. */
  readonly T: Tensor;
  add(other: Tensor | number): Tensor;
  pow(other: Tensor | number): Tensor;
  eq(other: Tensor | number): Tensor;
  lt(other: Tensor | number): Tensor;
  matmul(other: Tensor): Tensor;
  flatten(from?: number): Tensor;
  reshape(sizes: Sizes): Tensor;
  relu(): Tensor;
  t(): Tensor;
  sum(): Tensor;
  detach(): Tensor;
  fill(value: number): Tensor;
  sort(): Tensor;
  item(): number;
  size(): Sizes;
  size(dim: number): number;
}
export declare class Parameter extends Tensor {}
`;

const layers = `import type { Sizes, Tensor } from "../tensor/tensor";
export declare abstract class Module {
  abstract forward(input: Tensor): Tensor;
}
/** How a layer begins. */
export interface LinearOptions {
  /** Whether there is one. Default true. */
  bias?: boolean;
  /** Where it begins. */
  start?: number;
}
/** A layer of sums. */
export declare class Linear extends Module {
  constructor(from: number, to: number, options?: LinearOptions | boolean);
  forward(input: Tensor): Tensor;
}
export interface ConvOptions {
  stride?: number;
  padding?: number | "same";
  bias?: boolean;
}
export declare class Conv2d extends Module {
  constructor(from: number, to: number, size: number, options?: ConvOptions);
  forward(input: Tensor): Tensor;
}
export declare class BatchNorm2d extends Module {
  constructor(size: number);
  forward(input: Tensor): Tensor;
}
export declare class ReLU extends Module {
  forward(input: Tensor): Tensor;
}
export declare class Sequential extends Module {
  constructor(layers: Module[]);
  constructor(...layers: Module[]);
  readonly layers: Module[];
  append(layer: Module): this;
  forward(input: Tensor): Tensor;
}
`;

const front = `import type { Sizes, Tensor } from "../tensor/tensor";
export type { Sizes } from "../tensor/tensor";
export { Parameter, Tensor } from "../tensor/tensor";
export * as nn from "../nn/layers";
export declare function randn(sizes: Sizes): Tensor;
export declare function zeros(sizes: Sizes): Tensor;
export declare function cat(tensors: Tensor[], dim?: number): Tensor;
export declare function crossEntropy(logits: Tensor, targets: Tensor): Tensor;
/** Begins chance anew. */
export declare function manualSeed(seed: number): void;
/** @deprecated It is old. */
export declare function formerly(): void;
export declare function display(value: unknown): void;
export declare function clearOutput(): void;
`;

/** What TypeScript finds in the page's memory. */
export const pageFiles: PageCode["files"] = {
  ...Object.fromEntries(
    libs.map((name) => [`/lib/${name}`, readFileSync(path.join(libFolder, name), "utf8")]),
  ),
  "/types/@types/page/index.d.ts": "declare function print(...values: unknown[]): void;\n",
  "/types/bnlab/tensor/tensor.d.ts": tensors,
  "/types/bnlab/nn/layers.d.ts": layers,
  "/types/bnlab/cell/bnlab.d.ts": front,
};

/** Cells c0, c1, …; one has a `‸` where the question is about. */
export function marked(...texts: string[]) {
  const at = texts.findIndex((text) => text.includes("‸"));
  const cells = texts.map(
    (text, i): LanguageCell => ({ id: `c${i}`, text: text.replace("‸", ""), language: "typescript" }),
  );
  return { cells, about: { cell: `c${Math.max(0, at)}`, position: texts[at]?.indexOf("‸") ?? 0 } };
}

export function openedLanguage(options: PageCode["options"] = {}, files = pageFiles) {
  const language = new NotebookLanguage(pageCodeHost({ files, options }));
  const answer = <Q extends LanguageQuestion>(
    question: Q,
    cells: LanguageCell[],
    about: LanguageQuestions[Q]["about"],
  ) => language.answer({ question, cells, about } as never) as LanguageQuestions[Q]["answer"];
  const ask = <Q extends LanguageQuestion>(
    question: Q,
    texts: string[],
    more: Partial<LanguageQuestions[Q]["about"]> = {},
  ) => {
    const { cells, about } = marked(...texts);
    return answer(question, cells, { ...about, ...more });
  };
  return { language, answer, ask };
}
