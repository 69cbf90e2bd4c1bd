// What goes wrong with BatchNorm, rule by rule: where, what, and what to do.
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
import { type BatchNormLayer, channelStatistics, isBatchNorm } from "./batchNorms";
import { quantile } from "./distribution";
import { isDropout, type LayerCall } from "./layerGraph";
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

type Rule = (norm: BatchNormLayer, call: LayerCall, subject: Subject) => Finding[];

const finding = (
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

/** The call before, past layers that hand the numbers on as they are. */
function source({ previous }: LayerCall): LayerCall | null {
  const passes = ({ module }: LayerCall) => module instanceof Flatten || module instanceof Identity;
  let at = previous;
  while (at !== null && passes(at)) at = at.previous;
  return at;
}

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

/** The share that a batch gets. */
function shareOf(norm: BatchNormLayer): number | null {
  const keras = "convention" in norm && norm.convention === "keras";
  return keras && norm.momentum !== null ? 1 - norm.momentum : norm.momentum;
}

const unmoved = ({ runningMean, runningVar, numBatchesTracked }: BatchNormLayer) =>
  numBatchesTracked?.item() === 0 &&
  runningMean!.data.every((mean) => mean === 0) &&
  runningVar!.data.every((variance) => variance === 1);

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
    (weight?.data.some((value) => value !== 1) ?? false) ||
    (bias?.data.some((value) => value !== 0) ?? false);
  if (!trained || shareOf(norm) === 0) return [];
  return [
    finding(
      "warning",
      call,
      "has learnt γ and β, but its running statistics have never seen a batch: it was trained in evaluation mode, or loaded without its buffers",
      "train in training mode, or measure them: nn.utils.updateBn(loader, net)",
    ),
  ];
};

const notFinite: Rule = (norm, call) => {
  const { runningMean, runningVar } = norm;
  const bad = [runningMean, runningVar].some((each) => each?.data.some((value) => !Number.isFinite(value)));
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

const smallBatch: Rule = (norm, call) => {
  if (call.input === null || !norm.training) return [];
  const [n = 0, , ...inner] = call.input.shape;
  const positions = inner.reduce((product, size) => product * size, 1);
  const ghost = "ghostSize" in norm ? norm.ghostSize : null;
  const samples = Math.min(n, ghost ?? n);
  const instead = "use larger batches, or nn.GroupNorm or nn.LayerNorm, which do not look at the batch";
  if (samples * positions === 1) {
    return [
      finding("error", call, "gets a batch of 1: one value has no variance, and training throws", instead),
    ];
  }
  if (samples === 1)
    return [
      finding(
        "warning",
        call,
        "gets a batch of 1: each sample is normalized by itself, evaluation by all",
        instead,
      ),
    ];
  if (samples >= 8) return [];
  const noise = Math.round(100 / Math.sqrt(samples));
  return [
    finding(
      "note",
      call,
      `gets batches of ${samples}: the mean of so few samples is off by ${noise} % of their deviation`,
      instead,
    ),
  ];
};

/** Channels are judged by their median, so that a few odd ones raise no alarm; of fewer than 16 values nothing is said. */
const gap: Rule = (norm, call) => {
  const { runningMean, runningVar, numBatchesTracked } = norm;
  if (call.input === null || runningMean === null || runningVar === null || numBatchesTracked?.item() === 0)
    return [];
  const { mean, variance, count } = channelStatistics(call.input);
  if (count < 16) return [];
  const medianOf = (values: Float64Array) => quantile(values.sort(), 0.5);
  const [means, variances] = [runningMean.data, runningVar.data];
  const off = medianOf(
    mean.map((each, i) => Math.abs(each - means[i]!) / Math.sqrt(variances[i]! + norm.eps)),
  );
  const ratio = medianOf(variance.map((each, i) => (each + norm.eps) / (variances[i]! + norm.eps)));
  if (off <= 0.5 && ratio >= 0.5 && ratio <= 2) return [];
  const batches = numBatchesTracked?.item() ?? 0;
  const kept = (1 - (shareOf(norm) ?? 1)) ** batches;
  const start =
    kept > 0.1
      ? `; after ${batches} batch${batches === 1 ? "" : "es"} they still hold ${Math.round(100 * kept)} % of their start`
      : "";
  return [
    finding(
      "warning",
      call,
      `evaluates with statistics that do not fit this batch: its means are off by ${short(off)} running deviations, its variance is ${short(ratio)} times the running one${start}`,
      "train on before you evaluate, or measure them: nn.utils.updateBn(loader, net)",
    ),
  ];
};

const rules: readonly Rule[] = [
  modes,
  momentum,
  neverUpdated,
  notFinite,
  smallBatch,
  dropoutBefore,
  twice,
  atTheEnd,
  gap,
  biasBefore,
];

/** Errors first, then warnings, then notes; each in the order of the layers. */
export function findingsIn(subject: Subject): Finding[] {
  const seen = new Set<Module>();
  const found = subject.calls.flatMap((call) => {
    const { module } = call;
    if (!isBatchNorm(module) || seen.has(module)) return [];
    seen.add(module);
    return rules.flatMap((rule) => rule(module, call, subject));
  });
  return bySeverity(found);
}

export function bySeverity(findings: readonly Finding[]): Finding[] {
  return (["error", "warning", "note"] as const).flatMap((severity) =>
    findings.filter((each) => each.severity === severity),
  );
}

const short = (value: number) => String(Number(value.toPrecision(2)));
