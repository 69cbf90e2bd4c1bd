// The questions of 04-ics.
import type { Expectations, Questions } from "./question";

export const covariateShiftExpectations = {
  "04-frozen": {
    asks: {
      en: "A unit's own weights are frozen. Does its input still move as the others train?",
      "zh-cn": "一个单元自己的权重冻结了。别的层训练时，它的输入还会动吗？",
    },
    choices: {
      still: { en: "hardly", "zh-cn": "几乎不动" },
      less: { en: "yes, but less than with its own free", "zh-cn": "会，但比自己的权重不冻结时少" },
      more: { en: "as much, or more", "zh-cn": "一样多，或更多" },
    },
  },
  "04-trap": {
    asks: {
      en: "Five tanh layers without BN, learning rate 1: how many values are saturated at the end?",
      "zh-cn": "五层 tanh、不带 BN、学习率 1：最后有多少值饱和？",
    },
    choices: {
      few: { en: "hardly any", "zh-cn": "几乎没有" },
      some: { en: "up to half", "zh-cn": "一半以内" },
      most: { en: "more than half", "zh-cn": "一半以上" },
    },
  },
} satisfies Expectations;

export const covariateShiftQuestions = {
  "04-frozen-why": {
    asks: {
      en: "Why is there an arm whose own weights are frozen?",
      "zh-cn": "为什么要有一组把自己的权重冻结？",
    },
    choices: [
      {
        says: { en: "It trains faster.", "zh-cn": "这样训练更快。" },
        because: {
          en: "Speed is not what it is for; it learns as well as it can with less.",
          "zh-cn": "不是为了速度；它是在少学一些权重的情况下训练的。",
        },
      },
      {
        says: {
          en: "So that only earlier layers can move the input that is watched.",
          "zh-cn": "这样，被观察的输入只可能被前面的层移动。",
        },
        because: {
          en: "That is Internal Covariate Shift as the article means it; a unit's own weights would be no shift of its inputs.",
          "zh-cn": "这才是文章所说的内部协变量偏移；单元自己的权重变化不算输入的偏移。",
        },
        isRight: true,
      },
      {
        says: { en: "So that BN can be left out.", "zh-cn": "这样就可以不用 BN。" },
        because: {
          en: "It has no BN, and neither has the first arm; what differs is what may move.",
          "zh-cn": "它没有 BN，第一组也没有；区别在于什么可以动。",
        },
      },
    ],
  },
  "04-still": {
    asks: {
      en: "With BN the band stands still. What does that prove?",
      "zh-cn": "有 BN 时带子不动。这证明了什么？",
    },
    choices: [
      {
        says: {
          en: "That BN sets mean and deviation of its output, which β and γ move slowly.",
          "zh-cn": "BN 设定了输出的均值和标准差，而 β 和 γ 变化很慢。",
        },
        because: {
          en: "So the stillness is by construction. Whether it is why training is fast is another question.",
          "zh-cn": "所以不动是由构造决定的；它是不是训练快的原因，是另一个问题。",
        },
        isRight: true,
      },
      {
        says: { en: "That the layers below have stopped changing.", "zh-cn": "下面的层停止了变化。" },
        because: {
          en: "They go on training; BN takes the change of mean and scale out.",
          "zh-cn": "它们还在训练，BN 把均值和尺度的变化去掉了。",
        },
      },
      {
        says: {
          en: "That ICS is why networks without BN are slow.",
          "zh-cn": "ICS 就是没有 BN 的网络慢的原因。",
        },
        because: {
          en: "Nothing here compares two networks that differ in ICS alone; 08 tries to.",
          "zh-cn": "这里没有比较两个只差 ICS 的网络；08 会去尝试。",
        },
      },
    ],
  },
  "04-what-saturates": {
    asks: {
      en: "What drives this tanh network into saturation?",
      "zh-cn": "是什么把这个 tanh 网络推进饱和区？",
    },
    choices: [
      {
        says: { en: "Large weights at the start, whatever the steps", "zh-cn": "初始权重大，与步子无关" },
        because: {
          en: "With std 0.2 and small steps hardly more saturates than at the start.",
          "zh-cn": "标准差 0.2、步子小时，饱和的几乎不比开始时多。",
        },
      },
      {
        says: { en: "Any training without BN", "zh-cn": "任何不带 BN 的训练" },
        because: {
          en: "At learning rate 0.1 it learns without BN, with either size of weights.",
          "zh-cn": "学习率 0.1 时，不带 BN 也能学，两种权重大小都行。",
        },
      },
      {
        says: { en: "Large steps, also from small weights", "zh-cn": "大的步子，权重小也一样" },
        because: {
          en: "The arm with std 0.1 starts without saturation and ends in it.",
          "zh-cn": "标准差 0.1 的那组开始时没有饱和，最后却饱和了。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
