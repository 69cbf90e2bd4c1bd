// The questions of 09-inference.
import type { Expectations, Questions } from "./question";

export const inferenceExpectations = {
  "09-company": {
    asks: {
      en: "One digit, in training mode, in batches of 2: how often of 100 is it recognized?",
      "zh-cn": "同一个数字，训练模式，批大小 2：100 次里有多少次认得出？",
    },
    choices: {
      always: { en: "nearly always", "zh-cn": "几乎每次" },
      half: { en: "about half of the times", "zh-cn": "大约一半" },
      never: { en: "nearly never", "zh-cn": "几乎从不" },
    },
  },
  "09-momentum": {
    asks: {
      en: "After a short training, whose running statistics cost the most accuracy?",
      "zh-cn": "训练很短时，哪种滑动统计量损失的准确率最多？",
    },
    choices: {
      large: { en: "a momentum of 0.5", "zh-cn": "momentum 取 0.5" },
      small: { en: "a momentum of 0.01", "zh-cn": "momentum 取 0.01" },
      cumulative: { en: "the plain average of all batches", "zh-cn": "所有批次的简单平均" },
    },
  },
} satisfies Expectations;

export const inferenceQuestions = {
  "09-forward": {
    asks: {
      en: "Looking at a network in training mode under noGrad: what changes?",
      "zh-cn": "在 noGrad 下用训练模式看一眼网络：什么会变？",
    },
    choices: [
      {
        says: { en: "Nothing: no gradient, no change.", "zh-cn": "什么都不变：没有梯度就没有变化。" },
        because: {
          en: "noGrad keeps weights still, not running statistics.",
          "zh-cn": "noGrad 只让权重不动，管不了滑动统计量。",
        },
      },
      {
        says: { en: "The weights", "zh-cn": "权重" },
        because: {
          en: "Weights change by an optimizer's step only.",
          "zh-cn": "权重只在优化器走一步时才变。",
        },
      },
      {
        says: {
          en: "The running statistics, and with them evaluation",
          "zh-cn": "滑动统计量，于是推理模式的结果也变了",
        },
        because: {
          en: "Each forward in training mode takes part in the average; call eval() to look.",
          "zh-cn": "训练模式下每次前向都计入平均；要看就先调用 eval()。",
        },
        isRight: true,
      },
    ],
  },
  "09-low": {
    asks: {
      en: "Training loss is fine, test accuracy after a few steps is terrible. What do you try first?",
      "zh-cn": "训练损失正常，可走了几步后测试准确率很糟。先试什么？",
    },
    choices: [
      {
        says: {
          en: "updateBn: measure the statistics anew and test again.",
          "zh-cn": "updateBn：重新测量统计量，再测试。",
        },
        because: {
          en: "It costs forwards only; if the accuracy comes back, the weights were never wrong.",
          "zh-cn": "它只需要前向；如果准确率回来了，权重本来就没有问题。",
        },
        isRight: true,
      },
      {
        says: { en: "A smaller learning rate", "zh-cn": "更小的学习率" },
        because: {
          en: "Perhaps; but first find out whether the weights are to blame at all.",
          "zh-cn": "也许；但先弄清是不是权重的错。",
        },
      },
      {
        says: { en: "More Dropout, since it overfits", "zh-cn": "加强 Dropout，因为过拟合了" },
        because: {
          en: "After a few steps that is unlikely, and the statistics are checked in a second.",
          "zh-cn": "才走几步不太可能，而统计量一秒就能检查。",
        },
      },
    ],
  },
  "09-fold": {
    asks: {
      en: "Why can BN be folded into the layer before it in evaluation, and not in training?",
      "zh-cn": "为什么推理时 BN 可以并入前一层，训练时不行？",
    },
    choices: [
      {
        says: { en: "In training it would be too slow.", "zh-cn": "训练时会太慢。" },
        because: {
          en: "It would be faster; but it would be another function.",
          "zh-cn": "反而更快；但那就是另一个函数了。",
        },
      },
      {
        says: {
          en: "In evaluation its statistics are constants, so it is linear.",
          "zh-cn": "推理时它的统计量是常数，所以它是线性的。",
        },
        because: {
          en: "In training they depend on the batch, and no weights can hold that.",
          "zh-cn": "训练时它们取决于这一批，没有权重能装下。",
        },
        isRight: true,
      },
      {
        says: { en: "γ and β are gone in evaluation.", "zh-cn": "推理时 γ 和 β 没有了。" },
        because: {
          en: "They are used in both modes, and folded in with the rest.",
          "zh-cn": "两种模式都用它们，合并时也一起并进去。",
        },
      },
    ],
  },
} satisfies Questions;
