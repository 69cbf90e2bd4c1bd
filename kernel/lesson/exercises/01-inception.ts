// The exercises of 01-inception: what BN adds to a block in parameters, and how far stacked convolutions see.
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** The exercises of 01-inception. */
export const inception = {
  "01-parameters": {
    hints: [
      {
        en: "BN has a γ and a β for each channel. What does the arm without BN have for each channel that the other lacks?",
        "zh-cn": "BN 的每个通道有一个 γ 和一个 β。没有 BN 的一方，每个通道多了什么？",
      },
      {
        en: "Two numbers a channel come, one, the bias, goes: it is the sum of all convolutions' channels out.",
        "zh-cn": "每个通道增加两个数，又省去一个偏置：答案就是所有卷积输出通道数之和。",
      },
    ],
    check(answer: number): Words | null {
      if (answer === 60) return null;
      const got = typeof answer === "number" ? String(answer) : "no number";
      if (answer === 120) {
        return {
          en: "120 is the number of γ and β; the biases that are no longer there are to be taken off",
          "zh-cn": "120 是 γ 和 β 的个数；还要减去不再需要的偏置",
        };
      }
      return {
        en: `got ${got}; nn.utils.summary(block, [1, 32, 14, 14]).totalParameters counts`,
        "zh-cn": `得到${typeof answer === "number" ? ` ${got}` : "的不是数"}；nn.utils.summary(block, [1, 32, 14, 14]).totalParameters 可以数出来`,
      };
    },
    solution: "8 + 8 + 8 + 8 + 12 + 12 + 4",
    mistakes: ["120", "-60", "0", "64", "NaN"],
  },
  "01-field": {
    hints: [
      {
        en: "One output of a 3×3 sees 3 pixels in each direction. What does the second 3×3 see of those, left and right?",
        "zh-cn": "一个 3×3 卷积的输出在每个方向上看到 3 个像素。第二个 3×3 向左、向右又各多看到多少？",
      },
      {
        en: "Each further 3×3 adds a pixel on either side. Two of them make 5.",
        "zh-cn": "每增加一个 3×3，两侧各多一个像素。两个就是 5。",
      },
    ],
    check(answer: (count: number) => number): Words | null {
      for (const count of [1, 2, 3, 10]) {
        const got = answer(count);
        if (got !== 2 * count + 1) {
          return {
            en: `for count = ${count} it gives ${String(got ?? "nothing")}`,
            "zh-cn": `count = ${count} 时${got === undefined || got === null ? "什么也没有得到" : `得到 ${String(got)}`}`,
          };
        }
      }
      return null;
    },
    solution: "(count: number) => 2 * count + 1",
    mistakes: [
      "(count: number) => 3 * count",
      "(count: number) => 3 ** count",
      "(count: number) => 2 * count",
      "(count: number) => 5",
    ],
  },
} satisfies Exercises;
