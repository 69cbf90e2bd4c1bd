// The exercises of 06-saturating: how fast a gradient vanishes, and how γ and β lead back into saturation.
import { tensor } from "../../tensor";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** From the last of 50 layers to the first it passes 49 activations. */
const smallest = 0.25 ** 49;

/** The share of a Gaussian beyond ±4.585, where σ′ < .01. */
function shareBeyond(gamma: number, beta: number): number {
  const below = (edge: number) =>
    (1 +
      tensor((edge - beta) / (Math.abs(gamma) * Math.SQRT2))
        .erf()
        .item()) /
    2;
  return 1 - below(4.585) + below(-4.585);
}

/** The exercises of 06-saturating. */
export const saturating = {
  "06-vanish": {
    hints: [
      {
        en: "At every activation the gradient is multiplied by its slope. How many activations are passed from the output of layer 50 to that of layer 1?",
        "zh-cn":
          "每经过一个激活函数，梯度都要乘上它的斜率。从第 50 层的输出到第 1 层的输出，要经过几个激活函数？",
      },
      {
        en: "Those of layers 50, 49, …, 2.",
        "zh-cn": "第 50、49、……、2 层的激活函数。",
      },
    ],
    check(answer: number): Words | null {
      if (!(answer > 0 && answer < 1)) {
        return {
          en: `expected a number between 0 and 1, got ${String(answer)}`,
          "zh-cn": `应为 0 与 1 之间的数，得到 ${String(answer)}`,
        };
      }
      if (Math.abs(answer / smallest - 1) < 0.05) return null; // two digits will do
      const layers = Math.log(answer / smallest) / Math.log(0.25);
      const count = Number((49 + layers).toFixed(2));
      return {
        en: `that is ¼ to the power of ${count}, but so many activations are not passed`,
        "zh-cn": `这是 ¼ 的 ${count} 次方，但经过的激活函数没有这么多，或不止这么多`,
      };
    },
    solution: "0.25 ** 49",
    mistakes: ["0.25", "0.25 ** 50", "0.25 * 49", "0.5 ** 49", "4 ** 49"],
  },
  "06-flat-share": {
    hints: [
      {
        en: "Two tails: the values above 4.585 and those below −4.585. With β ≠ 0 they differ.",
        "zh-cn": "有两条尾巴：大于 4.585 的和小于 −4.585 的。β ≠ 0 时两者不相等。",
      },
      {
        en: "The share of a Gaussian below x is (1 + erf((x − β) / (|γ|√2))) / 2.",
        "zh-cn": "高斯分布中小于 x 的比例是 (1 + erf((x − β) / (|γ|√2))) / 2。",
      },
    ],
    check(answer: (gamma: number, beta: number) => number): Words | null {
      for (const [gamma, beta] of [
        [3, 0],
        [-3, 0],
        [2, 3],
        [2, -3],
      ] as const) {
        const [want, got] = [shareBeyond(gamma, beta), answer(gamma, beta)];
        if (Math.abs(got - want) < 1e-3) continue;
        const have = typeof got === "number" ? got.toFixed(4) : String(got);
        return {
          en: `for γ = ${gamma}, β = ${beta} the share is ${want.toFixed(4)}, got ${have}`,
          "zh-cn": `γ = ${gamma}、β = ${beta} 时比例应为 ${want.toFixed(4)}，得到 ${have}`,
        };
      }
      return null;
    },
    solution: `(gamma: number, beta: number) => {
  const below = (edge: number) => (1 + tensor((edge - beta) / (Math.abs(gamma) * Math.SQRT2)).erf().item()) / 2;
  return 1 - below(4.585) + below(-4.585);
}`,
    mistakes: [
      "(gamma: number, beta: number) => 1 - tensor(4.585 / (gamma * Math.SQRT2)).erf().item()",
      "(gamma: number, beta: number) => 1 - tensor(4.585 / (Math.abs(gamma) * Math.SQRT2)).erf().item()",
      "(gamma: number, beta: number) => (1 - tensor((4.585 - beta) / (Math.abs(gamma) * Math.SQRT2)).erf().item()) / 2",
      "(gamma: number, beta: number) => 0.1265",
    ],
  },
} satisfies Exercises;
