// The questions of 12-verdict.
import type { Expectations, Questions } from "./question";

export const verdictsExpectations = {
  "12-supported": {
    asks: {
      en: "Of the article's 20 claims, how many are supported without conditions?",
      "zh-cn": "文章的 20 条论断里，有多少条无条件成立？",
    },
    choices: {
      few: { en: "fewer than 7", "zh-cn": "不到 7 条" },
      half: { en: "7 to 13", "zh-cn": "7 到 13 条" },
      most: { en: "more than 13", "zh-cn": "13 条以上" },
    },
  },
} satisfies Expectations;

export const verdictsQuestions = {
  "12-five": {
    asks: {
      en: "Five of five pairs agree. How often does that happen by luck, two-sided?",
      "zh-cn": "五对全部一致。双侧来看，凭运气发生的机会有多大？",
    },
    choices: [
      {
        says: { en: "Once in 16 times", "zh-cn": "16 次里有一次" },
        because: {
          en: "2/2⁵; so among twenty claims about one such agreement comes by luck.",
          "zh-cn": "2/2⁵；所以二十条论断里大约有一条会凭运气这样一致。",
        },
        isRight: true,
      },
      {
        says: { en: "Once in 100 times", "zh-cn": "100 次里有一次" },
        because: {
          en: "For that seven or eight pairs would have to agree.",
          "zh-cn": "那要七八对全部一致才行。",
        },
      },
      {
        says: { en: "Never", "zh-cn": "不会发生" },
        because: {
          en: "Five coins fall on the same side now and then.",
          "zh-cn": "五枚硬币有时也会同一面朝上。",
        },
      },
    ],
  },
  "12-not-reproduced": {
    asks: { en: "A claim is “not reproduced”. Is it wrong?", "zh-cn": "一条论断“未能复现”。它错了吗？" },
    choices: [
      {
        says: { en: "Yes: the run shows the opposite.", "zh-cn": "错了：运行结果正相反。" },
        because: { en: "That would be “refuted”.", "zh-cn": "那就是“不成立”了。" },
      },
      {
        says: {
          en: "Not necessarily: this run, at this scale, did not show it.",
          "zh-cn": "不一定：只是这次运行、这个规模没有显示出来。",
        },
        because: {
          en: "A small network and seconds of training can miss what a large one shows.",
          "zh-cn": "小网络、几秒钟的训练，可能看不到大网络才有的现象。",
        },
        isRight: true,
      },
      {
        says: { en: "No: it is right, and the run is wrong.", "zh-cn": "没错：它对，是运行错了。" },
        because: {
          en: "The run says what it says; more of them would tell.",
          "zh-cn": "运行说的就是它说的；要多做几次才知道。",
        },
      },
    ],
  },
  "12-because": {
    asks: {
      en: "“BN works” and “BN works because it reduces ICS”: what does the second need that the first does not?",
      "zh-cn": "“BN 有效”与“BN 有效是因为减少了 ICS”：后者比前者多需要什么？",
    },
    choices: [
      {
        says: { en: "More seeds", "zh-cn": "更多的种子" },
        because: {
          en: "Seeds say how sure a difference is, not where it comes from.",
          "zh-cn": "种子说明差别有多可靠，不说明差别从哪里来。",
        },
      },
      {
        says: { en: "A larger network", "zh-cn": "更大的网络" },
        because: { en: "Size does not tell causes apart.", "zh-cn": "规模分不清原因。" },
      },
      {
        says: {
          en: "An experiment that changes ICS and nothing else",
          "zh-cn": "一个只改变 ICS、别的都不变的实验",
        },
        because: {
          en: "A cause is tested by moving it alone, as noisy BN tries to.",
          "zh-cn": "检验一个原因，就要只动它，带噪声的 BN 就是这样尝试的。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
