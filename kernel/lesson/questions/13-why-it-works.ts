// The questions of 13-why-it-works.
import type { Expectations, Questions } from "./question";

export const whyItWorksExpectations = {
  "13-rate-100": {
    asks: {
      en: "Hidden weights with a learning rate of 100, with BN: how does it end?",
      "zh-cn": "隐藏层权重的学习率取 100，带 BN：结果会怎样？",
    },
    choices: {
      broken: { en: "it diverges, or guesses", "zh-cn": "发散，或者只是瞎猜" },
      worse: {
        en: "it learns, but clearly less than at its best rate",
        "zh-cn": "能学，但明显不如最佳学习率",
      },
      alike: { en: "within 5 points of its best rate", "zh-cn": "与最佳学习率相差不到 5 个百分点" },
    },
  },
  "13-affine": {
    asks: {
      en: "Only γ and β are trained, all weights stay random: how many test digits are right?",
      "zh-cn": "只训练 γ 和 β，权重全部保持随机：测试数字能认对多少？",
    },
    choices: {
      guessing: { en: "about 10 %, as by guessing", "zh-cn": "约 10%，等于瞎猜" },
      some: { en: "more, but below 80 %", "zh-cn": "更多，但不到 80%" },
      most: { en: "80 % and more", "zh-cn": "80% 以上" },
    },
  },
} satisfies Expectations;

export const whyItWorksQuestions = {
  "13-decay": {
    asks: {
      en: "All weights before a BN are halved, γ and β stay. What changes?",
      "zh-cn": "BN 前面的权重全部减半，γ 和 β 不变。什么变了？",
    },
    choices: [
      {
        says: { en: "The outputs, which are halved as well", "zh-cn": "输出，也跟着减半" },
        because: {
          en: "BN divides by a deviation that has been halved too: the outputs stay.",
          "zh-cn": "BN 除以的标准差也减半了：输出不变。",
        },
      },
      {
        says: {
          en: "How far the next step at the same rate turns them",
          "zh-cn": "同样的学习率，下一步会把它们转过多少",
        },
        because: {
          en: "The gradient doubles and the weights are half as long, so the effective rate is four times what it was.",
          "zh-cn": "梯度加倍，权重长度减半，所以有效学习率是原来的四倍。",
        },
        isRight: true,
      },
      {
        says: { en: "Nothing at all", "zh-cn": "什么都没变" },
        because: {
          en: "The function is the same, but its gradient at these weights is not.",
          "zh-cn": "函数没变，但它在这些权重处的梯度变了。",
        },
      },
    ],
  },
  "13-shattered": {
    asks: {
      en: "What does the last experiment say about BN?",
      "zh-cn": "最后一个实验说明了 BN 的什么？",
    },
    choices: [
      {
        says: {
          en: "In a deep network without skips it leaves gradients that differ between neighbors",
          "zh-cn": "在没有跳跃连接的深层网络里，它使相邻输入的梯度各不相同",
        },
        because: {
          en: "The correlation of neighbors falls to about zero with depth, and skip connections bring it back.",
          "zh-cn": "相邻输入梯度的相关性随深度降到零附近，跳跃连接又把它找回来。",
        },
        isRight: true,
      },
      {
        says: { en: "It makes gradients smooth at any depth", "zh-cn": "它让任何深度的梯度都光滑" },
        because: {
          en: "The chart shows the opposite: with BN alone they look like noise at 24 layers.",
          "zh-cn": "图上恰好相反：只有 BN 时，24 层的梯度看起来像噪声。",
        },
      },
      {
        says: { en: "A network without BN is better when deep", "zh-cn": "网络很深时，不带 BN 更好" },
        because: {
          en: "Its gradient is smooth because nearly all its units have stopped switching: it is almost linear.",
          "zh-cn": "它的梯度光滑，是因为几乎所有单元都不再开关：它差不多是线性的。",
        },
      },
    ],
  },
} satisfies Questions;
