// The questions of 01-inception.
import type { Expectations, Questions } from "./question";

export const inceptionExpectations = {
  "01-own-rate": {
    asks: {
      en: "At its own learning rate, in how many steps does BN reach the twin's best (5×5)?",
      "zh-cn": "用各自最好的学习率，有 BN 的网络要多少步达到对照网络的最好成绩（5×5）？",
    },
    choices: {
      alike: { en: "about as many", "zh-cn": "差不多一样多" },
      half: { en: "fewer, but more than half as many", "zh-cn": "少一些，但多于一半" },
      few: { en: "less than half as many", "zh-cn": "不到一半" },
    },
  },
} satisfies Expectations;

export const inceptionQuestions = {
  "01-rate": {
    asks: {
      en: "With BN at the learning rate of the network without it the gain is smaller than at BN's own rate. What does that say?",
      "zh-cn": "有 BN 的网络若用无 BN 网络的学习率，好处比用自己的学习率时小。这说明什么？",
    },
    choices: [
      {
        says: {
          en: "A good part of BN's gain is that it bears larger steps.",
          "zh-cn": "BN 的好处有很大一部分在于它经得起更大的步子。",
        },
        because: {
          en: "The arms differ in the learning rate alone, so the rest of the gain is the rate's.",
          "zh-cn": "这两组只差学习率，多出来的好处来自学习率。",
        },
        isRight: true,
      },
      {
        says: { en: "BN does nothing at small learning rates.", "zh-cn": "学习率小时 BN 毫无作用。" },
        because: {
          en: "It gains there too, in every pair; only less.",
          "zh-cn": "那里它也有好处，每一对都有，只是小一些。",
        },
      },
      {
        says: {
          en: "The experiment is unfair: both must have one rate.",
          "zh-cn": "实验不公平：两者必须用同一个学习率。",
        },
        because: {
          en: "One rate for both would be the rate that suits one of them; that is why both comparisons are shown.",
          "zh-cn": "同一个学习率必然只适合其中一方，所以两种比较都给出了。",
        },
      },
    ],
  },
  "01-v2": {
    asks: { en: "What makes V2 of V1?", "zh-cn": "从 V1 到 V2 改了什么？" },
    choices: [
      {
        says: { en: "BN layers alone", "zh-cn": "只加了 BN 层" },
        because: {
          en: "The table of section 1 shows other widths and another kernel as well.",
          "zh-cn": "第 1 节的表显示，宽度和卷积核也变了。",
        },
      },
      {
        says: { en: "The double 3×3 alone", "zh-cn": "只换成了两个 3×3" },
        because: {
          en: "That split is one of the changes; BN came with it.",
          "zh-cn": "拆分只是改动之一，BN 是和它一起来的。",
        },
      },
      {
        says: { en: "BN, the double 3×3, and other widths", "zh-cn": "BN、两个 3×3，还有不同的宽度" },
        because: {
          en: "So whoever compares V1 with V2 does not measure BN.",
          "zh-cn": "所以拿 V1 和 V2 相比，测到的不是 BN。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
