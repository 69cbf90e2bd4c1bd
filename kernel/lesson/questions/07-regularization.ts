// The questions of 07-regularization.
import type { Expectations, Questions } from "./question";

export const regularizationExpectations = {
  "07-ghosts": {
    asks: {
      en: "Ghost batches of 4 in place of no batch noise: what becomes of the gap?",
      "zh-cn": "从没有批次噪声换成大小为 4 的幽灵批次：差距怎么变？",
    },
    choices: {
      smaller: { en: "smaller in every pair", "zh-cn": "每一对都变小" },
      mixed: { en: "now smaller, now larger", "zh-cn": "有大有小" },
      larger: { en: "larger in every pair", "zh-cn": "每一对都变大" },
    },
  },
  "07-dropout": {
    asks: {
      en: "Is BN without Dropout as accurate as BN → Dropout, each at its best rate?",
      "zh-cn": "各用最好的学习率，只用 BN 和 BN → Dropout 一样准吗？",
    },
    choices: {
      always: { en: "in every pair", "zh-cn": "每一对都是" },
      mixed: { en: "in some pairs", "zh-cn": "有的是，有的不是" },
      never: { en: "in no pair", "zh-cn": "每一对都不是" },
    },
  },
} satisfies Expectations;

export const regularizationQuestions = {
  "07-noise": {
    asks: { en: "Where does BN's noise come from?", "zh-cn": "BN 的噪声从哪里来？" },
    choices: [
      {
        says: {
          en: "The mean of a batch is a guess that differs from batch to batch.",
          "zh-cn": "一批的均值是一个估计，每一批都不同。",
        },
        because: {
          en: "Its error falls as 1/√m with the batch's size, so small batches are noisier.",
          "zh-cn": "它的误差随批大小按 1/√m 减小，所以小批噪声更大。",
        },
        isRight: true,
      },
      {
        says: {
          en: "BN drops units at random, as Dropout does.",
          "zh-cn": "BN 像 Dropout 一样随机丢掉单元。",
        },
        because: {
          en: "It drops nothing; it shifts and scales all by what the batch was like.",
          "zh-cn": "它什么也不丢，只是按这一批的样子平移和缩放。",
        },
      },
      {
        says: { en: "γ and β are drawn at random.", "zh-cn": "γ 和 β 是随机抽取的。" },
        because: {
          en: "They start at 1 and 0 and are trained.",
          "zh-cn": "它们从 1 和 0 开始，然后被训练。",
        },
      },
    ],
  },
  "07-proved": {
    asks: {
      en: "The article says its authors have proved that Dropout can go. What would have proved it?",
      "zh-cn": "文章说原作者证明了可以去掉 Dropout。怎样才算证明？",
    },
    choices: [
      {
        says: {
          en: "A network with BN that does well without Dropout",
          "zh-cn": "一个不用 Dropout 也表现良好的 BN 网络",
        },
        because: {
          en: "That shows that it goes, not what it costs: nobody knows how the same network does with it.",
          "zh-cn": "这说明可以不用，却不知道代价：没有人知道同一个网络加上它会怎样。",
        },
      },
      {
        says: {
          en: "The same network with and without Dropout, over several seeds",
          "zh-cn": "同一个网络，有和没有 Dropout，多个种子",
        },
        because: {
          en: "An ablation: one thing changes. The paper has none.",
          "zh-cn": "这就是消融实验：只改一样东西。原论文里没有。",
        },
        isRight: true,
      },
      {
        says: { en: "A lower training loss", "zh-cn": "更低的训练损失" },
        because: {
          en: "Dropout raises the training loss on purpose; what counts is the loss on unseen digits.",
          "zh-cn": "Dropout 本来就会提高训练损失；要看的是没见过的数字上的损失。",
        },
      },
    ],
  },
  "07-shift-why": {
    asks: {
      en: "Why is Dropout in front of BN a problem at test time?",
      "zh-cn": "Dropout 放在 BN 前面，为什么测试时会有问题？",
    },
    choices: [
      {
        says: { en: "Dropout goes on dropping in evaluation.", "zh-cn": "Dropout 在推理模式下还在丢。" },
        because: {
          en: "In evaluation nothing is dropped; that is the very cause.",
          "zh-cn": "推理模式下什么也不丢，原因正在于此。",
        },
      },
      {
        says: { en: "BN has no statistics then.", "zh-cn": "那时 BN 没有统计量。" },
        because: {
          en: "It has those it stored in training; they no longer fit.",
          "zh-cn": "它有训练时存下的，只是不再合适。",
        },
      },
      {
        says: {
          en: "BN has stored a variance that Dropout had inflated.",
          "zh-cn": "BN 存下的方差是被 Dropout 放大过的。",
        },
        because: {
          en: "Nothing is dropped in evaluation, so what comes varies less than BN expects.",
          "zh-cn": "推理模式下什么也不丢，进来的值的方差比 BN 预期的小。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
