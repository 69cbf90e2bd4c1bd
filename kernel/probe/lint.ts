// Looks for what commonly goes wrong with BatchNorm: in the model's structure and state, and in a batch of its data.
import { DataLoader } from "../data";
import type { Module } from "../nn";
import { forkRng, Tensor } from "../tensor";
import { describe, requireKnown } from "../tensor/arguments";
import { htmlTable, localized, plural } from "../words";
import { isBatchNorm } from "./batchNorms";
import { type Batch, batchFindings, batchRules } from "./batchRules";
import { bySeverity, type Finding } from "./findings";
import { chainedCalls, tracedCalls } from "./layerGraph";
import { requireModel } from "./layers";
import { stateRules } from "./stateRules";
import { structureRules } from "./structureRules";

export interface LintOptions {
  /** What you are about to do: in the other mode every BatchNorm is an error then. Default: not said. */
  phase?: "training" | "evaluation";
}

/** What the lint has found; leave it at the end of a cell to see it as a table. */
export class LintReport {
  /** What `lint` found, and in how many layers. */
  constructor(
    /** Errors first, then warnings, then notes. */
    readonly findings: readonly Finding[],
    /** BatchNorm layers looked at. */
    readonly layers: number,
  ) {
    requireKnown(new.target.name, arguments, 2);
  }

  /** The findings as lines, each with what to do. */
  toString(): string {
    const lines = this.findings.map(
      ({ severity, layer, problem, remedy }) =>
        `${localized(severity)}${localized(": ")}${localized(layer)} ${localized(problem)}\n  → ${localized(remedy)}`,
    );
    return [this.#headline, ...lines].join("\n");
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const rows = this.findings.map(({ severity, layer, problem, remedy }) => {
      return [`${marks[severity]} ${layer}`, problem, remedy];
    });
    const html =
      rows.length === 0
        ? `<p>${this.#headline}</p>`
        : htmlTable(["layer", "what is wrong", "what to do"], rows, [this.#headline, "", ""], 3);
    return { "text/plain": this.toString(), "text/html": html };
  }

  get #headline(): string {
    const layers = plural(this.layers, "BatchNorm layer");
    const count = this.findings.length;
    return localized(count === 0 ? `nothing found in ${layers}` : `${plural(count, "finding")} in ${layers}`);
  }
}

const marks = { error: "✗", warning: "▲", note: "·" } as const;

/**
 * Says where a model's BatchNorm layers will not do what is wanted: in the wrong mode, on batches too small, with statistics
 * that never moved or do not fit, after dropout, behind a bias, at the end.
 *
 * Without data it reads Sequentials only; with a batch it follows one forward through any model, and looks at the statistics.
 * Of a loader it takes one batch in an order of its own. Model, loader and random stream are left as they were.
 *
 * @example probe.lint(net, loader, { phase: "training" })
 * @throws TypeError if `data` is neither a batch nor gives batches; what the model throws for the batch goes through.
 */
export function lint(model: Module, data?: Batch | Iterable<Batch>, { phase }: LintOptions = {}): LintReport {
  requireKnown("lint", arguments, 3, ["phase"]);
  requireModel("lint", model);
  if (phase !== undefined && phase !== "training" && phase !== "evaluation") {
    throw new RangeError(`lint: expected phase "training" or "evaluation", got ${describe(phase)}`);
  }
  const batch = data === undefined ? null : forkRng(() => [batchOf(data)])[0]!;
  const input = batch && (batch instanceof Tensor ? batch : batch[0]);
  const calls = input === null ? chainedCalls(model) : tracedCalls(model, input);
  const rules = [...stateRules, ...batchRules, ...structureRules];
  const seen = new Set<Module>();
  const findings = calls.flatMap((call) => {
    const { module } = call;
    if (!isBatchNorm(module) || seen.has(module)) return [];
    seen.add(module);
    return rules.flatMap((rule) => rule(module, call, { model, calls, phase: phase ?? null }));
  });
  const layers = model.modules().filter(isBatchNorm);
  if (layers.some(({ training }) => training)) findings.push(...batchFindings(data, batch));
  return new LintReport(bySeverity(findings), layers.length);
}

function batchOf(data: Batch | Iterable<Batch>): Batch {
  if (isBatch(data)) return data;
  if (typeof data?.[Symbol.iterator] !== "function") {
    throw new TypeError(`lint: expected a tensor, [input, ...] or a loader of them, got ${describe(data)}`);
  }
  for (const batch of data instanceof DataLoader
    ? [data.peek()].filter((batch) => batch !== undefined)
    : data) {
    if (isBatch(batch)) return batch;
    throw new TypeError(`lint: expected batches that are or begin with a tensor, got ${describe(batch)}`);
  }
  throw new TypeError("lint: expected a loader with a batch, got an empty one");
}

function isBatch(data: unknown): data is Batch {
  return data instanceof Tensor || (Array.isArray(data) && data[0] instanceof Tensor);
}
