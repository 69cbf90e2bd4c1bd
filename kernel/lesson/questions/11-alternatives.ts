// The questions of 11-alternatives.
import type { Expectations, Questions } from "./question";

export const alternativesExpectations = {
  "11-largest": {
    asks: {
      en: "At learning rate 0.3, which of the five norms still get more than half right?",
      "zh-cn": "学习率 0.3 时，五种归一化里哪些还能答对一半以上？",
    },
    choices: {
      all: { en: "all of them", "zh-cn": "全部" },
      some: { en: "some of them", "zh-cn": "一部分" },
      none: { en: "none of them", "zh-cn": "都不能" },
    },
  },
  "11-none": {
    asks: {
      en: "Each at its own rate: which norms are ahead of no norm in every pair?",
      "zh-cn": "各用自己的学习率：哪些归一化在每一对里都胜过不用归一化？",
    },
    choices: {
      all: { en: "all five", "zh-cn": "五种全部" },
      some: { en: "some of them", "zh-cn": "一部分" },
      none: { en: "none of them", "zh-cn": "都不是" },
    },
  },
} satisfies Expectations;

export const alternativesQuestions = {
  "11-blind": {
    asks: {
      en: "Each sample is made brighter by a number of its own. Which norm's output shows it?",
      "zh-cn": "每个样本各加上自己的一个亮度。哪种归一化的输出看得出来？",
    },
    choices: [
      {
        says: { en: "LayerNorm's", "zh-cn": "LayerNorm 的" },
        because: {
          en: "It subtracts the mean of the sample, and the number with it.",
          "zh-cn": "它减去样本自己的均值，那个数也就没了。",
        },
      },
      {
        says: { en: "BatchNorm's", "zh-cn": "BatchNorm 的" },
        because: {
          en: "Its mean is over the batch, so what differs from sample to sample stays.",
          "zh-cn": "它的均值取自整批，样本之间的差别会留下。",
        },
        isRight: true,
      },
      {
        says: { en: "InstanceNorm's", "zh-cn": "InstanceNorm 的" },
        because: {
          en: "It subtracts the mean of each channel of the sample.",
          "zh-cn": "它减去样本每个通道的均值。",
        },
      },
    ],
  },
  "11-modes": {
    asks: {
      en: "Why have LayerNorm, GroupNorm and RMSNorm no evaluation mode?",
      "zh-cn": "LayerNorm、GroupNorm 和 RMSNorm 为什么没有推理模式？",
    },
    choices: [
      {
        says: { en: "They are linear.", "zh-cn": "它们是线性的。" },
        because: {
          en: "They divide by a deviation of their input, in training and after it.",
          "zh-cn": "它们总要除以输入的标准差，训练时和训练后都一样。",
        },
      },
      {
        says: { en: "They have no parameters.", "zh-cn": "它们没有参数。" },
        because: { en: "They have γ, and most have β.", "zh-cn": "它们有 γ，大多也有 β。" },
      },
      {
        says: {
          en: "They look at one sample alone, so there is nothing to remember of a batch.",
          "zh-cn": "它们只看一个样本，没有什么要从一批里记下来。",
        },
        because: {
          en: "What they do to a picture does not depend on its company.",
          "zh-cn": "它们对一张图片做什么，与同批的其他图片无关。",
        },
        isRight: true,
      },
    ],
  },
  "11-residual": {
    asks: {
      en: "What does BN do at the start of a deep residual network?",
      "zh-cn": "在深层残差网络的起点，BN 起什么作用？",
    },
    choices: [
      {
        says: {
          en: "It keeps every branch at variance 1, so the sum grows by one a block, not twofold.",
          "zh-cn": "它使每个分支的方差保持为 1，所以和每块只加一，而不是翻倍。",
        },
        because: {
          en: "SkipInit and the normalizer-free net get there by a single number, or by weights.",
          "zh-cn": "SkipInit 用一个数、无归一化网络用权重，也能做到。",
        },
        isRight: true,
      },
      {
        says: { en: "It makes all blocks the same.", "zh-cn": "它使所有块都一样。" },
        because: {
          en: "The blocks have their own weights; what is kept is the scale.",
          "zh-cn": "每块有自己的权重；保持的是尺度。",
        },
      },
      {
        says: { en: "It cuts the skip connection.", "zh-cn": "它切断了跳跃连接。" },
        because: {
          en: "The skip is as it was; beside it the branch weighs less and less.",
          "zh-cn": "跳跃连接照旧；只是旁边的分支占的比重越来越小。",
        },
      },
    ],
  },
} satisfies Questions;
