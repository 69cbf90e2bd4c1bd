// Answers to the exercises beside their solutions and likely mistakes: other right ones, which pass, and lazy ones, which do not.
import type { ExerciseId } from "../../../kernel/lesson";

/** Expressions in which the names of "bnlab" are known. */
interface OtherAnswers {
  /** Written as somebody else would. */
  readonly right: readonly [string, ...string[]];
  /** Without having done what is asked: constants, the input itself, the library's own layer where it is excluded. */
  readonly lazy: readonly [string, ...string[]];
}

export const otherAnswers: Readonly<Record<ExerciseId, OtherAnswers>> = {
  "00-accuracy": {
    right: [
      "(outputs, labels) => outputs.argmax(-1).eq(labels).sum().item() / labels.shape[0]",
      "(outputs, labels) => [...outputs.argmax(1).data].filter((each, i) => each === labels.data[i]).length / labels.data.length",
    ],
    lazy: ["() => 0.75", "() => 1", "() => 0.1"],
  },
  "01-parameters": { right: ["60", "120 - 60", "2 * 60 - 60"], lazy: ["1", "120", "3752"] },
  "01-field": {
    right: ["(count) => 3 + 2 * (count - 1)", "(count) => 1 + count + count"],
    lazy: ["() => 3", "(count) => count", "(count) => [3, 5, 7][count - 1]"],
  },
  "02-edge": {
    right: ["2.06", "2.0634", "2.06344", "2 * Math.atanh(Math.sqrt(0.6))"],
    lazy: ["2", "2.1", "0"],
  },
  "02-std": {
    right: [
      "(fanIn) => fanIn ** -0.5",
      "(fanIn) => Math.sqrt(1 / fanIn)",
      "(fanIn) => 1.1 / Math.sqrt(fanIn)",
    ],
    lazy: ["() => 0.1", "() => 0.05", "() => 0.2"],
  },
  "03-images": {
    right: [
      "(x) => nn.functional.batchNorm(x, { training: true })",
      `(x) => {
  const centered = x.sub(x.mean([0, 2, 3], { keepdim: true }));
  return centered.mul(centered.square().mean([0, 2, 3], { keepdim: true }).add(1e-5).rsqrt());
}`,
    ],
    lazy: [
      "(x) => x.mul(0)",
      "(x) => x.sub(x.mean()).div(x.std())",
      "(x) => nn.functional.layerNorm(x, [4, 4, 4])",
    ],
  },
  "03-undo": {
    right: [
      "(x) => ({ weight: x.sub(x.mean(0)).square().mean(0).add(1e-5).sqrt(), bias: x.sum(0).div(x.shape[0]) })",
    ],
    lazy: [
      "(x) => ({ weight: zeros([3]), bias: x })",
      "(x) => ({ weight: ones([3]), bias: x.mean(0) })",
      "() => ({ weight: ones([3]), bias: zeros([3]) })",
    ],
  },
  "03-backward": {
    right: [
      `(dy, normalized, gamma, s) => {
  const n = dy.shape[0];
  return dy.mul(n).sub(dy.sum(0)).sub(normalized.mul(dy.mul(normalized).sum(0))).mul(gamma.div(s).div(n));
}`,
    ],
    lazy: ["(dy) => dy.mul(0)", "(dy) => dy.sub(dy.mean(0))", "(dy, normalized) => normalized"],
  },
  "03-running": {
    right: [
      `({ mean, variance }, x, momentum) => ({
  mean: mean.add(x.mean(0).sub(mean).mul(momentum)),
  variance: variance.add(x.var(0, { correction: 1 }).sub(variance).mul(momentum)),
})`,
    ],
    lazy: ["(running) => running", "(running, x) => ({ mean: x.mean(0), variance: x.var(0) })"],
  },
  "04-shift": {
    right: [
      `(before, after) => {
  const at = (values, level) => values.quantile(level).item();
  return Math.abs(at(after, 0.5) - at(before, 0.5)) / (at(before, 0.85) - at(before, 0.15));
}`,
    ],
    lazy: [
      "() => 0",
      "() => 3 / 0.7",
      "(before, after) => Math.abs(after.mean().item() - before.mean().item())",
    ],
  },
  "04-frozen": {
    right: [
      '["4.bias", "4.weight", "2.bias", "2.weight", "0.bias", "0.weight"]',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the answer's own
      '["0", "2", "4"].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`])',
    ],
    lazy: ["[]", '["0.weight"]', '["0", "2", "4"]'],
  },
  "05-scale": {
    right: ["(norm, a) => norm * a ** -1", "(norm, a) => norm * (1 / a)"],
    lazy: ["(norm) => norm", "() => 0", "() => 1"],
  },
  "05-steps": {
    right: [
      `({ x, y }, target) => {
  let at = Infinity;
  for (let i = y.length - 1; i >= 0 && y[i] >= target; i--) at = x[i];
  return at;
}`,
    ],
    lazy: ["() => 40", "() => Infinity", "({ x }) => x.at(-1)"],
  },
  "06-vanish": {
    right: ["0.25 ** 49", "3.2e-30", "3.16e-30", "4 ** -49", "2 ** -98"],
    lazy: ["1e-30", "0.25", "1e-10"],
  },
  "06-flat-share": {
    right: [
      `(gamma, beta) => {
  const tail = (distance) => (1 - tensor(distance / (Math.abs(gamma) * Math.SQRT2)).erf().item()) / 2;
  return tail(4.585 - beta) + tail(4.585 + beta);
}`,
    ],
    lazy: ["() => 0", "() => 0.01", "(gamma) => Math.abs(gamma) / 10"],
  },
  "07-batch": {
    right: [
      "(error) => Math.ceil(error ** -2)",
      "(error) => { let m = 1; while (1 / Math.sqrt(m) > error) m++; return m; }",
    ],
    lazy: ["() => 64", "() => 4", "(error) => 1 / error"],
  },
  "07-shift": {
    right: ["(p, c, v) => (v * (1 - p)) / (v + p * c * c)"],
    lazy: ["() => 0.5", "(p) => 1 - p", "() => 0"],
  },
  "08-noise": {
    right: ["(sigma, spread) => Math.hypot(sigma, spread, spread / Math.sqrt(3))"],
    lazy: ["(sigma) => sigma", "() => 1", "(sigma, spread) => sigma + spread"],
  },
  "08-smoothness": {
    right: [
      `({ steps, differences, gradientNorm }) =>
  steps.reduce((most, step, i) => Math.max(most, differences[i] / step), 0) / gradientNorm`,
    ],
    lazy: ["() => 3", "({ differences }) => Math.max(...differences)", "({ gradientNorm }) => gradientNorm"],
  },
  "09-fold": {
    right: [
      `(linear, norm) => {
  const factor = norm.runningVar.add(norm.eps).rsqrt().mul(norm.weight);
  return {
    weight: linear.weight.t().mul(factor).t(),
    bias: norm.bias.add(linear.bias.sub(norm.runningMean).mul(factor)),
  };
}`,
    ],
    lazy: [
      "(linear) => ({ weight: linear.weight, bias: linear.bias })",
      "(linear) => ({ weight: zeros([4, 4]), bias: linear.bias })",
    ],
  },
  "09-momentum": {
    right: [
      "(momentum) => { let n = 0; for (let left = 1; left >= 0.01; n++) left *= 1 - momentum; return n; }",
    ],
    lazy: ["() => 44", "(momentum) => 1 / momentum", "() => null"],
  },
  "10-two": {
    right: ["(x) => x.gt(x.flip(0)).float().mul(2).sub(1)", "(x) => where(x.gt(x.flip(0)), 1, -1).float()"],
    lazy: [
      "(x) => new nn.BatchNorm1d(6).forward(x)",
      "(x) => x.sub(x.mean(0)).div(x.std(0, { correction: 0 }).add(1e-5))",
      "() => tensor([[1, 1, 1, 1, 1, 1], [-1, -1, -1, -1, -1, -1]])",
    ],
  },
  "10-ghost": {
    right: [
      "(x, size) => new nn.BatchNorm1d(3, { ghostSize: size }).forward(x)",
      `(x, size) => {
  const runs = x.reshape([-1, size, x.shape[1]]);
  const variance = runs.var(1, { correction: 0, keepdim: true });
  return runs.sub(runs.mean(1, { keepdim: true })).div(variance.add(1e-5).sqrt()).reshape(x.shape);
}`,
    ],
    lazy: ["(x) => new nn.BatchNorm1d(3).forward(x)", "(x) => x.mul(0)"],
  },
  "11-dims": {
    right: [
      "{ batchNorm: [0, 2, 3], layerNorm: [1, 2, 3], instanceNorm: [2, 3] }",
      "{ batchNorm: [3, 2, 0], layerNorm: [-1, -2, -3], instanceNorm: [-1, -2] }",
    ],
    lazy: [
      "{ batchNorm: [0], layerNorm: [0], instanceNorm: [0] }",
      "{ batchNorm: [0, 1, 2, 3], layerNorm: [0, 1, 2, 3], instanceNorm: [0, 1, 2, 3] }",
      "{ batchNorm: [0, 2, 3] }",
    ],
  },
  "11-groups": {
    right: [
      "(x, groups) => new nn.GroupNorm(groups, x.shape[1]).forward(x)",
      "(x, groups) => nn.functional.groupNorm(x, groups)",
    ],
    lazy: [
      "(x) => x.mul(0)",
      "(x) => nn.functional.layerNorm(x, [6, 2, 2])",
      "(x) => new nn.GroupNorm(2, 6).forward(x)",
    ],
  },
  "13-rate": {
    right: ["(lr, scale) => lr * scale * scale", "(lr, scale) => lr / (1 / scale) ** 2"],
    lazy: ["() => 1.6", "(lr) => 16 * lr", "(lr, scale) => scale"],
  },
  "13-radius": {
    right: ["(norm, lr, gradient) => (norm * norm + lr * lr * gradient * gradient) ** 0.5"],
    lazy: ["() => 5", "(norm) => norm", "(norm, lr, gradient) => lr * gradient"],
  },
  "14-sync": {
    right: [
      `(parts) => {
  const means = stack(parts.map((part) => part.mean));
  return { mean: means.mean(0), variance: stack(parts.map((part) => part.variance)).mean(0).add(means.var(0, { correction: 0 })) };
}`,
    ],
    lazy: [
      "(parts) => parts[0]",
      "(parts) => ({ mean: zeros([3]), variance: ones([3]) })",
      "(parts) => ({ mean: stack(parts.map((part) => part.mean)).mean(0), variance: ones([3]) })",
    ],
  },
  "14-groups": {
    right: [
      `(net) => {
  const decay = net.modules().flatMap((layer) => (layer instanceof nn.Linear || layer instanceof nn.Conv2d ? [layer.weight] : []));
  return { decay, noDecay: net.parameters().filter((parameter) => !decay.includes(parameter)) };
}`,
    ],
    lazy: [
      "() => ({ decay: [], noDecay: [] })",
      "(net) => ({ decay: net.parameters(), noDecay: net.parameters() })",
    ],
  },
};
