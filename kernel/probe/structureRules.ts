// What is wrong with where a BatchNorm stands: after dropout, behind a bias, twice, at the end.
import {
  Conv1d,
  Conv2d,
  type Dropout,
  Flatten,
  Identity,
  Linear,
  LogSoftmax,
  type Module,
  Softmax,
} from "../nn";
import { isBatchNorm } from "./batchNorms";
import { finding, type Rule } from "./findings";
import { isDropout, type LayerCall } from "./layerGraph";
import { labelOf } from "./layers";

/** The call before, past layers that hand the numbers on as they are. */
function source({ previous }: LayerCall): LayerCall | null {
  const passes = ({ module }: LayerCall) => module instanceof Flatten || module instanceof Identity;
  let at = previous;
  while (at !== null && passes(at)) at = at.previous;
  return at;
}

const biasBefore: Rule = (_norm, call) => {
  const before = source(call);
  if (
    before === null ||
    !(before.module instanceof Linear || before.module instanceof Conv1d || before.module instanceof Conv2d)
  )
    return [];
  if (before.module.bias === null) return [];
  return [
    finding(
      "note",
      before,
      `has a bias that ${labelOf(call.name, call.module)} subtracts again with the mean: its gradient is 0`,
      "make it with { bias: false }; β does its work",
    ),
  ];
};

const dropoutBefore: Rule = (_norm, call) => {
  for (let at = call.previous; at !== null && !isBatchNorm(at.module); at = at.previous) {
    if (!isDropout(at.module) || (at.module as Dropout).p === 0) continue;
    return [
      finding(
        "warning",
        call,
        `comes after ${labelOf(at.name, at.module)}: dropout raises the variance in training and not in evaluation, so the running variance is too large (Li et al. 2018)`,
        "move dropout behind the last BatchNorm, or leave it out",
      ),
    ];
  }
  return [];
};

const twice: Rule = (_norm, call, { calls }) => {
  const before = source(call);
  if (before !== null && isBatchNorm(before.module)) {
    return [
      finding(
        "warning",
        call,
        `normalizes again what ${labelOf(before.name, before.module)} has just normalized: the first one's γ and β have no effect`,
        "leave one of the two out",
      ),
    ];
  }
  const uses = calls.filter(({ module }) => module === call.module);
  if (uses.length < 2 || uses[0] !== call) return [];
  return [
    finding(
      "warning",
      call,
      `is used ${uses.length} times in a forward: each use moves the same running statistics towards its own`,
      "make a BatchNorm for each place",
    ),
  ];
};

const atTheEnd: Rule = (_norm, call, { calls }) => {
  const hands = (module: Module) =>
    [Softmax, LogSoftmax, Flatten, Identity].some((kind) => module instanceof kind);
  let end = calls.find(({ last }) => last) ?? null;
  while (end !== null && hands(end.module)) end = end.previous;
  if (end !== call || call.previous === null) return [];
  return [
    finding(
      "warning",
      call,
      "is the model's last layer: its outputs are held to mean β and deviation γ over each batch, whatever the samples are",
      "leave it out; normalize between layers, not the outputs",
    ),
  ];
};

export const structureRules: readonly Rule[] = [dropoutBefore, twice, atTheEnd, biasBefore];
