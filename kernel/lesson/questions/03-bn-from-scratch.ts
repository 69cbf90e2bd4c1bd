// The questions of 03-bn-from-scratch.
import type { Expectations, Questions } from "./question";

export const batchNormFromScratchExpectations = {
  "03-restored": {
    asks: {
      en: "γ and β may undo the normalization. Does training make them do so?",
      "zh-cn": "γ 和 β 可以抵消归一化。训练会让它们这样做吗？",
    },
    choices: {
      yes: { en: "yes, nearly", "zh-cn": "会，差不多" },
      no: { en: "no, they end far from it", "zh-cn": "不会，差得很远" },
    },
  },
  "03-scene": {
    asks: {
      en: "All samples of a batch share a brightness. How much of it can a network with BN find?",
      "zh-cn": "一批样本共有一个亮度。带 BN 的网络能找回多少？",
    },
    choices: {
      all: { en: "nearly all", "zh-cn": "几乎全部" },
      part: { en: "a part", "zh-cn": "一部分" },
      none: { en: "nothing", "zh-cn": "一点也找不回" },
    },
  },
  "03-place": {
    asks: {
      en: "BN before or after the activation, each at its own rate: which is ahead in all pairs?",
      "zh-cn": "BN 放在激活函数之前还是之后，各用自己的学习率：哪种在每一对里都领先？",
    },
    choices: {
      before: { en: "before", "zh-cn": "之前" },
      after: { en: "after", "zh-cn": "之后" },
      neither: { en: "neither, it depends", "zh-cn": "都不是，要看情况" },
    },
  },
} satisfies Expectations;

export const batchNormFromScratchQuestions = {
  "03-mean": {
    asks: {
      en: "Of [N, C], a batch of N samples with C features, how many means does BN take?",
      "zh-cn": "一批 N 个样本、每个 C 个特征，BN 求多少个均值？",
    },
    choices: [
      {
        says: { en: "One", "zh-cn": "一个" },
        because: {
          en: "With one mean for all the largest feature decides, and the others stay small beside it (section 2).",
          "zh-cn": "所有元素共用一个均值，就由最大的特征说了算，其他特征仍然很小（第 2 节）。",
        },
      },
      {
        says: { en: "N, one for each sample", "zh-cn": "N 个，每个样本一个" },
        because: { en: "That is LayerNorm.", "zh-cn": "那是 LayerNorm。" },
      },
      {
        says: { en: "C, one for each feature", "zh-cn": "C 个，每个特征一个" },
        because: {
          en: "Each feature by its own mean and deviation over the batch; in images each channel.",
          "zh-cn": "每个特征用它自己在这一批上的均值和标准差；图像里则是每个通道。",
        },
        isRight: true,
      },
    ],
  },
  "03-shape": {
    asks: {
      en: "An exponential feature goes through BN. What comes out?",
      "zh-cn": "一个指数分布的特征经过 BN，出来的是什么？",
    },
    choices: [
      {
        says: { en: "A standard Gaussian", "zh-cn": "标准高斯分布" },
        because: {
          en: "A shift and a scale cannot bend a distribution: its skewness stays.",
          "zh-cn": "平移和缩放改变不了分布的形状：偏度不变。",
        },
      },
      {
        says: { en: "The same shape, with mean 0 and variance 1", "zh-cn": "形状不变，均值 0、方差 1" },
        because: { en: "Two moments are set, and nothing else.", "zh-cn": "固定的只有前两阶矩。" },
        isRight: true,
      },
      {
        says: { en: "A uniform distribution", "zh-cn": "均匀分布" },
        because: {
          en: "That would take the distribution function, not a mean and a deviation.",
          "zh-cn": "那需要分布函数，而不是均值和标准差。",
        },
      },
    ],
  },
  "03-gradient": {
    asks: {
      en: "If dy, the gradient at BN's output, is the same for all samples, what is dx?",
      "zh-cn": "如果 BN 输出处的梯度 dy 对所有样本都一样，dx 是多少？",
    },
    choices: [
      {
        says: { en: "0: the mean of dy is taken out.", "zh-cn": "0：dy 的均值被减掉了。" },
        because: {
          en: "All x moved by the same amount change no output, so there is nothing to be asked for in that direction.",
          "zh-cn": "所有 x 一起平移，输出不变，所以在这个方向上没有什么可要求的。",
        },
        isRight: true,
      },
      {
        says: { en: "dy, times γ/s", "zh-cn": "dy 乘 γ/s" },
        because: {
          en: "That forgets that the mean depends on every sample.",
          "zh-cn": "这忘了均值依赖于每个样本。",
        },
      },
      {
        says: { en: "dy times N", "zh-cn": "dy 乘 N" },
        because: {
          en: "Nothing adds up over the batch here; what is common is subtracted.",
          "zh-cn": "这里并不对一批求和，共有的部分会被减掉。",
        },
      },
    ],
  },
  "03-common": {
    asks: { en: "What can γ and β not bring back?", "zh-cn": "γ 和 β 找不回什么？" },
    choices: [
      {
        says: { en: "The place of a unit before its activation", "zh-cn": "单元在激活函数之前的位置" },
        because: {
          en: "That is what β is for: the kink is learned with it.",
          "zh-cn": "β 正是做这个的：有了它就学会了拐点。",
        },
      },
      {
        says: { en: "What all samples of a batch have in common", "zh-cn": "一批样本共有的东西" },
        because: {
          en: "γ and β are the same for every batch, so they cannot know what this batch was like.",
          "zh-cn": "γ 和 β 对每一批都一样，无从知道这一批是什么样。",
        },
        isRight: true,
      },
      {
        says: { en: "The scale of a feature", "zh-cn": "特征的尺度" },
        because: {
          en: "γ gives a feature any scale, the same for every batch.",
          "zh-cn": "γ 可以给特征任何尺度，对每一批都一样。",
        },
      },
    ],
  },
} satisfies Questions;
