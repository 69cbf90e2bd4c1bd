// The exercises of 05-speed-lr-init: what BN makes of a layer's scale, and when a target is reached for good.
import { BatchNorm1d, functional, Linear } from "../../nn";
import { forkRng, manualSeed, noGrad, randn } from "../../tensor";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** ‖∂loss/∂W‖ of a linear layer before a BatchNorm, its weights and biases times `a`. */
function gradientNorm(a: number): number {
  return forkRng(() => {
    manualSeed(5);
    const [layer, norm] = [new Linear(6, 4), new BatchNorm1d(4, { eps: 1e-12 })];
    const [x, target] = [randn([32, 6]), randn([32, 4])];
    noGrad(() => {
      layer.weight.mul_(a);
      layer.bias!.mul_(a);
    });
    functional.mseLoss(norm.forward(layer.forward(x)), target).backward();
    return layer.weight.grad!.norm().item();
  });
}

type Curve = { x: number[]; y: number[] };

const curves: readonly (readonly [curve: Curve, right: number, first: number, words: Words])[] = [
  [
    { x: [10, 20, 30, 40, 50], y: [50, 91, 85, 92, 95] },
    40,
    20,
    {
      en: "an accuracy that falls below the target again after step 20",
      "zh-cn": "第 20 步之后又低于目标的准确率",
    },
  ],
  [
    { x: [0, 5, 10], y: [95, 96, 97] },
    0,
    0,
    { en: "an accuracy above the target from step 0 on", "zh-cn": "从第 0 步起就高于目标的准确率" },
  ],
  [
    { x: [10, 20, 30], y: [10, 90, 90] },
    20,
    20,
    {
      en: "an accuracy that reaches the target exactly and stays there",
      "zh-cn": "恰好等于目标并保持不变的准确率",
    },
  ],
  [
    { x: [10, 20, 30], y: [95, 95, 89] },
    Infinity,
    10,
    { en: "an accuracy that ends below the target", "zh-cn": "最后低于目标的准确率" },
  ],
  [{ x: [], y: [] }, Infinity, Infinity, { en: "an empty curve", "zh-cn": "空的曲线" }],
];

/** The exercises of 05-speed-lr-init. */
export const speed = {
  "05-scale": {
    hints: [
      {
        en: "BN divides by the standard deviation of the batch. What is that of a·(Wx + b)?",
        "zh-cn": "BN 会除以这一批的标准差。a·(Wx + b) 的标准差是多少？",
      },
      {
        en: "So the loss is the same function of aW as of W: L(aW) = L(W). Differentiate both sides with respect to W.",
        "zh-cn": "所以损失对 aW 和对 W 是一样的：L(aW) = L(W)。等式两边对 W 求导。",
      },
      { en: "a·∇L(aW) = ∇L(W)", "zh-cn": "a·∇L(aW) = ∇L(W)" },
    ],
    check(answer: (norm: number, a: number) => number): Words | null {
      const norm = gradientNorm(1);
      for (const a of [1, 2, 10, 0.1]) {
        const [got, right] = [answer(norm, a), gradientNorm(a)];
        if (Math.abs(got - right) <= 0.01 * right) continue;
        const [given, said, measured] = [norm, got, right].map((each) => Number(each).toPrecision(4));
        return {
          en: `for a norm of ${given} and a = ${a} the answer says ${said}, the network ${measured}`,
          "zh-cn": `范数为 ${given}、a = ${a} 时，你的答案是 ${said}，网络给出的是 ${measured}`,
        };
      }
      return null;
    },
    solution: "(norm: number, a: number) => norm / a",
    mistakes: [
      "(norm: number, a: number) => norm",
      "(norm: number, a: number) => norm * a",
      "(norm: number, a: number) => norm / a ** 2",
    ],
  },
  "05-steps": {
    hints: [
      {
        en: "Ask for the last point that is below the target, not for the first one that is not.",
        "zh-cn": "不要找第一个达到目标的点，去找最后一个低于目标的点。",
      },
      {
        en: "y.findLastIndex(…) gives its place, −1 if there is none; the answer is the point after it.",
        "zh-cn": "y.findLastIndex(…) 给出它的位置，没有就是 −1；答案是它后面的那个点。",
      },
      {
        en: "x[y.findLastIndex((each) => each < target) + 1] ?? Infinity",
        "zh-cn": "x[y.findLastIndex((each) => each < target) + 1] ?? Infinity",
      },
    ],
    check(answer: (curve: Curve, target: number) => number): Words | null {
      for (const [curve, right, first, words] of curves) {
        const got = answer(structuredClone(curve), 90);
        if (got === right) continue;
        const early =
          got === first
            ? { en: " (that is where it is reached for the first time)", "zh-cn": "（那是第一次达到的地方）" }
            : { en: "", "zh-cn": "" };
        return {
          en: `${words.en}: expected ${right}, got ${String(got)}${early.en}`,
          "zh-cn": `${words["zh-cn"]}：应为 ${right}，得到的是 ${String(got)}${early["zh-cn"]}`,
        };
      }
      return null;
    },
    solution: `({ x, y }: { x: number[]; y: number[] }, target: number) =>
  x[y.findLastIndex((each) => each < target) + 1] ?? Infinity`,
    mistakes: [
      "({ x, y }: { x: number[]; y: number[] }, target: number) => x[y.findIndex((each) => each >= target)] ?? Infinity",
      "({ x, y }: { x: number[]; y: number[] }, target: number) => x[y.findLastIndex((each) => each <= target) + 1] ?? Infinity",
      "({ x, y }: { x: number[]; y: number[] }, target: number) => x[y.findLastIndex((each) => each < target)] ?? Infinity",
      "({ x, y }: { x: number[]; y: number[] }, target: number) => y.findLastIndex((each) => each < target) + 1",
    ],
  },
} satisfies Exercises;
