// The exercises of 02-why-normalize: where a sigmoid is flat, and weights that suit a layer of any width.
import { Generator, randn } from "../../tensor";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** Where σ′ = 0.1: σ = (1 + √(1 − 4σ′)) / 2. */
const edge = 2 * Math.atanh(Math.sqrt(0.6));

/** Runs ten tanh layers and tells of the last: how one unit differs from sample to sample, and the share of values with tanh′ < .01. */
function lastLayer(width: number, std: number): { change: number; saturated: number } {
  const generator = new Generator(2);
  let x = randn([100, width], { generator });
  for (let layer = 0; layer < 10; layer++) {
    x = x.matmul(randn([width, width], { generator }).mul(std)).tanh();
  }
  return {
    change: x.std(0).mean().item(),
    saturated: x.abs().gt(Math.sqrt(0.99)).float().mean().item(),
  };
}

/** The exercises of 02-why-normalize. */
export const whyNormalize = {
  "02-edge": {
    hints: [
      {
        en: "σ′ can be told from the output alone: σ′ = σ(1 − σ). At which output is it 0.1?",
        "zh-cn": "只看输出就能算出 σ′：σ′ = σ(1 − σ)。输出为多少时它等于 0.1？",
      },
      {
        en: "s(1 − s) = 0.1 has the solution s = (1 + √0.6) / 2. The input that gives s is ln(s / (1 − s)).",
        "zh-cn": "s(1 − s) = 0.1 的解是 s = (1 + √0.6) / 2。使输出等于 s 的输入是 ln(s / (1 − s))。",
      },
    ],
    check(answer: number): Words | null {
      if (!Number.isFinite(answer)) {
        return {
          en: `expected a number, got ${String(answer)}`,
          "zh-cn": `应为一个数，得到 ${String(answer)}`,
        };
      }
      if (Math.abs(answer - edge) < 0.005) return null;
      if (Math.abs(answer + edge) < 0.005) {
        return {
          en: `|x| is asked for, which is not negative, got ${answer}`,
          "zh-cn": `题目问的是 |x|，不会是负数，得到 ${answer}`,
        };
      }
      const s = 1 / (1 + Math.exp(-answer));
      const slope = (s * (1 - s)).toFixed(4);
      return {
        en: `at x = ${answer} the slope σ′ is ${slope}`,
        "zh-cn": `x = ${answer} 处的斜率 σ′ 是 ${slope}`,
      };
    },
    solution: "Math.log((1 + Math.sqrt(0.6)) / (1 - Math.sqrt(0.6)))",
    mistakes: [
      "0.1",
      "2.07",
      "-2.0634",
      "4.585",
      "(1 + Math.sqrt(0.6)) / 2",
      "Math.atanh(Math.sqrt(0.9))",
      "NaN",
    ],
  },
  "02-std": {
    hints: [
      {
        en: "A unit's input is a sum of fanIn terms weight · value. How does the standard deviation of a sum grow with the number of terms?",
        "zh-cn": "一个单元的输入是 fanIn 项“权重 × 数值”之和。和的标准差怎样随项数增长？",
      },
      {
        en: "It grows by √fanIn. Which weight std makes up for that? Section 2 has the case of 100 units.",
        "zh-cn": "按 √fanIn 增长。权重的标准差取多少才能抵消它？第 2 节里有 100 个单元的例子。",
      },
    ],
    check(answer: (fanIn: number) => number): Words | null {
      for (const width of [25, 100, 400]) {
        const std = answer(width);
        if (!(std > 0 && std < Infinity)) {
          return {
            en: `expected a standard deviation above 0 for fanIn = ${width}, got ${String(std)}`,
            "zh-cn": `fanIn = ${width} 时标准差应大于 0，得到 ${String(std)}`,
          };
        }
        const { change, saturated } = lastLayer(width, std);
        const [percent, spread] = [`${(100 * saturated).toFixed(0)} %`, change.toPrecision(2)];
        if (saturated > 0.05) {
          return {
            en: `layers of ${width} units saturate: ${percent} of the last layer's values`,
            "zh-cn": `每层 ${width} 个单元时饱和了：最后一层有 ${percent} 的值饱和`,
          };
        }
        if (change < 0.1) {
          return {
            en: `layers of ${width} units collapse: from sample to sample the last one changes by ${spread}`,
            "zh-cn": `每层 ${width} 个单元时塌缩了：换一个样本，最后一层只变化 ${spread}`,
          };
        }
      }
      return null;
    },
    solution: "(fanIn: number) => 1 / Math.sqrt(fanIn)",
    mistakes: [
      "(fanIn: number) => 1",
      "(fanIn: number) => 0.1",
      "(fanIn: number) => 0.01",
      "(fanIn: number) => 1 / fanIn",
      "(fanIn: number) => Math.sqrt(fanIn)",
      "(fanIn: number) => 0",
    ],
  },
} satisfies Exercises;
