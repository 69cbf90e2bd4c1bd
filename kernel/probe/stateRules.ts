// What is wrong with a BatchNorm by itself: its mode, its momentum, its running statistics.
import type { Module } from "../nn";
import { numbersOf } from "../tensor/doors/numbers";
import { type BatchNormLayer, shareOf } from "./batchNorms";
import { finding, type Rule } from "./findings";

const modes: Rule = (norm, call, { model, phase }) => {
  if (phase === "training" && !norm.training) {
    return [
      finding(
        "error",
        call,
        "is in evaluation mode while you train: it ignores the batch, and its running statistics stand still",
        "call net.train() before the training loop, and again after each evaluation",
      ),
    ];
  }
  if (phase === "evaluation" && norm.training) {
    return [
      finding(
        "error",
        call,
        "is in training mode while you evaluate: a sample's output depends on its batch, and evaluating moves the running statistics",
        "call net.eval() before evaluating",
      ),
    ];
  }
  if (norm.training === model.training || norm === (model as Module)) return [];
  return [
    norm.training
      ? finding(
          "warning",
          call,
          "is in training mode inside a model in evaluation mode: a sample's output depends on its batch",
          "call net.eval()",
        )
      : finding(
          "warning",
          call,
          "is in evaluation mode inside a model in training mode: its running statistics stand still",
          "call net.train(); if it is frozen on purpose, freeze γ and β too: requiresGrad_(false)",
        ),
  ];
};

const unmoved = ({ runningMean, runningVar, numBatchesTracked }: BatchNormLayer) =>
  numBatchesTracked?.item() === 0 &&
  numbersOf(runningMean!)[0].every((mean) => mean === 0) &&
  numbersOf(runningVar!)[0].every((variance) => variance === 1);

const momentum: Rule = (norm, call) => {
  const share = shareOf(norm);
  if (!norm.trackRunningStats || share === null) return [];
  const keras = share !== norm.momentum;
  if (share === 0 && norm.training) {
    const start = unmoved(norm) ? "mean 0 and variance 1" : "where they are";
    return [
      finding(
        "warning",
        call,
        `has momentum ${norm.momentum}, which freezes its running statistics at ${start}, while it trains on the batch's`,
        keras
          ? "use 0.99 or 0.9, or put the layer in evaluation mode"
          : "use 0.1, or put the layer in evaluation mode",
      ),
    ];
  }
  if (share < 0.9 || share === 0) return [];
  const problem = `has momentum ${norm.momentum}: its running statistics are little more than the last batch's`;
  const words = keras
    ? "Keras's momentum is the share that is kept: use 0.9 or 0.99"
    : "PyTorch's momentum is the share of the new batch (Keras's 0.99 is 0.01 here): use 0.1 or 0.01";
  return [finding("warning", call, problem, words)];
};

const neverUpdated: Rule = (norm, call) => {
  if (!norm.trackRunningStats || !unmoved(norm)) return [];
  if (!norm.training) {
    return [
      finding(
        "error",
        call,
        "evaluates with mean 0 and variance 1: its running statistics have never seen a batch",
        "train first, load a state with running_mean and running_var, or measure them: nn.utils.updateBn(loader, net)",
      ),
    ];
  }
  const { weight, bias } = norm;
  const trained =
    (weight && numbersOf(weight)[0].some((value) => value !== 1)) ||
    (bias && numbersOf(bias)[0].some((value) => value !== 0));
  if (!trained || shareOf(norm) === 0) return [];
  return [
    finding(
      "warning",
      call,
      "has learned γ and β, but its running statistics have never seen a batch: it was trained in evaluation mode, or loaded without its buffers",
      "train in training mode, or measure them: nn.utils.updateBn(loader, net)",
    ),
  ];
};

const notFinite: Rule = (norm, call) => {
  const { runningMean, runningVar } = norm;
  const bad = [runningMean, runningVar].some(
    (each) => each && numbersOf(each)[0].some((value) => !Number.isFinite(value)),
  );
  return bad
    ? [
        finding(
          "error",
          call,
          "has running statistics that are not finite: a batch with NaN or infinity went through",
          "find that batch, then resetRunningStats() and train on",
        ),
      ]
    : [];
};

export const stateRules: readonly Rule[] = [modes, momentum, neverUpdated, notFinite];
