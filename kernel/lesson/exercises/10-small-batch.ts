// The exercises of 10-small-batch: what BN makes of two samples, and ghost batches.
import { show } from "../../arguments";
import { cat, Generator, randn, type Tensor } from "../../tensor";
import type { Words } from "../words";
import { type Exercises, untouched } from "./exercise";

const normalized = (x: Tensor, correction = 0) =>
  x.sub(x.mean(0)).div(x.var(0, { correction }).add(1e-5).sqrt());

/** Null where they are alike, else the reason that comes with what the answer is like, else how far it is off. */
function compared(
  got: Tensor,
  expected: Tensor,
  suspects: readonly (readonly [Tensor, Words])[],
): Words | null {
  const want = show(expected.shape);
  if (got?.shape?.join() !== expected.shape.join()) {
    const have = got?.shape ? show(got.shape) : String(got);
    return {
      en: `expected a tensor ${want}, got ${have}`,
      "zh-cn": `应得到形状为 ${want} 的张量，得到的是 ${have}`,
    };
  }
  const distance = (other: Tensor) => got.sub(other).abs().max().item();
  const off = distance(expected);
  if (off < 1e-3) return null;
  return (
    suspects.find(([like]) => distance(like) < 1e-3)?.[1] ?? {
      en: `the largest difference from the right output is ${off.toPrecision(3)}`,
      "zh-cn": `与正确输出的最大差异是 ${off.toPrecision(3)}`,
    }
  );
}

/** Null where the answer is +1 for the larger of two samples and −1 for the other, whatever lies between them. */
function comparedStep(got: Tensor, x: Tensor): Words | null {
  const signs = x.sub(x.flip(0)).sign();
  return compared(got, signs, [
    [
      normalized(x),
      {
        en: "that is the normalization itself: between values that nearly tie its ε is felt, and the step is not ±1",
        "zh-cn": "这就是归一化本身：两个值几乎相等时 ε 会起作用，得到的不再是 ±1",
      },
    ],
    [x, untouched],
    [signs.neg(), { en: "the signs are the wrong way round", "zh-cn": "符号反了" }],
    [
      x.sign(),
      {
        en: "the sign of a value says nothing: compare it with the other sample's",
        "zh-cn": "数值自己的符号说明不了什么：要和另一个样本比较",
      },
    ],
    [
      normalized(x, 1),
      {
        en: "that is by the unbiased deviation, which is √2 too large; BN divides by the biased one",
        "zh-cn": "这是除以无偏标准差的结果，它大了 √2 倍；BN 除以有偏的",
      },
    ],
    [
      x.sub(x.flip(0)),
      {
        en: "the difference is right; only its sign is left after the division",
        "zh-cn": "差是对的；除过之后只剩它的符号",
      },
    ],
  ]);
}

/** The exercises of 10-small-batch. */
export const smallBatch = {
  "10-two": {
    hints: [
      {
        en: "Take the values 3 and 7. The mean is 5, the deviation 2. And for 3 and 700?",
        "zh-cn": "取 3 和 7：均值是 5，标准差是 2。那么 3 和 700 呢？",
      },
      {
        en: "All that is left is which sample is the larger one: +1 there, −1 in the other.",
        "zh-cn": "剩下的只有“哪个样本更大”：大的是 +1，另一个是 −1。",
      },
      {
        en: "x.flip(0) exchanges the two samples; sign() of a difference is what you need.",
        "zh-cn": "x.flip(0) 交换两个样本；你需要的是某个差的 sign()。",
      },
    ],
    check(answer: (x: Tensor) => Tensor): Words | null {
      const far = randn([2, 6], { generator: new Generator(10) }).mul(50);
      for (const x of [far, far.mul(1e-8)]) {
        const wrong = comparedStep(answer(x), x);
        if (wrong !== null) return wrong;
      }
      return null;
    },
    solution: "(x: Tensor) => x.sub(x.flip(0)).sign()",
    start: "(x: Tensor) => x",
    mistakes: [
      "(x: Tensor) => x.sign()",
      "(x: Tensor) => x.flip(0).sub(x).sign()",
      "(x: Tensor) => x.sub(x.flip(0))",
      "(x: Tensor) => x.sub(x.mean(0)).div(x.std(0))",
      "(x: Tensor) => x.select(0, 0)",
      "(x: Tensor) => x.sub(x.mean(0)).div(x.var(0, { correction: 0 }).add(1e-5).sqrt())",
      "(x: Tensor) => new nn.BatchNorm1d(6).forward(x)",
    ],
  },
  "10-ghost": {
    hints: [
      {
        en: "Normalize each run by itself, then put the runs together again.",
        "zh-cn": "每一段各自归一化，再拼回去。",
      },
      {
        en: "x.split(size) gives runs of `size` samples along dimension 0; cat([...]) joins tensors.",
        "zh-cn": "x.split(size) 沿第 0 维切成每段 `size` 个样本；cat([...]) 把张量接起来。",
      },
      {
        en: "In each run: part.sub(part.mean(0)).div(part.var(0, { correction: 0 }).add(1e-5).sqrt())",
        "zh-cn": "每一段：part.sub(part.mean(0)).div(part.var(0, { correction: 0 }).add(1e-5).sqrt())",
      },
    ],
    check(answer: (x: Tensor, size: number) => Tensor): Words | null {
      const x = randn([12, 3], { generator: new Generator(11) })
        .mul(4)
        .add(2);
      const ghosts = (size: number, correction = 0) =>
        cat(x.split(size).map((part) => normalized(part, correction)));
      for (const size of [4, 6]) {
        const wrong = compared(answer(x, size), ghosts(size), [
          [x, untouched],
          [
            normalized(x),
            {
              en: "these are the statistics of the whole batch: `size` samples at a time",
              "zh-cn": "这是整个批次的统计量：应当每次只用 `size` 个样本",
            },
          ],
          [
            ghosts(12 / size),
            {
              en: "there are `size` runs now; each should hold `size` samples",
              "zh-cn": "现在是切成了 `size` 段；应当是每段 `size` 个样本",
            },
          ],
          [
            ghosts(size, 1),
            {
              en: "the variance is the unbiased one; BN divides by the number of samples: { correction: 0 }",
              "zh-cn": "用了无偏方差；BN 除以样本数：{ correction: 0 }",
            },
          ],
        ]);
        if (wrong !== null) return wrong;
      }
      return null;
    },
    solution: `(x: Tensor, size: number) =>
  cat(x.split(size).map((part) => part.sub(part.mean(0)).div(part.var(0, { correction: 0 }).add(1e-5).sqrt())))`,
    start: "(x: Tensor, size: number) => x",
    mistakes: [
      "(x: Tensor) => x.sub(x.mean(0)).div(x.var(0, { correction: 0 }).add(1e-5).sqrt())",
      "(x: Tensor, size: number) => cat(x.chunk(size).map((part) => part.sub(part.mean(0)).div(part.var(0, { correction: 0 }).add(1e-5).sqrt())))",
      "(x: Tensor, size: number) => cat(x.split(size).map((part) => part.sub(part.mean(0)).div(part.std(0))))",
      "(x: Tensor, size: number) => cat(x.split(size).map((part) => part.sub(part.mean(0)).div(part.var(0).add(1e-5).sqrt())))",
    ],
  },
} satisfies Exercises;
