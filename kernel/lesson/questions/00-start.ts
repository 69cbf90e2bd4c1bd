// The questions of 00-start.
import type { Expectations, Questions } from "./question";

export const startExpectations = {
  "00-plateau": {
    asks: {
      en: "After the first epoch, how many test digits does each network get right?",
      "zh-cn": "第一轮之后，两个网络在测试数字上的准确率如何？",
    },
    choices: {
      alike: { en: "both about the same", "zh-cn": "两者差不多" },
      behind: {
        en: "BN is ahead, but both have begun to learn",
        "zh-cn": "有 BN 的领先，但两者都开始学习了",
      },
      guessing: {
        en: "BN is far ahead, the other still guesses",
        "zh-cn": "有 BN 的遥遥领先，另一个还在瞎猜",
      },
    },
  },
} satisfies Expectations;

export const startQuestions = {
  "00-why-late": {
    asks: {
      en: "Why does the network without BN learn nothing at first?",
      "zh-cn": "没有 BN 的网络为什么一开始什么也学不到？",
    },
    choices: [
      {
        says: { en: "Its learning rate is too small.", "zh-cn": "它的学习率太小。" },
        because: {
          en: "Both arms have the same one, 2, and that is large for plain SGD.",
          "zh-cn": "两个网络的学习率相同，都是 2，对普通的 SGD 来说已经很大。",
        },
      },
      {
        says: {
          en: "Its third layer gives nearly the same outputs for every digit.",
          "zh-cn": "它的第三层对每个数字给出的输出几乎一样。",
        },
        because: {
          en: "Section 3 measures it: what does not differ from digit to digit cannot tell digits apart.",
          "zh-cn": "第 3 节量过：对不同数字没有差别的输出，分不清数字。",
        },
        isRight: true,
      },
      {
        says: { en: "It has fewer weights.", "zh-cn": "它的权重更少。" },
        because: {
          en: "All weights are the same and start the same; BN adds a γ and a β for each unit, and γ = 1, β = 0 change nothing at the start.",
          "zh-cn":
            "权重完全相同，起点也相同；BN 只给每个单元加上一个 γ 和一个 β，开始时 γ = 1、β = 0，不起作用。",
        },
      },
    ],
  },
  "00-one-seed": {
    asks: {
      en: "What does this run show for certain?",
      "zh-cn": "这次运行能确定地说明什么？",
    },
    choices: [
      {
        says: { en: "That BN always learns faster.", "zh-cn": "BN 总是学得更快。" },
        because: {
          en: "One seed, one learning rate, one network: it is an example, and 05 tries five of each.",
          "zh-cn": "一个种子、一个学习率、一个网络：这只是一个例子；05 会各试五个。",
        },
      },
      {
        says: {
          en: "That BN helps because it reduces Internal Covariate Shift.",
          "zh-cn": "BN 有效是因为它减少了内部协变量偏移。",
        },
        because: {
          en: "Nothing here measures a shift; why BN helps is the question of 08.",
          "zh-cn": "这里没有测量任何偏移；BN 为什么有效是 08 的问题。",
        },
      },
      {
        says: {
          en: "That with this seed and this learning rate BN learns earlier.",
          "zh-cn": "在这个种子和这个学习率下，有 BN 的网络更早学会。",
        },
        because: {
          en: "That much was seen, and no more.",
          "zh-cn": "看到的就是这些，不多也不少。",
        },
        isRight: true,
      },
    ],
  },
} satisfies Questions;
