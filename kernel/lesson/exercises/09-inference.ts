// The exercises of 09-inference: fold a BN into the layer before it, and how long running statistics remember their start.
import { describe } from "../../arguments";
import { BatchNorm1d, Linear } from "../../nn";
import { forkRng, manualSeed, noGrad, randn, type Tensor } from "../../tensor";
import type { Words } from "../words";
import { type Exercises, untouched } from "./exercise";

/** A layer with a bias and a BN whose every number is its own; one of its variances is small, so that ε counts. */
function pair(): { linear: Linear; norm: BatchNorm1d; x: Tensor } {
  return forkRng(() => {
    manualSeed(9);
    const linear = new Linear(4, 4);
    const norm = new BatchNorm1d(4);
    noGrad(() => {
      norm.weight!.copy_(randn([4]).add(2));
      norm.bias!.copy_(randn([4]));
      norm.runningMean!.copy_(randn([4]));
      norm.runningVar!.copy_(randn([4]).square().add(0.5));
      norm.runningVar!.select(0, 3).fill_(1e-5);
    });
    return { linear: linear.eval(), norm: norm.eval(), x: randn([16, 4]) };
  });
}

const scaleOf = ({ runningVar, eps }: BatchNorm1d) => runningVar!.add(eps).rsqrt();
const outputOf = (x: Tensor, weight: Tensor, bias: Tensor) => x.matmul(weight.t()).add(bias);
const shapeOf = (value: unknown) => `[${(value as Partial<Tensor> | undefined)?.shape?.join(", ") ?? "–"}]`;

/** What is likely to be wrong, and the weights that come of it. */
function suspects(linear: Linear, norm: BatchNorm1d): readonly (readonly [Tensor, Tensor, Words])[] {
  const { weight, runningMean, runningVar, bias: beta } = norm;
  const [gamma, mean, bias] = [weight!, runningMean!, linear.bias!];
  const made = (factor: Tensor, shift: Tensor) =>
    [linear.weight.mul(factor.unsqueeze(1)), shift.mul(factor).add(beta!)] as const;
  const factor = gamma.mul(scaleOf(norm));
  const [folded, ofBias] = made(factor, bias.sub(mean));
  return [
    [linear.weight, bias, untouched],
    [
      ...made(scaleOf(norm), bias.sub(mean)),
      { en: "γ is missing: the factor is γ/√(σ² + ε)", "zh-cn": "漏了 γ：因子是 γ/√(σ² + ε)" },
    ],
    [
      ...made(gamma.mul(runningVar!.rsqrt()), bias.sub(mean)),
      { en: "ε is missing beside the variance", "zh-cn": "方差旁边漏了 ε" },
    ],
    [
      ...made(factor, mean.neg()),
      {
        en: "the layer's own bias is lost: BN gets W·x + b, so b is shifted and scaled too",
        "zh-cn": "丢了全连接层自己的偏置：BN 得到的是 W·x + b，所以 b 也要平移和缩放",
      },
    ],
    [
      folded,
      bias.sub(mean.mul(factor)).add(beta!),
      {
        en: "the layer's bias has to be scaled as the weights are",
        "zh-cn": "全连接层的偏置也要像权重一样缩放",
      },
    ],
    [
      linear.weight.mul(factor),
      ofBias,
      {
        en: "the factors went to the columns: weight is [out, in], and BN's channels are its rows; factor.unsqueeze(1)",
        "zh-cn": "因子乘到了列上：weight 的形状是 [out, in]，BN 的通道对应行；用 factor.unsqueeze(1)",
      },
    ],
  ];
}

/** The exercises of 09-inference. */
export const inference = {
  "09-fold": {
    hints: [
      {
        en: "In evaluation BN(z) = γ·(z − μ)/√(σ² + ε) + β with z = W·x + b. Sort it into something times x, and the rest.",
        "zh-cn":
          "推理模式下 BN(z) = γ·(z − μ)/√(σ² + ε) + β，其中 z = W·x + b。把它整理成“某物乘 x”加上其余部分。",
      },
      {
        en: "With factor = γ/√(σ² + ε), one number an output: W′ is row i of W times factor i, and b′ = (b − μ)·factor + β.",
        "zh-cn":
          "记 factor = γ/√(σ² + ε)，每个输出一个数：W′ 的第 i 行是 W 的第 i 行乘 factor 的第 i 个，b′ = (b − μ)·factor + β。",
      },
      {
        en: "norm.weight is γ, norm.bias is β; norm.runningMean, norm.runningVar and norm.eps are the rest; factor.unsqueeze(1) makes a column.",
        "zh-cn":
          "norm.weight 是 γ，norm.bias 是 β，其余是 norm.runningMean、norm.runningVar 和 norm.eps；factor.unsqueeze(1) 变成一列。",
      },
    ],
    check(answer: (linear: Linear, norm: BatchNorm1d) => { weight: Tensor; bias: Tensor }): Words | null {
      const { linear, norm, x } = pair();
      const given = answer(linear, norm);
      if (shapeOf(given?.weight) !== "[4, 4]" || shapeOf(given?.bias) !== "[4]") {
        const got = `${shapeOf(given?.weight)}, ${shapeOf(given?.bias)}`;
        return {
          en: `expected weight [4, 4] and bias [4] for a layer of 4 inputs and 4 outputs, got ${got}`,
          "zh-cn": `对 4 进 4 出的层，weight 应为 [4, 4]，bias 应为 [4]，得到的是 ${got}`,
        };
      }
      return noGrad(() => {
        const got = outputOf(x, given.weight, given.bias);
        const far = (other: Tensor) => !(got.sub(other).abs().max().item() < 1e-2);
        const expected = norm.forward(linear.forward(x));
        const off = got.sub(expected).abs().max().item();
        if (off < 1e-2) return null;
        const like = suspects(linear, norm).find(([weight, bias]) => !far(outputOf(x, weight, bias)));
        return (
          like?.[2] ?? {
            en: `the folded layer's outputs are up to ${off.toPrecision(3)} off`,
            "zh-cn": `折叠后的层，输出最多相差 ${off.toPrecision(3)}`,
          }
        );
      });
    },
    solution: `(linear: nn.Linear, norm: nn.BatchNorm1d) => {
  const factor = norm.weight!.div(norm.runningVar!.add(norm.eps).sqrt());
  return {
    weight: linear.weight.mul(factor.unsqueeze(1)),
    bias: linear.bias!.sub(norm.runningMean!).mul(factor).add(norm.bias!),
  };
}`,
    start: "(linear: nn.Linear) => ({ weight: linear.weight, bias: linear.bias! })",
    mistakes: [
      "(linear: nn.Linear, norm: nn.BatchNorm1d) => ({ weight: norm.weight!, bias: norm.bias! })",
      `(linear: nn.Linear, norm: nn.BatchNorm1d) => {
  const factor = norm.weight!.div(norm.runningVar!.sqrt());
  return { weight: linear.weight.mul(factor.unsqueeze(1)), bias: linear.bias!.sub(norm.runningMean!).mul(factor).add(norm.bias!) };
}`,
      `(linear: nn.Linear, norm: nn.BatchNorm1d) => {
  const factor = norm.weight!.div(norm.runningVar!.add(norm.eps).sqrt());
  return { weight: linear.weight.mul(factor), bias: linear.bias!.sub(norm.runningMean!).mul(factor).add(norm.bias!) };
}`,
      `(linear: nn.Linear, norm: nn.BatchNorm1d) => {
  const factor = norm.weight!.div(norm.runningVar!.add(norm.eps).sqrt());
  return { weight: linear.weight.mul(factor.unsqueeze(1)), bias: norm.bias!.sub(norm.runningMean!.mul(factor)) };
}`,
    ],
  },
  "09-momentum": {
    hints: [
      {
        en: "Each batch multiplies what is left of the start by the same number. By which?",
        "zh-cn": "每来一个批次，初始值剩下的份额就乘上同一个数。这个数是多少？",
      },
      {
        en: "After n batches (1 − momentum)ⁿ of the start is left; find the smallest n that takes it below 0.01.",
        "zh-cn": "n 个批次之后，初始值还剩 (1 − momentum)ⁿ；求使它小于 0.01 的最小 n。",
      },
      {
        en: "A loop does it, or logarithms: Math.ceil(Math.log(0.01) / Math.log(1 - momentum)).",
        "zh-cn": "用循环即可，也可以用对数：Math.ceil(Math.log(0.01) / Math.log(1 - momentum))。",
      },
    ],
    check(answer: (momentum: number) => number | undefined): Words | null {
      for (const momentum of [0.1, 0.01, 0.001, 0.5]) {
        let [left, expected] = [1, 0];
        while (left >= 0.01) {
          left *= 1 - momentum;
          expected++;
        }
        const got = answer(momentum);
        if (got === expected) continue;
        if (got === undefined) return untouched;
        return typeof got !== "number"
          ? {
              en: `expected a number of batches, got ${describe(got)}`,
              "zh-cn": `应得到批次数，得到的是 ${describe(got)}`,
            }
          : {
              en: `with momentum ${momentum}, after ${got} batches ${(100 * (1 - momentum) ** got).toPrecision(3)} % of the start is left; the first count below 1 % is another`,
              "zh-cn": `动量为 ${momentum} 时，${got} 个批次之后还剩 ${(100 * (1 - momentum) ** got).toPrecision(3)} %；第一个低于 1 % 的批次数不是它`,
            };
      }
      return null;
    },
    solution: "(momentum: number) => Math.ceil(Math.log(0.01) / Math.log(1 - momentum))",
    start: "(momentum: number) => undefined",
    mistakes: [
      "(momentum: number) => 44",
      "(momentum: number) => Math.ceil(Math.log(0.01) / Math.log(momentum))",
      "(momentum: number) => Math.ceil(1 / momentum)",
    ],
  },
} satisfies Exercises;
