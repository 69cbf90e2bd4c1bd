// The questions of 05-speed-lr-init.
import type { Expectations, Questions } from "./question";

export const speedExpectations = {
  "05-steps": {
    asks: {
      en: "Each arm at its own best rate: how many steps to 90 % does BN need?",
      "zh-cn": "各用自己最好的学习率：有 BN 的网络达到 90% 要多少步？",
    },
    choices: {
      alike: { en: "about as many", "zh-cn": "差不多一样多" },
      half: { en: "fewer, but more than half", "zh-cn": "少一些，但多于一半" },
      few: { en: "less than half as many", "zh-cn": "不到一半" },
    },
  },
  "05-cosine": {
    asks: {
      en: "Does BN keep a layer's gradient steadier when the layers below it step?",
      "zh-cn": "下面的层走一步后，有 BN 的层梯度方向是否更稳定？",
    },
    choices: {
      always: { en: "yes, at every learning rate", "zh-cn": "是，在每个学习率下" },
      mixed: { en: "at some learning rates", "zh-cn": "只在某些学习率下" },
      never: { en: "no, at none", "zh-cn": "不，都不是" },
    },
  },
  "05-largest": {
    asks: {
      en: "How much larger a learning rate does the deep network bear with BN?",
      "zh-cn": "有 BN 时，深层网络能承受的学习率大多少？",
    },
    choices: {
      none: { en: "hardly larger", "zh-cn": "几乎不大" },
      some: { en: "up to 5 times", "zh-cn": "5 倍以内" },
      many: { en: "more than 5 times", "zh-cn": "5 倍以上" },
    },
  },
} satisfies Expectations;

export const speedQuestions = {
  "05-two-effects": {
    asks: {
      en: "BN is faster at its own rate by two effects. Which two?",
      "zh-cn": "用各自的学习率时，BN 更快来自两种作用。哪两种？",
    },
    choices: [
      {
        says: {
          en: "It has more parameters, and better initial weights.",
          "zh-cn": "参数更多，初始权重更好。",
        },
        because: {
          en: "γ and β are few, and both arms start from the same weights.",
          "zh-cn": "γ 和 β 很少，而且两组从同样的权重开始。",
        },
      },
      {
        says: {
          en: "It is ahead at equal rates, and it bears larger ones.",
          "zh-cn": "相同学习率下领先，而且经得起更大的学习率。",
        },
        because: {
          en: "The panels show both; which counts more depends on the network.",
          "zh-cn": "图里两种都看得到；哪种更重要取决于网络。",
        },
        isRight: true,
      },
      {
        says: {
          en: "Its steps are cheaper, and it needs fewer digits.",
          "zh-cn": "每一步更省，需要的数字更少。",
        },
        because: {
          en: "A step with BN costs more, and both see the same digits.",
          "zh-cn": "带 BN 的一步更贵，而且两者看到同样的数字。",
        },
      },
    ],
  },
  "05-test-set": {
    asks: {
      en: "Why is each arm's learning rate chosen on validation digits with another seed?",
      "zh-cn": "为什么每组的学习率要在验证数字上、用另一个种子来选？",
    },
    choices: [
      {
        says: {
          en: "Choosing among five on what is judged would give the arm with more working rates more tickets.",
          "zh-cn": "在评判用的数据上五选一，等于给可用学习率更多的一方更多抽奖机会。",
        },
        because: {
          en: "The best of five scores is higher by luck alone; so what chooses must not judge.",
          "zh-cn": "五个分数里最好的那个，光靠运气就偏高；所以选择和评判要分开。",
        },
        isRight: true,
      },
      {
        says: { en: "Validation digits are easier.", "zh-cn": "验证数字更容易。" },
        because: { en: "They are drawn as the others are.", "zh-cn": "它们和其他数字一样画出来。" },
      },
      {
        says: { en: "It saves time.", "zh-cn": "为了省时间。" },
        because: {
          en: "It costs time: each rate is trained once more.",
          "zh-cn": "反而费时：每个学习率都要多训练一次。",
        },
      },
    ],
  },
  "05-scale-free": {
    asks: {
      en: "With BN the good learning rate grows with the initial weights. Why?",
      "zh-cn": "有 BN 时，合适的学习率随初始权重增大。为什么？",
    },
    choices: [
      {
        says: { en: "Large weights saturate ReLU.", "zh-cn": "权重大会使 ReLU 饱和。" },
        because: {
          en: "ReLU does not saturate above 0, and BN's output does not depend on the weights' scale.",
          "zh-cn": "ReLU 在 0 以上不饱和，而且 BN 的输出与权重尺度无关。",
        },
      },
      {
        says: { en: "BN makes the loss larger.", "zh-cn": "BN 使损失变大。" },
        because: {
          en: "The loss is the same function of aW as of W.",
          "zh-cn": "损失对 aW 和对 W 是同一个函数。",
        },
      },
      {
        says: {
          en: "The gradient of aW is that of W divided by a, so the same rate turns large weights less.",
          "zh-cn": "aW 的梯度是 W 的梯度除以 a，所以同样的学习率对大权重转得更少。",
        },
        because: {
          en: "The output does not change when the weights are scaled, so a step counts relative to their length.",
          "zh-cn": "权重缩放时输出不变，所以一步的大小要相对于权重的长度来看。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
