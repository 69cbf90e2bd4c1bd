// The exercises of 11-alternatives: over what each norm takes its mean, and GroupNorm by hand.
import { show } from "../../arguments";
import { Generator, groupNorm, randn, type Tensor } from "../../tensor";
import type { Words } from "../words";
import { type Exercises, untouched } from "./exercise";

const dimsOf = { batchNorm: [0, 2, 3], layerNorm: [1, 2, 3], instanceNorm: [2, 3] } as const;

const asked: Record<keyof typeof dimsOf, Words> = {
  batchNorm: {
    en: "which values share a mean in BatchNorm2d? All of one channel",
    "zh-cn": "BatchNorm2d 里哪些值共用一个均值？同一通道的全部值",
  },
  layerNorm: {
    en: "which values share a mean in LayerNorm? All of one sample",
    "zh-cn": "LayerNorm 里哪些值共用一个均值？同一样本的全部值",
  },
  instanceNorm: {
    en: "which values share a mean in InstanceNorm2d? Those of one channel in one sample",
    "zh-cn": "InstanceNorm2d 里哪些值共用一个均值？同一样本、同一通道的值",
  },
};

/** By statistics over these dimensions of x; ε = 1e-5. */
function normalized(x: Tensor, dims: number[], correction = 0): Tensor {
  const variance = x.var(dims, { correction, keepdim: true });
  return x.sub(x.mean(dims, { keepdim: true })).div(variance.add(1e-5).sqrt());
}

/** The exercises of 11-alternatives. */
export const alternatives = {
  "11-dims": {
    hints: [
      {
        en: "In the picture, everything shaded shares a mean. Along which of N, C, H, W does the shading run?",
        "zh-cn": "图中所有带颜色的格子共用一个均值。颜色沿着 N、C、H、W 中的哪几个方向延伸？",
      },
      {
        en: "BatchNorm runs through all samples and positions of one channel: N, H and W, which are 0, 2 and 3.",
        "zh-cn": "BatchNorm 穿过一个通道的所有样本和所有位置：N、H、W，也就是 0、2、3。",
      },
    ],
    check(answer: Record<keyof typeof dimsOf, readonly number[]>): Words | null {
      if (Object.keys(dimsOf).every((name) => answer?.[name as keyof typeof dimsOf]?.join?.() === "0")) {
        return untouched;
      }
      for (const [name, dims] of Object.entries(dimsOf) as [keyof typeof dimsOf, readonly number[]][]) {
        const dimsGiven: unknown = answer?.[name];
        if (!Array.isArray(dimsGiven)) {
          return {
            en: `expected dimensions under ${name}: { ${name}: [0, …], … }`,
            "zh-cn": `缺少 ${name} 的维度：{ ${name}: [0, …], … }`,
          };
        }
        const given = dimsGiven.map((dim: number) => (dim < 0 ? dim + 4 : dim)).sort();
        if (given.join() !== dims.join()) return asked[name];
      }
      return null;
    },
    solution: "{ batchNorm: [0, 2, 3], layerNorm: [1, 2, 3], instanceNorm: [2, 3] }",
    start: "{ batchNorm: [0], layerNorm: [0], instanceNorm: [0] }",
    mistakes: [
      "{ batchNorm: [0], layerNorm: [1, 2, 3], instanceNorm: [2, 3] }",
      "{ batchNorm: [0, 2, 3], layerNorm: [1], instanceNorm: [2, 3] }",
      "{ batchNorm: [0, 2, 3], layerNorm: [1, 2, 3], instanceNorm: [1, 2, 3] }",
      "{ batchNorm: [1], layerNorm: [0], instanceNorm: [0, 1] }",
    ],
  },
  "11-groups": {
    hints: [
      {
        en: "Give the channels of a group a dimension of their own: [N, C, H, W] → [N, groups, C/groups, H, W], or flatter.",
        "zh-cn": "让每一组通道独占一个维度：[N, C, H, W] → [N, groups, C/groups, H, W]，或者再压平一些。",
      },
      {
        en: "x.reshape([n, groups, -1]); mean and biased variance over the last dimension with keepdim; then reshape back to x.shape.",
        "zh-cn":
          "x.reshape([n, groups, -1])，在最后一维上求均值和有偏方差（keepdim），最后 reshape 回 x.shape。",
      },
    ],
    check(answer: (x: Tensor, groups: number) => Tensor): Words | null {
      const x = randn([3, 6, 2, 2], { generator: new Generator(11) })
        .mul(3)
        .add(1);
      for (const groups of [2, 3]) {
        const expected = groupNorm(x, groups);
        const got = answer(x, groups);
        if (got?.shape?.join() !== x.shape.join()) {
          const have = got?.shape ? show(got.shape) : String(got);
          return {
            en: `expected a tensor ${show(x.shape)} as the input, got ${have}`,
            "zh-cn": `应得到与输入同形状的张量 ${show(x.shape)}，得到的是 ${have}`,
          };
        }
        const distance = (other: Tensor) => got.sub(other).abs().max().item();
        const off = distance(expected);
        if (off < 1e-3) continue;
        const grouped = x.reshape([3, groups, -1]);
        const suspects: readonly (readonly [Tensor, Words])[] = [
          [x, untouched],
          [
            normalized(x, [1, 2, 3]),
            { en: "that is one group: LayerNorm", "zh-cn": "这相当于只有一组，即 LayerNorm" },
          ],
          [
            normalized(x, [2, 3]),
            {
              en: "every channel is a group of its own here: InstanceNorm",
              "zh-cn": "这里每个通道自成一组，即 InstanceNorm",
            },
          ],
          [
            normalized(grouped, [2], 1).reshape(x.shape),
            {
              en: "the variance is the unbiased one: { correction: 0 }",
              "zh-cn": "用了无偏方差：{ correction: 0 }",
            },
          ],
          [
            normalized(grouped, [0, 2]).reshape(x.shape),
            {
              en: "the samples share their statistics: each sample has its own",
              "zh-cn": "各样本共用了统计量：每个样本应有自己的",
            },
          ],
        ];
        return (
          suspects.find(([like]) => distance(like) < 1e-3)?.[1] ?? {
            en: `with ${groups} groups the largest difference from GroupNorm is ${off.toPrecision(3)}`,
            "zh-cn": `分成 ${groups} 组时，与 GroupNorm 的最大差异是 ${off.toPrecision(3)}`,
          }
        );
      }
      return null;
    },
    solution: `(x: Tensor, groups: number) => {
  const grouped = x.reshape([x.shape[0]!, groups, -1]);
  const variance = grouped.var(2, { correction: 0, keepdim: true });
  return grouped.sub(grouped.mean(2, { keepdim: true })).div(variance.add(1e-5).sqrt()).reshape(x.shape);
}`,
    start: "(x: Tensor, groups: number) => x",
    mistakes: [
      "(x: Tensor, groups: number) => x.reshape([x.shape[0]!, groups, -1])",
      "(x: Tensor) => x.sub(x.mean([1, 2, 3], { keepdim: true })).div(x.var([1, 2, 3], { correction: 0, keepdim: true }).add(1e-5).sqrt())",
      "(x: Tensor) => x.sub(x.mean([2, 3], { keepdim: true })).div(x.var([2, 3], { correction: 0, keepdim: true }).add(1e-5).sqrt())",
      `(x: Tensor, groups: number) => {
  const grouped = x.reshape([x.shape[0]!, groups, -1]);
  return grouped.sub(grouped.mean(2, { keepdim: true })).div(grouped.var(2, { keepdim: true }).add(1e-5).sqrt()).reshape(x.shape);
}`,
    ],
  },
} satisfies Exercises;
