// A finding of the lint, and what a rule is. Imports types only, but for the layers' names.
import type { Module } from "../nn";
import type { BatchNormLayer } from "./batchNorms";
import type { LayerCall } from "./layerGraph";
import { labelOf } from "./layers";

export interface Finding {
  /** error: it fails or gives nonsense; warning: it does harm; note: it is of no use, or noisy. */
  readonly severity: "error" | "warning" | "note";
  /** `1 BatchNorm1d`. */
  readonly layer: string;
  /** What is wrong. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
}

/** What the rules are asked about. */
export interface Subject {
  readonly model: Module;
  readonly calls: readonly LayerCall[];
  /** What the caller is about to do, if it was said. */
  readonly phase: "training" | "evaluation" | null;
}

/** Asked about each BatchNorm once. */
export type Rule = (norm: BatchNormLayer, call: LayerCall, subject: Subject) => Finding[];

export const finding = (
  severity: Finding["severity"],
  { name, module }: LayerCall,
  problem: string,
  remedy: string,
): Finding => ({
  severity,
  layer: labelOf(name, module),
  problem,
  remedy,
});

/** Errors first, then warnings, then notes; each in the order they came. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return (["error", "warning", "note"] as const).flatMap((severity) =>
    findings.filter((each) => each.severity === severity),
  );
}
