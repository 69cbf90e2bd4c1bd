// The exercises of 07-regularization: how large a batch makes its mean good, and what Dropout does to a variance.
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** The exercises of 07-regularization. */
export const regularization = {
  "07-batch": {
    hints: [
      {
        en: "The mean of m values of standard deviation 1 has the standard deviation 1/√m.",
        "zh-cn": "m 个标准差为 1 的数，其均值的标准差是 1/√m。",
      },
      {
        en: "Solve 1/√m ≤ error for m, and round up.",
        "zh-cn": "由 1/√m ≤ error 解出 m，再向上取整。",
      },
    ],
    check(answer: (error: number) => number): Words | null {
      for (const [error, m] of [
        [0.5, 4],
        [0.25, 16],
        [0.3, 12],
        [0.07, 205],
      ] as const) {
        const got = answer(error);
        if (got === m) continue;
        if (!Number.isInteger(got) || got < 1) {
          return {
            en: `for error = ${error} expected a whole number of samples, got ${typeof got === "number" ? got : "none"}`,
            "zh-cn": `error = ${error} 时应得到一个整数，即样本的个数，得到的${typeof got === "number" ? `是 ${got}` : "不是数"}`,
          };
        }
        const off = (1 / Math.sqrt(got)).toFixed(3);
        return {
          en: `for error = ${error} it gives ${got}, whose mean is off by ${off}; the smallest number that will do is another`,
          "zh-cn": `error = ${error} 时得到 ${got}，这样大的批次均值误差是 ${off}；够用的最小整数不是它`,
        };
      }
      return null;
    },
    solution: "(error: number) => Math.ceil(1 / error ** 2)",
    mistakes: [
      "(error: number) => 1 / error",
      "(error: number) => 1 / error ** 2",
      "(error: number) => Math.floor(1 / error ** 2)",
      "(error: number) => Math.sqrt(error)",
    ],
  },
  "07-shift": {
    hints: [
      {
        en: "A variance is the mean of the squares less the square of the mean. Which of the two does Dropout change?",
        "zh-cn": "方差等于平方的均值减去均值的平方。这两项里，Dropout 改变了哪一项？",
      },
      {
        en: "The mean of the squares is v + c² before. With probability 1 − p it is divided by (1 − p)², else it is 0: in all by 1 − p.",
        "zh-cn": "原来平方的均值是 v + c²。以概率 1 − p 除以 (1 − p)²，否则变成 0：总起来就是除以 1 − p。",
      },
    ],
    check(answer: (p: number, c: number, v: number) => number): Words | null {
      for (const [p, c, v] of [
        [0.5, 0, 1],
        [0.5, 1, 1],
        [0.2, -2, 3],
      ] as const) {
        const right = v / ((v + c * c) / (1 - p) - c * c);
        const got = answer(p, c, v);
        if (!(Math.abs(got - right) < 1e-6)) {
          const [size, number] = [right.toFixed(3), typeof got === "number"];
          return {
            en: `for p = ${p}, c = ${c}, v = ${v} it gives ${number ? got.toFixed(3) : "no number"}; it is ${size}`,
            "zh-cn": `p = ${p}、c = ${c}、v = ${v} 时得到${number ? ` ${got.toFixed(3)}` : "的不是数"}；应为 ${size}`,
          };
        }
      }
      return null;
    },
    solution: "(p: number, c: number, v: number) => v / ((v + c * c) / (1 - p) - c * c)",
    mistakes: [
      "(p: number, c: number, v: number) => 1 - p",
      "(p: number, c: number, v: number) => v / ((v + c * c) / (1 - p))",
      "(p: number, c: number, v: number) => ((v + c * c) / (1 - p) - c * c) / v",
      "(p: number, c: number, v: number) => p * v",
    ],
  },
} satisfies Exercises;
