// The questions of 08-ics-debate.
import type { Expectations, Questions } from "./question";

export const debateExpectations = {
  "08-noise": {
    asks: {
      en: "BN whose outputs are shaken at every step, against no BN: which reaches 90 % first?",
      "zh-cn": "每一步都给 BN 的输出加噪声，与没有 BN 相比：谁先达到 90%？",
    },
    choices: {
      noisy: { en: "noisy BN, in every pair", "zh-cn": "带噪声的 BN，每一对都是" },
      mixed: { en: "now one, now the other", "zh-cn": "有时是这个，有时是那个" },
      none: { en: "no BN, in every pair", "zh-cn": "没有 BN 的，每一对都是" },
    },
  },
  "08-linear": {
    asks: {
      en: "In a deep linear network BN lowers the error. Is there less ICS with it, cos(G, G′) higher?",
      "zh-cn": "在深层线性网络中 BN 降低了误差。这时 ICS 是否更少，即 cos(G, G′) 更高？",
    },
    choices: {
      less: { en: "yes, in every pair", "zh-cn": "是，每一对都是" },
      mixed: { en: "now so, now not", "zh-cn": "有时是，有时不是" },
      more: { en: "no, in no pair", "zh-cn": "不，每一对都不是" },
    },
  },
} satisfies Expectations;

export const debateQuestions = {
  "08-argument": {
    asks: {
      en: "What does noisy BN say about the article's explanation?",
      "zh-cn": "带噪声的 BN 对文章的解释说明了什么？",
    },
    choices: [
      {
        says: { en: "That BN does not work.", "zh-cn": "BN 没有用。" },
        because: { en: "It works with the noise too.", "zh-cn": "加了噪声它仍然有用。" },
      },
      {
        says: {
          en: "The inputs move more than without BN, and it is still faster: stillness cannot be the reason.",
          "zh-cn": "输入动得比没有 BN 时还多，却仍然更快：不动不可能是原因。",
        },
        because: {
          en: "That is Santurkar's argument; it does not say what the reason is.",
          "zh-cn": "这是 Santurkar 的论证；它没有说原因是什么。",
        },
        isRight: true,
      },
      {
        says: { en: "That noise speeds up training.", "zh-cn": "噪声加快训练。" },
        because: {
          en: "Noisy BN is slower than BN, in most pairs.",
          "zh-cn": "带噪声的 BN 在大多数对里比 BN 慢。",
        },
      },
    ],
  },
  "08-two-ics": {
    asks: {
      en: "Two measures of ICS were used. Why two?",
      "zh-cn": "这里用了两种衡量 ICS 的办法。为什么要两种？",
    },
    choices: [
      {
        says: {
          en: "How far inputs move, and whether the gradient still points the same way, can disagree.",
          "zh-cn": "输入移动多远，与梯度是否还指向原来的方向，这两者可能不一致。",
        },
        because: {
          en: "BN keeps inputs still by construction; whether it keeps gradients depends on the learning rate.",
          "zh-cn": "BN 由构造决定使输入不动；它能否保持梯度方向，取决于学习率。",
        },
        isRight: true,
      },
      {
        says: {
          en: "One is for training, one for test digits.",
          "zh-cn": "一种用于训练，一种用于测试数字。",
        },
        because: { en: "Both are taken during training.", "zh-cn": "两种都是在训练中测的。" },
      },
      {
        says: { en: "The second is only faster to compute.", "zh-cn": "第二种只是算得更快。" },
        because: {
          en: "It costs more: a gradient, a step, a gradient again.",
          "zh-cn": "它更费：一次梯度、一步、再一次梯度。",
        },
      },
    ],
  },
  "08-smooth": {
    asks: {
      en: "What is better supported here than less ICS?",
      "zh-cn": "比起减少 ICS，这里更有依据的是什么？",
    },
    choices: [
      {
        says: { en: "That BN finds the global minimum", "zh-cn": "BN 找到全局最小值" },
        because: { en: "Nothing here looks for it.", "zh-cn": "这里没有去找它。" },
      },
      {
        says: { en: "That BN makes all landscapes smoother everywhere", "zh-cn": "BN 使所有地形处处更平滑" },
        because: {
          en: "At the smallest rate the range of the loss is wider with BN.",
          "zh-cn": "在最小的学习率下，有 BN 时损失的范围反而更宽。",
        },
      },
      {
        says: {
          en: "That along the gradient the loss jumps less, at larger steps",
          "zh-cn": "步子较大时，沿梯度方向损失跳动更小",
        },
        because: {
          en: "With the noise too. It is a better explanation, and not the last word.",
          "zh-cn": "有噪声也一样。这是更好的解释，但不是最后的结论。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
