// The exercise of 00-start: the share of right answers.
import { Generator, randn, type Tensor, tensor } from "../../tensor";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** The exercises of 00-start. */
export const start = {
  "00-accuracy": {
    hints: [
      {
        en: "argmax along dimension 1 says where the largest of each row's ten numbers stands.",
        "zh-cn": "沿第 1 维取 argmax，就知道每一行的十个数里最大的在哪里。",
      },
      {
        en: "eq compares with the labels, element by element; the mean of what is true and false is a share.",
        "zh-cn": "eq 与标签逐元素比较；真假值的平均就是比例。",
      },
      {
        en: "outputs.argmax(1).eq(labels).mean() is a tensor of one number; item() takes it out.",
        "zh-cn": "outputs.argmax(1).eq(labels).mean() 是只有一个数的张量，用 item() 取出来。",
      },
    ],
    check(answer: (outputs: Tensor, labels: Tensor) => number): Words | null {
      for (const right of [30, 10, 40]) {
        const outputs = randn([40, 10], { generator: new Generator(5 + right) });
        const largest = outputs.argmax(1).data;
        const labels = tensor(Int32Array.from(largest, (each, i) => (i < right ? each : (each + 1) % 10)));
        const got: unknown = answer(outputs, labels);
        if (typeof got !== "number") {
          return {
            en: `expected a number, got ${got === null ? "null" : typeof got}; of a tensor with one number, item() is that number`,
            "zh-cn": `应返回一个数，得到的是 ${got === null ? "null" : typeof got}；张量里只有一个数时，用 item() 取出`,
          };
        }
        if (got === right / 40) continue;
        return {
          en: `of 40 answers ${right} are right, got a share of ${Number(got.toPrecision(4))}`,
          "zh-cn": `40 个里答对 ${right} 个，得到的比例是 ${Number(got.toPrecision(4))}`,
        };
      }
      return null;
    },
    solution: "(outputs: Tensor, labels: Tensor) => outputs.argmax(1).eq(labels).mean().item()",
    mistakes: [
      "(outputs: Tensor, labels: Tensor) => outputs.argmax(0).eq(labels.slice(0, 0, 10)).mean().item()",
      "(outputs: Tensor, labels: Tensor) => outputs.argmax(1).eq(labels).sum().item()",
      "(outputs: Tensor, labels: Tensor) => outputs.max(1).values.mean().item()",
      "() => 0.75",
    ],
  },
} satisfies Exercises;
