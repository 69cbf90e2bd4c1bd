// The exercises of 14-practice: statistics of several devices joined, and which parameters weight decay is left off.
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  LayerNorm,
  Linear,
  type Module,
  ReLU,
  Sequential,
} from "../../nn";
import { Generator, randn, type Tensor } from "../../tensor";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

type Statistics = { mean: Tensor; variance: Tensor };

const farthest = (a: Tensor, b: Tensor) => a.sub(b).abs().max().item();

/** What likely goes wrong, from the devices' own statistics. */
function joinedWrongly(parts: readonly Statistics[]): readonly (readonly [Tensor, Words])[] {
  const average = (tensors: readonly Tensor[]) => tensors.reduce((a, b) => a.add(b)).div(tensors.length);
  const mean = average(parts.map((part) => part.mean));
  const apart = parts.map((part) => part.mean.sub(mean).square());
  return [
    [
      average(parts.map(({ variance }) => variance)),
      {
        en: "that is the mean of the variances; the devices' means differ too, and that is variance as well",
        "zh-cn": "这是各设备方差的平均；各设备的均值也不同，这部分差异同样是方差",
      },
    ],
    [
      average(apart),
      {
        en: "that is the variance of the means alone; what varies on each device is missing",
        "zh-cn": "这只是均值之间的方差；漏了每台设备内部的方差",
      },
    ],
    [
      average(parts.map(({ variance }) => variance)).add(
        apart.reduce((a, b) => a.add(b)).div(parts.length - 1),
      ),
      {
        en: "the variance of the means is divided by the number of devices, not by one less",
        "zh-cn": "均值之间的方差应除以设备数，而不是设备数减一",
      },
    ],
  ];
}

/** The exercises of 14-practice. */
export const practice = {
  "14-sync": {
    hints: [
      {
        en: "The mean of all is the mean of the means, as all devices have equally many samples. For the variance go by way of the mean square: E[x²] = variance + mean².",
        "zh-cn":
          "各设备样本数相同，所以总均值就是均值的平均。求方差可以绕道平方的均值：E[x²] = 方差 + 均值²。",
      },
      {
        en: "variance = mean of (variance + mean²) over the devices, less the square of the mean of all.",
        "zh-cn": "总方差 = 各设备（方差 + 均值²）的平均，减去总均值的平方。",
      },
    ],
    check(answer: (parts: Statistics[]) => Statistics): Words | null {
      for (const devices of [2, 3]) {
        const generator = new Generator(14 + devices);
        const samples = Array.from({ length: devices }, (_, i) =>
          randn([8, 3], { generator })
            .mul(i + 1)
            .add(2 * i),
        );
        const parts = samples.map((x) => ({ mean: x.mean(0), variance: x.var(0, { correction: 0 }) }));
        const got = answer(parts);
        for (const name of ["mean", "variance"] as const) {
          if (got?.[name]?.shape?.join() !== "3") {
            return {
              en: `expected { mean, variance }, two tensors [3], for devices with 3 channels; ${name} is not such a one`,
              "zh-cn": `对 3 个通道的设备，应得到 { mean, variance } 两个 [3] 张量；${name} 不是`,
            };
          }
        }
        const all = samples.reduce((a, b) => a.add(b)).div(devices);
        const mean = all.mean(0);
        if (!(farthest(got.mean, mean) < 1e-4)) {
          return {
            en: "the mean is not that of all samples: it is the mean of the devices' means",
            "zh-cn": "均值不是全部样本的均值：它是各设备均值的平均",
          };
        }
        const square = parts
          .map((part) => part.variance.add(part.mean.square()))
          .reduce((a, b) => a.add(b))
          .div(devices);
        if (farthest(got.variance, square.sub(mean.square())) < 1e-3) continue;
        const like = joinedWrongly(parts).find(([suspect]) => farthest(got.variance, suspect) < 1e-3);
        return (
          like?.[1] ?? {
            en: `with ${devices} devices the variance is not that of all samples`,
            "zh-cn": `${devices} 台设备时，方差不是全部样本的方差`,
          }
        );
      }
      return null;
    },
    solution: `(parts: { mean: Tensor; variance: Tensor }[]) => {
  const average = (tensors: Tensor[]) => tensors.reduce((a, b) => a.add(b)).div(tensors.length);
  const mean = average(parts.map((part) => part.mean));
  const square = average(parts.map((part) => part.variance.add(part.mean.square())));
  return { mean, variance: square.sub(mean.square()) };
}`,
    mistakes: [
      "(parts: { mean: Tensor; variance: Tensor }[]) => parts[0]!",
      `(parts: { mean: Tensor; variance: Tensor }[]) => {
  const average = (tensors: Tensor[]) => tensors.reduce((a, b) => a.add(b)).div(tensors.length);
  return { mean: average(parts.map((part) => part.mean)), variance: average(parts.map((part) => part.variance)) };
}`,
      `(parts: { mean: Tensor; variance: Tensor }[]) => {
  const average = (tensors: Tensor[]) => tensors.reduce((a, b) => a.add(b)).div(tensors.length);
  const mean = average(parts.map((part) => part.mean));
  return { mean, variance: average(parts.map((part) => part.mean.sub(mean).square())) };
}`,
    ],
  },
  "14-groups": {
    hints: [
      {
        en: "γ and β, and the biases, have one dimension; weights that multiply inputs have two or more.",
        "zh-cn": "γ、β 和偏置都只有一维；与输入相乘的权重有两维或更多。",
      },
      {
        en: "net.parameters().filter((parameter) => parameter.shape.length > 1) is the first group, the others are the second.",
        "zh-cn":
          "net.parameters().filter((parameter) => parameter.shape.length > 1) 是第一组，其余是第二组。",
      },
    ],
    check(answer: (net: Module) => { decay: readonly Tensor[]; noDecay: readonly Tensor[] }): Words | null {
      const net = new Sequential(
        new Conv2d(1, 4, 3, { bias: false }),
        new BatchNorm2d(4),
        new ReLU(),
        new Flatten(),
        new Linear(4 * 4, 6),
        new BatchNorm1d(6),
        new LayerNorm([6]),
        new Linear(6, 2),
      );
      const { decay, noDecay } = answer(net) ?? {};
      if (!Array.isArray(decay) || !Array.isArray(noDecay)) {
        return {
          en: "expected { decay, noDecay }, two lists of parameters",
          "zh-cn": "应得到 { decay, noDecay }，两个参数列表",
        };
      }
      const wanted = net.parameters();
      const given = [...decay, ...noDecay];
      if (new Set(given).size !== given.length) {
        return { en: "a parameter is listed twice", "zh-cn": "有参数被列了两次" };
      }
      const missing = wanted.filter((parameter) => !given.includes(parameter)).length;
      if (missing > 0) {
        return {
          en: `${missing} of ${wanted.length} parameters are in neither list: the optimizer would not move them`,
          "zh-cn": `${wanted.length} 个参数里有 ${missing} 个不在任何一个列表里：优化器不会更新它们`,
        };
      }
      const layers = net.modules();
      const wrongly = layers.find((layer) =>
        layer.parameters().some((parameter) => parameter.shape.length === 1 && decay.includes(parameter)),
      );
      if (wrongly) {
        return {
          en: "some γ, β or bias is among those that decay",
          "zh-cn": "有的 γ、β 或偏置被放进了要衰减的一组",
        };
      }
      if (wanted.some((parameter) => parameter.shape.length > 1 && !decay.includes(parameter))) {
        return {
          en: "the weights of linear layers and convolutions are to decay",
          "zh-cn": "线性层和卷积层的权重应当衰减",
        };
      }
      return null;
    },
    solution: `(net: nn.Module) => ({
  decay: net.parameters().filter((parameter) => parameter.shape.length > 1),
  noDecay: net.parameters().filter((parameter) => parameter.shape.length <= 1),
})`,
    mistakes: [
      "(net: nn.Module) => ({ decay: net.parameters(), noDecay: [] })",
      "(net: nn.Module) => ({ decay: [], noDecay: net.parameters() })",
      `(net: nn.Module) => ({
  decay: net.parameters().filter((parameter) => parameter.shape.length > 1),
  noDecay: net.modules().filter((layer) => layer instanceof nn.BatchNorm2d).flatMap((layer) => layer.parameters()),
})`,
    ],
  },
} satisfies Exercises;
