// The exercises of 03-bn-from-scratch: normalize images by channel, and undo a normalization by γ and β.
import { show } from "../../arguments";
import { cat, Generator, randn, type Tensor } from "../../tensor";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

/** The largest difference between elements. */
const distance = (a: Tensor, b: Tensor) => a.sub(b).abs().max().item();

/** Null where they are alike; a reason by what else the answer is near to, else how far it is off. */
function compared(
  got: unknown,
  expected: Tensor,
  suspects: readonly (readonly [Tensor, Words])[],
): Words | null {
  const shape = (got as Partial<Tensor> | null | undefined)?.shape;
  if (shape?.join() !== expected.shape.join()) {
    const [want, have] = [show(expected.shape), shape ? show(shape) : String(got)];
    return {
      en: `expected a tensor ${want}, got ${have}`,
      "zh-cn": `应得到形状为 ${want} 的张量，得到的是 ${have}`,
    };
  }
  const off = distance(got as Tensor, expected);
  if (off < 1e-4) return null;
  if (!Number.isFinite(off)) {
    return {
      en: "one channel is constant here, and the output is no number there: its variance is 0, so √ needs an ε beside it",
      "zh-cn": "这里有一个通道是常数，输出在那里不是数：它的方差是 0，根号里还要加上 ε",
    };
  }
  const suspect = suspects.find(([like]) => distance(got as Tensor, like) < 1e-4);
  return (
    suspect?.[1] ?? {
      en: `the largest difference from the right output is ${off.toPrecision(3)}`,
      "zh-cn": `与正确输出的最大差异是 ${off.toPrecision(3)}`,
    }
  );
}

/** (x − mean) / √(variance + ε) over these dimensions. */
function normalizedOver(x: Tensor, dim: number[], { correction = 0, eps = 1e-5 } = {}): Tensor {
  const variance = x.var(dim, { correction, keepdim: true });
  return x.sub(x.mean(dim, { keepdim: true })).div(variance.add(eps).sqrt());
}

/** [8, 3, 4, 4], the channels of scales 1 and 10, the last one constant. */
function pictures(): Tensor {
  const generator = new Generator(3);
  const channel = (scale: number, shift: number) => randn([8, 1, 4, 4], { generator }).mul(scale).add(shift);
  return cat([channel(1, 0), channel(10, 5), channel(0, 0.5)], 1);
}

const otherAxes: readonly (readonly [number[], Words])[] = [
  [
    [0, 1, 2, 3],
    {
      en: "these are the statistics of all elements: each channel needs its own",
      "zh-cn": "这是所有元素的统计量：每个通道应有自己的统计量",
    },
  ],
  [
    [0],
    {
      en: "these are the statistics of each pixel over the batch: the pixels of a channel share theirs",
      "zh-cn": "这是每个像素在批次上的统计量：同一通道的所有像素共用一组统计量",
    },
  ],
  [
    [2, 3],
    {
      en: "these are the statistics of each picture (that is InstanceNorm): the pictures of a batch share theirs",
      "zh-cn": "这是每张图片自己的统计量（那是 InstanceNorm）：一批图片共用一组统计量",
    },
  ],
  [
    [1, 2, 3],
    {
      en: "these are the statistics of each sample (that is LayerNorm): here they go over the batch",
      "zh-cn": "这是每个样本自己的统计量（那是 LayerNorm）：这里要在批次上统计",
    },
  ],
];

const unbiased: Words = {
  en: "the variance is the unbiased one (divided by m − 1); BN divides by m: { correction: 0 }",
  "zh-cn": "用了无偏方差（除以 m − 1）；BN 除以 m：{ correction: 0 }",
};

/** The exercises of 03-bn-from-scratch. */
export const batchNormFromScratch = {
  "03-images": {
    hints: [
      {
        en: "A channel of a convolution is one feature, seen at every position. Over which dimensions of [N, C, H, W] do its values lie?",
        "zh-cn": "卷积的一个通道就是一个特征，只是出现在每个位置上。它的值分布在 [N, C, H, W] 的哪些维度上？",
      },
      {
        en: "mean and var take several dimensions at once; with { keepdim: true } the result broadcasts against x.",
        "zh-cn": "mean 和 var 可以一次接受多个维度；加上 { keepdim: true }，结果就能与 x 广播。",
      },
      {
        en: "x.mean([0, 2, 3], { keepdim: true }), and x.var of the same dimensions with { correction: 0, keepdim: true }; ε = 1e-5 goes under the root.",
        "zh-cn":
          "x.mean([0, 2, 3], { keepdim: true })，x.var 用同样的维度并加上 { correction: 0, keepdim: true }；ε = 1e-5 放在根号里。",
      },
    ],
    check(answer: (x: Tensor) => Tensor): Words | null {
      const x = pictures();
      const channels = [0, 2, 3];
      return compared(answer(x), normalizedOver(x, channels), [
        ...otherAxes.map(([dims, words]) => [normalizedOver(x, dims), words] as const),
        [normalizedOver(x, channels, { correction: 1 }), unbiased],
      ]);
    },
    solution: `(x: Tensor) => {
  const mean = x.mean([0, 2, 3], { keepdim: true });
  const variance = x.var([0, 2, 3], { correction: 0, keepdim: true });
  return x.sub(mean).div(variance.add(1e-5).sqrt());
}`,
    mistakes: [
      "(x: Tensor) => x",
      "(x: Tensor) => x.select(0, 0)",
      "(x: Tensor) => x.sub(x.mean()).div(x.var(undefined, { correction: 0 }).add(1e-5).sqrt())",
      "(x: Tensor) => x.sub(x.mean(0)).div(x.var(0, { correction: 0 }).add(1e-5).sqrt())",
      "(x: Tensor) => x.sub(x.mean([0, 2, 3], { keepdim: true })).div(x.var([0, 2, 3], { keepdim: true }).add(1e-5).sqrt())",
      "(x: Tensor) => x.sub(x.mean([0, 2, 3], { keepdim: true })).div(x.var([0, 2, 3], { correction: 0, keepdim: true }).sqrt())",
      "(x: Tensor) => x.sub(x.mean([0, 2, 3]))",
    ],
  },
  "03-undo": {
    hints: [
      {
        en: "y = γ·(x − μ)/√(v + ε) + β shall be x. Solve it for γ and β.",
        "zh-cn": "要使 y = γ·(x − μ)/√(v + ε) + β 等于 x。把 γ 和 β 解出来。",
      },
      {
        en: "γ undoes the division and β the subtraction; each has one element a feature.",
        "zh-cn": "γ 抵消除法，β 抵消减法；每个特征各有一个。",
      },
      {
        en: "weight: x.var(0, { correction: 0 }).add(1e-5).sqrt(), bias: x.mean(0)",
        "zh-cn": "weight: x.var(0, { correction: 0 }).add(1e-5).sqrt()，bias: x.mean(0)",
      },
    ],
    check(answer: (x: Tensor) => { weight: Tensor; bias: Tensor }): Words | null {
      const generator = new Generator(4);
      const x = cat(
        [0.003, 1, 100].map((scale) => randn([20, 1], { generator }).mul(scale).add(scale)),
        1,
      );
      const { weight, bias } = answer(x);
      const normalized = normalizedOver(x, [0]);
      const restored = (gamma: Tensor) => normalized.mul(gamma).add(x.mean(0));
      return compared(normalized.mul(weight).add(bias), x, [
        [restored(x.std(0, { correction: 0 })), forgotten],
        [restored(x.std(0)), unbiased],
        [restored(x.var(0).add(1e-5).sqrt()), unbiased],
      ]);
    },
    solution: `(x: Tensor) => ({
  weight: x.var(0, { correction: 0 }).add(1e-5).sqrt(),
  bias: x.mean(0),
})`,
    mistakes: [
      "(x: Tensor) => ({ weight: ones([3]), bias: zeros([3]) })",
      "(x: Tensor) => ({ weight: x.std(0), bias: x.mean(0) })",
      "(x: Tensor) => ({ weight: x.std(0, { correction: 0 }), bias: x.mean(0) })",
      "(x: Tensor) => ({ weight: x.var(0).add(1e-5).sqrt(), bias: x.mean(0) })",
      "(x: Tensor) => ({ weight: x.std(1), bias: x.mean(1) })",
    ],
  },
} satisfies Exercises;

const forgotten: Words = {
  en: "nearly: the smallest feature does not come back, for its variance is of the size of ε",
  "zh-cn": "差一点：最小的那个特征没有还原，因为它的方差与 ε 同样大小",
};
