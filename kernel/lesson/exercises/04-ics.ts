// The exercises of 04-ics: a yardstick for the shift of an input, and what has to stand still for it to stand still.
import { type Tensor, tensor } from "../../tensor";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** An input before and after, and how far its median went in widths of the band before. */
function examples(): [before: Tensor, after: Tensor, shift: number][] {
  const ramp = Array.from({ length: 101 }, (_, i) => i / 100);
  const skewed = ramp.map((value) => value ** 4);
  return [
    [tensor(ramp), tensor(ramp.map((value) => value + 3)), 3 / 0.7],
    [tensor(ramp), tensor(ramp.map((value) => 5 * value - 4)), 2 / 0.7],
    [tensor(skewed), tensor(skewed.map((value) => 1 - value)), (1 - 2 * 0.5 ** 4) / (0.85 ** 4 - 0.15 ** 4)],
  ];
}

const frozen = ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"];

/** The exercises of 04-ics. */
export const covariateShift = {
  "04-shift": {
    hints: [
      {
        en: "before.quantile(0.5).item() is a median; quantile also takes several levels at once.",
        "zh-cn": "before.quantile(0.5).item() 就是中位数；quantile 也可以一次取多个百分位。",
      },
      {
        en: "How far is a distance: it has no sign. The width is that of the band before, not after.",
        "zh-cn": "“移动了多远”是距离，没有正负。宽度用移动前的色带，而不是移动后的。",
      },
    ],
    check(answer: (before: Tensor, after: Tensor) => number): Words | null {
      for (const [before, after, expected] of examples()) {
        const got = answer(before, after);
        if (Math.abs(got - expected) < 1e-3 * expected) continue;
        const want = expected.toPrecision(4);
        const have = typeof got === "number" ? got.toPrecision(4) : String(got);
        if (Math.abs(got + expected) < 1e-3 * expected) {
          return {
            en: `a distance has no sign: expected ${want}, got ${have}`,
            "zh-cn": `距离没有正负：应为 ${want}，得到 ${have}`,
          };
        }
        return {
          en: `for one of the inputs that are tried the shift is ${want}, got ${have}`,
          "zh-cn": `对其中一组试验输入，应为 ${want}，得到 ${have}`,
        };
      }
      return null;
    },
    solution: `(before: Tensor, after: Tensor) => {
  const [low, median, high] = before.quantile([0.15, 0.5, 0.85]).data;
  return Math.abs(after.quantile(0.5).item() - median) / (high - low);
}`,
    mistakes: [
      "(before: Tensor, after: Tensor) => Math.abs(after.quantile(0.5).item() - before.quantile(0.5).item())",
      "(before: Tensor, after: Tensor) => Math.abs(after.mean().item() - before.mean().item()) / (before.quantile(0.85).item() - before.quantile(0.15).item())",
      "(before: Tensor, after: Tensor) => (before.quantile(0.5).item() - after.quantile(0.5).item()) / (before.quantile(0.85).item() - before.quantile(0.15).item())",
      "(before: Tensor, after: Tensor) => Math.abs(after.quantile(0.5).item() - before.quantile(0.5).item()) / (after.quantile(0.85).item() - after.quantile(0.15).item())",
    ],
  },
  "04-frozen": {
    hints: [
      {
        en: "The input of module 5 is a function of the picture and of some parameters. Which ones stand before module 5?",
        "zh-cn": "模块 5 的输入是图片和若干参数的函数。哪些参数排在模块 5 之前？",
      },
      {
        en: "Biases are parameters too; and what comes after module 5 cannot change what it is given.",
        "zh-cn": "偏置也是参数；而排在模块 5 之后的，不会改变它的输入。",
      },
    ],
    check(answer: string[]): Words | null {
      if (!Array.isArray(answer)) {
        return {
          en: 'expected names in an array: ["0.weight", …]',
          "zh-cn": '应为名字的数组：["0.weight", …]',
        };
      }
      const missing = frozen.find((name) => !answer.includes(name));
      if (missing !== undefined) {
        const bias = missing.endsWith("bias");
        return {
          en: `${bias ? "biases are" : "weights are"} missing, or one of them: while it learns, the input moves`,
          "zh-cn": `还缺某个${bias ? "偏置（bias）" : "权重（weight）"}：只要它还在学习，输入就会移动`,
        };
      }
      const needless = answer.find((name) => !frozen.includes(name));
      if (needless === undefined) return null;
      return {
        en: `${needless} need not be frozen: the input does not depend on it`,
        "zh-cn": `${needless} 不必冻结：输入与它无关`,
      };
    },
    solution: '["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"]',
    mistakes: [
      "[]",
      '["4.weight", "4.bias"]',
      '["0.weight", "2.weight", "4.weight"]',
      '["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias", "6.weight", "6.bias"]',
    ],
  },
} satisfies Exercises;
