// The questions of 06-saturating.
import type { Expectations, Questions } from "./question";

export const saturatingExpectations = {
  "06-vanish": {
    asks: {
      en: "Fifty sigmoid layers without BN, tanh's start: what reaches the first layer of the gradient?",
      "zh-cn": "五十层 sigmoid、不带 BN、用 tanh 的初始化：梯度有多少传到第一层？",
    },
    choices: {
      part: { en: "more than a thousandth", "zh-cn": "千分之一以上" },
      little: { en: "between a thousandth and a billionth", "zh-cn": "千分之一到十亿分之一之间" },
      nothing: { en: "less than a billionth", "zh-cn": "不到十亿分之一" },
    },
  },
  "06-own-start": {
    asks: {
      en: "Ten sigmoid layers without BN, from a start made for sigmoid: how well do they learn?",
      "zh-cn": "十层 sigmoid、不带 BN、用专为 sigmoid 设计的初始化：学得如何？",
    },
    choices: {
      not: { en: "not at all", "zh-cn": "完全学不会" },
      behind: { en: "they learn, but not as well as with BN", "zh-cn": "能学，但不如有 BN" },
      level: { en: "as well as with BN", "zh-cn": "和有 BN 一样好" },
    },
  },
  "06-always": {
    asks: {
      en: "BN in front of sigmoids, trained at learning rate 3: do values saturate again?",
      "zh-cn": "sigmoid 前有 BN，用学习率 3 训练：会不会又有值饱和？",
    },
    choices: {
      none: { en: "no, hardly any", "zh-cn": "不会，几乎没有" },
      some: { en: "yes, more than 5 in 100", "zh-cn": "会，每 100 个里超过 5 个" },
    },
  },
} satisfies Expectations;

export const saturatingQuestions = {
  "06-vanished-why": {
    asks: {
      en: "Why does the gradient vanish in deep sigmoid networks with tanh's start?",
      "zh-cn": "用 tanh 的初始化，深层 sigmoid 网络的梯度为什么会消失？",
    },
    choices: [
      {
        says: {
          en: "Sigmoid's slope is at most ¼, and nothing makes up for it.",
          "zh-cn": "sigmoid 的斜率至多 ¼，又没有什么来补偿。",
        },
        because: {
          en: "Each layer multiplies by about that; weights four times as large, or BN, make up for it.",
          "zh-cn": "每层大约乘上这么多；四倍的权重，或者 BN，可以补偿。",
        },
        isRight: true,
      },
      {
        says: { en: "Its values are all saturated at the start.", "zh-cn": "它的值一开始就全都饱和了。" },
        because: {
          en: "They lie near ½, where sigmoid is steepest.",
          "zh-cn": "它们在 ½ 附近，那里 sigmoid 最陡。",
        },
      },
      {
        says: { en: "Sigmoid has no gradient below 0.", "zh-cn": "sigmoid 在 0 以下没有梯度。" },
        because: {
          en: "It has one everywhere; ReLU has none below 0.",
          "zh-cn": "它处处都有；0 以下没有梯度的是 ReLU。",
        },
      },
    ],
  },
  "06-relu": {
    asks: {
      en: "At the start, what does BN do to the gradient of a deep ReLU network?",
      "zh-cn": "在初始时，BN 对深层 ReLU 网络的梯度有什么影响？",
    },
    choices: [
      {
        says: { en: "It keeps it as it is.", "zh-cn": "保持不变。" },
        because: {
          en: "Without BN it stays about as it is; with BN it grows by about a fifth in each layer.",
          "zh-cn": "不带 BN 时大致不变；带 BN 时每层增大约五分之一。",
        },
      },
      {
        says: { en: "It makes it vanish.", "zh-cn": "使它消失。" },
        because: {
          en: "It grows on its way down to the first layer.",
          "zh-cn": "它在传向第一层的路上增大。",
        },
      },
      {
        says: {
          en: "It makes it grow from layer to layer towards the first.",
          "zh-cn": "使它越靠近第一层越大。",
        },
        because: {
          en: "Fifty layers make some four powers of ten; residual connections are why practice hardly sees it.",
          "zh-cn": "五十层约有四个数量级；实践中少见，是因为有残差连接。",
        },
        isRight: true,
      },
    ],
  },
  "06-gamma": {
    asks: { en: "How can a sigmoid behind BN saturate again?", "zh-cn": "BN 之后的 sigmoid 怎么会又饱和？" },
    choices: [
      {
        says: { en: "The batch's mean is wrong.", "zh-cn": "这一批的均值不对。" },
        because: {
          en: "It is exact for the batch; what changes is what comes after it.",
          "zh-cn": "对这一批来说它是精确的；变的是后面的东西。",
        },
      },
      {
        says: { en: "γ grows, and β moves away from 0.", "zh-cn": "γ 变大，β 离开 0。" },
        because: {
          en: "They are trained as all parameters are, and nothing keeps |γ| at 1.",
          "zh-cn": "它们和其他参数一样被训练，没有什么让 |γ| 保持为 1。",
        },
        isRight: true,
      },
      {
        says: { en: "The weights before BN become large.", "zh-cn": "BN 之前的权重变大。" },
        because: { en: "BN divides their scale away.", "zh-cn": "它们的尺度被 BN 除掉了。" },
      },
    ],
  },
} satisfies Questions;
