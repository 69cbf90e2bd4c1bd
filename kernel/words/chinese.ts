// The Chinese of what charts, tables and verdicts say; what stands first is tried first.
import { everywhere } from "./chineseCharts";
import { findings } from "./chineseFindings";
import { measured } from "./chineseMeasured";
import { tutorials } from "./chineseTutorials";
import type { Dictionary } from "./language";

/** Names that are the same in both languages. */
const names: readonly string[] = [
  "sigmoid",
  "Sigmoid",
  "tanh",
  "ReLU",
  "BN",
  "BatchNorm",
  "GroupNorm",
  "LayerNorm",
  "InstanceNorm",
  "RMSNorm",
  "BatchRenorm",
  "Dropout",
  "SkipInit",
  "Dynamic Tanh",
  "train()",
  "eval()",
  "requiresGrad_(false)",
  "PyTorch",
  "Keras",
  "updateBn",
  "Inception",
  "BN-Baseline",
  "BN-x5",
  "BN-x30",
  "He",
  "NaN",
  "BN-x5-Sigmoid",
  "ImageNet",
  "ResNet-50",
  "Wu & He",
  "IDX",
  "MNIST",
];

/** Lists of what stands above: cut apart, each part is looked up. */
const lists: Dictionary = {
  "{#0} to {#1}": "{#0} 至 {#1}",
  "{0}; {1}": "{0}；{1}",
  "{0}: {1}": "{0}：{1}",
  "{0}, {1}": "{0}，{1}",
  "{0} ({1})": "{0}（{1}）",
  "{0} / {1}": "{0} / {1}",
  "{0} · {1}": "{0} · {1}",
  "{0} → {1}": "{0} → {1}",
  "{0} + {1}": "{0} + {1}",
  "{0} {#1}": "{0} {#1}",
  "{0}: {1} of {#2}": "{0}：{1}，共 {#2}",
};

export const chinese: Dictionary = {
  ...Object.fromEntries(names.map((name) => [name, name])),
  ...everywhere,
  ...findings,
  ...measured,
  ...tutorials,
  ...lists,
};
