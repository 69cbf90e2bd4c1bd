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
        if (got !== m) {
          return {
            en: `for error = ${error} it gives ${String(got ?? "nothing")}, whose mean is off by ${(1 / Math.sqrt(got)).toFixed(3)}`,
            "zh-cn": `error = ${error} 时得到 ${String(got ?? "空值")}，这样大的批次均值误差是 ${(1 / Math.sqrt(got)).toFixed(3)}`,
          };
        }
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
            en: `for p = ${p}, c = ${c}, v = ${v} it gives ${number ? got.toFixed(3) : "no number"}; simulated on many values it comes to about ${size}`,
            "zh-cn": `p = ${p}、c = ${c}、v = ${v} 时得到${number ? ` ${got.toFixed(3)}` : "的不是数"}；用大量数值模拟约为 ${size}`,
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
