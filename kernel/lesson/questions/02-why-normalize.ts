// The questions of 02-why-normalize.
import type { Expectations, Questions } from "./question";

export const whyNormalizeExpectations = {
  "02-middle": {
    asks: {
      en: "Ten tanh layers, weights of std 0.1: how many hidden values are saturated?",
      "zh-cn": "十层 tanh，权重标准差 0.1：有多少隐藏值饱和？",
    },
    choices: {
      hardly: { en: "hardly any", "zh-cn": "几乎没有" },
      half: { en: "about half", "zh-cn": "大约一半" },
      most: { en: "most of them", "zh-cn": "大多数" },
    },
  },
  "02-inputs": {
    asks: {
      en: "Pixels from 0 to 255, at their best rate: how far behind standardized ones?",
      "zh-cn": "像素取 0 到 255，用最好的学习率：比标准化的输入差多少？",
    },
    choices: {
      level: { en: "level", "zh-cn": "不相上下" },
      points: { en: "up to 15 points behind", "zh-cn": "差 15 个百分点以内" },
      far: { en: "more than 15 points behind", "zh-cn": "差 15 个百分点以上" },
    },
  },
} satisfies Expectations;

export const whyNormalizeQuestions = {
  "02-small": {
    asks: {
      en: "Weights of std 0.01 in ten tanh layers: nothing is saturated. Can the network learn well from there?",
      "zh-cn": "十层 tanh、权重标准差 0.01：没有值饱和。网络从这里能学得好吗？",
    },
    choices: [
      {
        says: {
          en: "Yes: where nothing is saturated, gradients pass.",
          "zh-cn": "能：没有饱和，梯度就能通过。",
        },
        because: {
          en: "Not saturated is not enough: each layer also multiplies the gradient by its small weights.",
          "zh-cn": "不饱和还不够：每一层还会把梯度乘上它很小的权重。",
        },
      },
      {
        says: {
          en: "No: every digit gives nearly the same values, and hardly any gradient arrives.",
          "zh-cn": "不能：每个数字给出的值几乎一样，梯度也几乎传不到。",
        },
        because: {
          en: "Section 4 measures both: the spread from digit to digit dies out, and so does the gradient.",
          "zh-cn": "第 4 节量了这两样：数字之间的差别消失了，梯度也消失了。",
        },
        isRight: true,
      },
      {
        says: { en: "No: the slope of tanh is 0 near 0.", "zh-cn": "不能：tanh 在 0 附近的斜率是 0。" },
        because: { en: "It is 1 there, the largest it can be.", "zh-cn": "那里的斜率是 1，是它的最大值。" },
      },
    ],
  },
  "02-scale": {
    asks: {
      en: "Why does the scale of the weights not matter to a layer with BN behind it?",
      "zh-cn": "后面接 BN 的层，为什么不在乎权重的尺度？",
    },
    choices: [
      {
        says: {
          en: "Twice the weights give twice the mean and twice the deviation, and BN divides by it.",
          "zh-cn": "权重加倍，均值和标准差也都加倍，而 BN 会除掉它。",
        },
        because: {
          en: "So what comes out is the same, but for ε.",
          "zh-cn": "所以除了 ε 的影响，输出不变。",
        },
        isRight: true,
      },
      {
        says: { en: "BN makes all weights as large as each other.", "zh-cn": "BN 把所有权重变得一样大。" },
        because: {
          en: "BN touches no weight; it normalizes what the layer gives.",
          "zh-cn": "BN 不碰权重，它归一化的是层的输出。",
        },
      },
      {
        says: { en: "γ learns to undo the scale.", "zh-cn": "γ 会学着抵消尺度。" },
        because: {
          en: "It holds before any training, with γ at its start.",
          "zh-cn": "训练之前、γ 还在初始值时就已如此。",
        },
      },
    ],
  },
} satisfies Questions;
