// The questions of 14-practice.
import type { Expectations, Questions } from "./question";

export const practiceExpectations = {
  "14-leak": {
    asks: {
      en: "The answer is in another sample of the batch. What does a network with BN get right, in training mode and in evaluation mode?",
      "zh-cn": "答案在同一批的另一个样本里。带 BN 的网络在训练模式和推理模式下各能答对多少？",
    },
    choices: {
      neither: { en: "it guesses in both", "zh-cn": "两种模式都是瞎猜" },
      training: {
        en: "nearly all in training mode, it guesses in evaluation",
        "zh-cn": "训练模式几乎全对，推理模式瞎猜",
      },
      both: { en: "nearly all in both", "zh-cn": "两种模式都几乎全对" },
    },
  },
} satisfies Expectations;

export const practiceQuestions = {
  "14-frozen": {
    asks: {
      en: "A loop calls net.eval() on the norms once, before the first epoch, and net.train() at the start of each epoch. Are they frozen?",
      "zh-cn": "循环在第一轮之前对归一化层调用一次 eval()，每轮开始时调用 net.train()。它们冻结了吗？",
    },
    choices: [
      {
        says: { en: "No, nothing is", "zh-cn": "没有，什么都没冻结" },
        because: {
          en: "The call has to come after train(), each time, and requiresGrad_(false) with it for γ and β.",
          "zh-cn": "eval() 每次都要在 train() 之后调用，γ 和 β 还要加上 requiresGrad_(false)。",
        },
        isRight: true,
      },
      {
        says: { en: "Yes, eval() is kept by each layer", "zh-cn": "是，eval() 由每一层自己记住" },
        because: {
          en: "train() sets the mode of every layer inside, whatever it was before.",
          "zh-cn": "train() 会设置里面每一层的模式，不管之前是什么。",
        },
      },
      {
        says: { en: "γ and β are, the statistics are not", "zh-cn": "γ 和 β 冻结了，统计量没有" },
        because: {
          en: "Neither is: eval() has no say over γ and β, and train() undoes it for the statistics.",
          "zh-cn": "两样都没有：eval() 管不到 γ 和 β，而 train() 又让统计量动了起来。",
        },
      },
    ],
  },
  "14-accumulated": {
    asks: {
      en: "16 batches of 2 are accumulated before each step. What does BN normalize by?",
      "zh-cn": "每步之前累积 16 个大小为 2 的批次。BN 用什么来归一化？",
    },
    choices: [
      {
        says: { en: "By all 32 samples, at the step", "zh-cn": "走一步时，用全部 32 个样本" },
        because: {
          en: "By then all forwards are done; only gradients were added up.",
          "zh-cn": "那时前向都已完成；累加的只是梯度。",
        },
      },
      {
        says: { en: "By the running statistics", "zh-cn": "用滑动统计量" },
        because: {
          en: "These are used in evaluation mode alone; training moves them.",
          "zh-cn": "它们只在推理模式下使用；训练只是移动它们。",
        },
      },
      {
        says: { en: "By the two samples of each forward", "zh-cn": "用每次前向的两个样本" },
        because: {
          en: "A larger batch for the optimizer is none for BN; it has ghost batches of two.",
          "zh-cn": "对优化器来说批次变大了，对 BN 没有；它面对的是两个样本的幽灵批次。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
