// The exercises of 03-bn-from-scratch: normalize images by channel, undo a normalization, its gradient, its running statistics.
import { show } from "../../arguments";
import { BatchNorm1d } from "../../nn";
import { autograd, cat, Generator, noGrad, randn, type Tensor, zeros } from "../../tensor";
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

/** [8, 4, 4, 4], the channels of scales 1, 10 and 0.003, where ε counts, the last one constant. */
function pictures(): Tensor {
  const generator = new Generator(3);
  const channel = (scale: number, shift: number) => randn([8, 1, 4, 4], { generator }).mul(scale).add(shift);
  return cat([channel(1, 0), channel(10, 5), channel(0.003, 0), channel(0, 0.5)], 1);
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
      const mean = x.mean(channels, { keepdim: true });
      return compared(answer(x), normalizedOver(x, channels), [
        ...otherAxes.map(([dims, words]) => [normalizedOver(x, dims), words] as const),
        [normalizedOver(x, channels, { correction: 1 }), unbiased],
        [normalizedOver(x, channels, { eps: 1e-8 }), otherEps],
        [normalizedOver(x, channels, { eps: 1e-12 }), otherEps],
        [x.sub(mean).div(x.var(channels, { correction: 0, keepdim: true }).sqrt().add(1e-5)), outside],
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
      "(x: Tensor) => x.sub(x.mean([0, 2, 3], { keepdim: true })).div(x.var([0, 2, 3], { correction: 0, keepdim: true }).add(1e-8).sqrt())",
      "(x: Tensor) => x.sub(x.mean([0, 2, 3], { keepdim: true })).div(x.var([0, 2, 3], { correction: 0, keepdim: true }).sqrt().add(1e-5))",
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
      for (const [name, given] of Object.entries({ weight, bias })) {
        if ((given as Partial<Tensor> | undefined)?.shape?.join() === "3") continue;
        const shape = (given as Partial<Tensor> | undefined)?.shape;
        const got = shape ? show(shape) : "–";
        return {
          en: `expected ${name} to hold one number for each of the 3 features, [3], got ${got}`,
          "zh-cn": `${name} 应为 3 个特征各有一个数，形状 [3]，得到 ${got}`,
        };
      }
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
      "(x: Tensor) => ({ weight: zeros([3]), bias: x })",
    ],
  },
  "03-backward": {
    hints: [
      {
        en: "x̂ = (x − μ)/s with s = √(v + ε). If μ and s stood still, dx would be γ·dy/s. What do they take away, since every x moves them?",
        "zh-cn":
          "x̂ = (x − μ)/s，其中 s = √(v + ε)。如果 μ 和 s 固定不动，dx 就是 γ·dy/s。可每个 x 都会带动它们，这会减去什么？",
      },
      {
        en: "Through μ: the mean of dy over the batch. Through s: x̂ times the mean of dy·x̂. Both are subtracted from dy before γ/s.",
        "zh-cn": "经由 μ：dy 在这一批上的均值。经由 s：x̂ 乘以 dy·x̂ 的均值。两者都在乘 γ/s 之前从 dy 中减去。",
      },
      {
        en: "dy.sub(dy.mean(0)).sub(normalized.mul(dy.mul(normalized).mean(0))).mul(gamma).div(s)",
        "zh-cn": "dy.sub(dy.mean(0)).sub(normalized.mul(dy.mul(normalized).mean(0))).mul(gamma).div(s)",
      },
    ],
    check(answer: (dy: Tensor, normalized: Tensor, gamma: Tensor, s: Tensor) => Tensor): Words | null {
      for (const [rows, seed] of [
        [12, 5],
        [5, 6],
      ] as const) {
        const generator = new Generator(seed);
        const x = randn([rows, 3], { generator }).mul(2).add(1).requiresGrad_();
        const [gamma, dy] = [randn([3], { generator }), randn([rows, 3], { generator })];
        const s = x.var(0, { correction: 0 }).add(1e-5).sqrt();
        const normalized = x.sub(x.mean(0)).div(s);
        const [expected] = autograd.grad(normalized.mul(gamma).mul(dy).sum(), [x]);
        const [still, xHat] = [s.detach(), normalized.detach()];
        const through = (gradient: Tensor) => gradient.mul(gamma).div(still);
        const [ofMean, ofScale] = [dy.mean(0), xHat.mul(dy.mul(xHat).mean(0))];
        const wrong = compared(answer(dy, xHat, gamma, still), expected!, [
          [through(dy), standing],
          [through(dy.sub(ofMean)), scaleStands],
          [through(dy.sub(ofScale)), meanStands],
          [dy.sub(ofMean).sub(ofScale).div(still), noGamma],
          [dy.sub(ofMean).sub(ofScale).mul(gamma), noScale],
        ]);
        if (wrong !== null) return wrong;
      }
      return null;
    },
    solution: `(dy: Tensor, normalized: Tensor, gamma: Tensor, s: Tensor) => {
  const ofMean = dy.mean(0);
  const ofScale = normalized.mul(dy.mul(normalized).mean(0));
  return dy.sub(ofMean).sub(ofScale).mul(gamma).div(s);
}`,
    mistakes: [
      "(dy: Tensor) => dy",
      "(dy: Tensor, normalized: Tensor, gamma: Tensor, s: Tensor) => dy.mul(gamma).div(s)",
      "(dy: Tensor, normalized: Tensor, gamma: Tensor, s: Tensor) => dy.sub(dy.mean(0)).mul(gamma).div(s)",
      "(dy: Tensor, normalized: Tensor, gamma: Tensor, s: Tensor) => dy.sub(dy.mean(0)).sub(normalized.mul(dy.mul(normalized).mean(0))).div(s)",
      "(dy: Tensor, normalized: Tensor, gamma: Tensor, s: Tensor) => dy.sub(dy.sum(0)).sub(normalized.mul(dy.mul(normalized).sum(0))).mul(gamma).div(s)",
      "(dy: Tensor) => zeros(dy.shape)",
    ],
  },
  "03-running": {
    hints: [
      {
        en: "running ← (1 − momentum)·running + momentum·batch, for the mean and for the variance.",
        "zh-cn": "running ← (1 − momentum)·running + momentum·batch，均值和方差都是如此。",
      },
      {
        en: "The batch is a sample here: the variance that is stored divides by N − 1, as x.var(0) does of itself.",
        "zh-cn": "这里把批次看作样本：存下来的方差除以 N − 1，x.var(0) 默认就是这样。",
      },
    ],
    check(
      answer: (
        running: { mean: Tensor; variance: Tensor },
        x: Tensor,
        momentum: number,
      ) => { mean: Tensor; variance: Tensor },
    ): Words | null {
      for (const momentum of [0.1, 0.5]) {
        const generator = new Generator(7);
        const layer = new BatchNorm1d(3, { momentum });
        let own = { mean: zeros([3]), variance: zeros([3]).add(1) };
        let biased = own.variance;
        for (let batch = 0; batch < 3; batch++) {
          const x = randn([4, 3], { generator }).mul(2).add(3);
          noGrad(() => layer.forward(x));
          const kept = own;
          own = answer(kept, x, momentum);
          biased = biased.mul(1 - momentum).add(x.var(0, { correction: 0 }).mul(momentum));
          const swapped = (value: Tensor, of: Tensor) => value.mul(momentum).add(of.mul(1 - momentum));
          const wrong =
            compared(own?.mean, layer.runningMean!, [[swapped(kept.mean, x.mean(0)), otherWay]]) ??
            compared(own?.variance, layer.runningVar!, [
              [biased, storedBiased],
              [swapped(kept.variance, x.var(0)), otherWay],
            ]);
          if (wrong !== null) return wrong;
        }
      }
      return null;
    },
    solution: `(running: { mean: Tensor; variance: Tensor }, x: Tensor, momentum: number) => ({
  mean: running.mean.mul(1 - momentum).add(x.mean(0).mul(momentum)),
  variance: running.variance.mul(1 - momentum).add(x.var(0).mul(momentum)),
})`,
    mistakes: [
      "(running: { mean: Tensor; variance: Tensor }) => running",
      "(running: { mean: Tensor; variance: Tensor }, x: Tensor) => ({ mean: x.mean(0), variance: x.var(0) })",
      `(running: { mean: Tensor; variance: Tensor }, x: Tensor, momentum: number) => ({
  mean: running.mean.mul(momentum).add(x.mean(0).mul(1 - momentum)),
  variance: running.variance.mul(momentum).add(x.var(0).mul(1 - momentum)),
})`,
      `(running: { mean: Tensor; variance: Tensor }, x: Tensor, momentum: number) => ({
  mean: running.mean.mul(1 - momentum).add(x.mean(0).mul(momentum)),
  variance: running.variance.mul(1 - momentum).add(x.var(0, { correction: 0 }).mul(momentum)),
})`,
    ],
  },
} satisfies Exercises;

const standing: Words = {
  en: "that is the gradient if μ and s stood still; but every x moves them",
  "zh-cn": "这是假定 μ 和 s 固定不动时的梯度；可每个 x 都会带动它们",
};

const scaleStands: Words = {
  en: "μ is in it; what comes through s is missing still",
  "zh-cn": "经由 μ 的部分已有，还缺经由 s 的部分",
};

const meanStands: Words = {
  en: "s is in it; what comes through μ is missing still",
  "zh-cn": "经由 s 的部分已有，还缺经由 μ 的部分",
};

const noGamma: Words = { en: "γ is missing", "zh-cn": "漏了 γ" };

const noScale: Words = { en: "the division by s is missing", "zh-cn": "漏了除以 s" };

const otherWay: Words = {
  en: "the momentum is the other way round: PyTorch's is the share of the new batch",
  "zh-cn": "动量的方向反了：PyTorch 的动量是新批次所占的份额",
};

const storedBiased: Words = {
  en: "the variance that is stored divides by N − 1, though the one that normalizes divides by N",
  "zh-cn": "存下来的方差除以 N − 1，尽管归一化时用的方差除以 N",
};

const otherEps: Words = {
  en: "nearly: in the channel of the smallest scale the ε counts, and it is 1e-5 here",
  "zh-cn": "差一点：在尺度最小的通道里 ε 起作用，这里规定 ε 为 1e-5",
};

const outside: Words = {
  en: "nearly: ε stands beside the variance, under the root, not beside the root",
  "zh-cn": "差一点：ε 应加在根号里、方差旁边，而不是根号外",
};

const forgotten: Words = {
  en: "nearly: the smallest feature does not come back, for its variance is of the size of ε",
  "zh-cn": "差一点：最小的那个特征没有还原，因为它的方差与 ε 同样大小",
};
