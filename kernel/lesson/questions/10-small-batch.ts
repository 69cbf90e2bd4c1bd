// The questions of 10-small-batch.
import type { Expectations, Questions } from "./question";

export const smallBatchExpectations = {
  "10-two": {
    asks: {
      en: "Fully connected, batches of 2: the error of BN, against GroupNorm?",
      "zh-cn": "全连接网络，批大小 2：BN 的错误率与 GroupNorm 相比？",
    },
    choices: {
      lower: { en: "no higher", "zh-cn": "不更高" },
      points: { en: "up to 20 points higher", "zh-cn": "高 20 个百分点以内" },
      far: { en: "more than 20 points higher", "zh-cn": "高 20 个百分点以上" },
    },
  },
  "10-conv": {
    asks: {
      en: "The same with convolutions: the error of BN at batches of 2, against GroupNorm?",
      "zh-cn": "换成卷积：批大小 2 时，BN 的错误率与 GroupNorm 相比？",
    },
    choices: {
      lower: { en: "no higher", "zh-cn": "不更高" },
      points: { en: "up to 20 points higher", "zh-cn": "高 20 个百分点以内" },
      far: { en: "more than 20 points higher", "zh-cn": "高 20 个百分点以上" },
    },
  },
  "10-sorted": {
    asks: {
      en: "Batches of 30 digits of one class: what does BN's network get wrong?",
      "zh-cn": "每批 30 个数字都属于同一类：带 BN 的网络错多少？",
    },
    choices: {
      few: { en: "up to 30 %", "zh-cn": "30% 以内" },
      many: { en: "30 to 70 %", "zh-cn": "30% 到 70%" },
      nearly: { en: "more than 70 %, nearly guessing", "zh-cn": "70% 以上，近乎瞎猜" },
    },
  },
} satisfies Expectations;

export const smallBatchQuestions = {
  "10-sign": {
    asks: { en: "What does BN make of a batch of two?", "zh-cn": "BN 把一批两个样本变成什么？" },
    choices: [
      {
        says: { en: "The average of both", "zh-cn": "两者的平均" },
        because: {
          en: "The mean is subtracted; what is left is the difference.",
          "zh-cn": "均值被减掉了，剩下的是差。",
        },
      },
      {
        says: {
          en: "Two values between −1 and 1, as large as the difference",
          "zh-cn": "−1 到 1 之间的两个值，大小随差而定",
        },
        because: {
          en: "The deviation is half the difference, so the size is divided away.",
          "zh-cn": "标准差就是差的一半，大小被除掉了。",
        },
      },
      {
        says: { en: "+1 and −1: only which one is larger stays.", "zh-cn": "+1 和 −1：只剩下谁更大。" },
        because: {
          en: "So the output is a step, and its gradient is 0 nearly everywhere.",
          "zh-cn": "所以输出是一个台阶，梯度几乎处处为 0。",
        },
        isRight: true,
      },
    ],
  },
  "10-accumulate": {
    asks: {
      en: "Memory fits 2 digits. Do 16 accumulated batches of 2 help BN?",
      "zh-cn": "内存只放得下 2 个数字。累积 16 个大小为 2 的批次，对 BN 有帮助吗？",
    },
    choices: [
      {
        says: {
          en: "No: each forward still normalizes by 2.",
          "zh-cn": "没有：每次前向仍然只按 2 个样本归一化。",
        },
        because: {
          en: "The step is over 32 digits, the statistics are not; it is the same as ghost batches of 2.",
          "zh-cn": "步子是 32 个数字的，统计量不是；这和大小为 2 的幽灵批次一样。",
        },
        isRight: true,
      },
      {
        says: { en: "Yes: it is a batch of 32.", "zh-cn": "有：这就是一批 32 个。" },
        because: {
          en: "For the gradient it is, for BN's statistics it is not.",
          "zh-cn": "对梯度来说是，对 BN 的统计量来说不是。",
        },
      },
      {
        says: { en: "Yes, if the learning rate is larger.", "zh-cn": "有，只要学习率更大。" },
        because: {
          en: "No step size gives BN more samples to average.",
          "zh-cn": "再大的步子也不会让 BN 多平均几个样本。",
        },
      },
    ],
  },
  "10-one-class": {
    asks: {
      en: "Batches of one class: why does BN fail though they are large?",
      "zh-cn": "每批只有一类：批次够大，BN 为什么还是失败？",
    },
    choices: [
      {
        says: { en: "Thirty samples are too few for a variance.", "zh-cn": "三十个样本太少，方差算不准。" },
        because: { en: "Thirty of all ten classes are enough.", "zh-cn": "十类混合的三十个就够了。" },
      },
      {
        says: {
          en: "What all samples share, the class, is the mean, and is subtracted.",
          "zh-cn": "所有样本共有的东西，也就是类别，正是均值，被减掉了。",
        },
        because: {
          en: "In evaluation another mean is subtracted, on which the network was never trained.",
          "zh-cn": "推理时减去的是另一个均值，网络从没有在那上面训练过。",
        },
        isRight: true,
      },
      {
        says: { en: "The labels are wrong.", "zh-cn": "标签错了。" },
        because: {
          en: "They are right; GroupNorm learns from the same batches.",
          "zh-cn": "标签没错；GroupNorm 用同样的批次学得会。",
        },
      },
    ],
  },
} satisfies Questions;
