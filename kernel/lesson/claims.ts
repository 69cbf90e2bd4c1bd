// The claims of the article, what the literature says of each, and the notebook that puts it to the test.
import { type Passage, passages, type Section, sectionsInOrder } from "./article";
import type { Words } from "./words";

export interface Claim {
  /** 1 to 20; 19 and 20 were added to the others, which stand in the article's order. */
  readonly number: number;
  /** Where the article makes it. */
  readonly section: Section;
  /** The article's own words, from one place or two. */
  readonly quotes: readonly Passage[];
  /** What is tested: the same in our words. */
  readonly claim: Words;
  /** What the literature says of it. */
  readonly literature: Words;
  /** The name of the notebook that tests it, without its ending. */
  readonly notebook: string;
}

const table: readonly (readonly [notebook: string, claim: Words, literature: Words])[] = [
  [
    "01-inception",
    { en: "Inception V2 adds BN layers to V1", "zh-cn": "InceptionV2 在 V1 的基础上引入了 BN 层" },
    {
      en: "Incomplete: V2 also replaces 5×5 convolutions by two 3×3, and more (Ioffe & Szegedy 2015)",
      "zh-cn": "不完整：V2 还把 5×5 卷积换成了两个 3×3 卷积，另有其他改动（Ioffe & Szegedy 2015）",
    },
  ],
  [
    "03-bn-from-scratch",
    {
      en: "BN makes every layer's output a standard Gaussian",
      "zh-cn": "BN 可以把每一层的输出都规范化为标准高斯分布",
    },
    {
      en: "False: it fixes two moments of each feature, not the shape of its distribution",
      "zh-cn": "不对：它只固定每个特征的均值和方差，不改变分布的形状",
    },
  ],
  [
    "02-why-normalize",
    {
      en: "Large inputs push sigmoid and tanh into saturation, where the gradient is near 0",
      "zh-cn": "输入过大会使 sigmoid 和 tanh 进入饱和区，梯度接近 0",
    },
    { en: "True", "zh-cn": "正确" },
  ],
  [
    "02-why-normalize",
    {
      en: "Without normalization most hidden values end at ±1",
      "zh-cn": "不做归一化，隐藏层的激活值大多会变成 ±1",
    },
    {
      en: "Depends on the scale of the weights (and sigmoid gives 0 and 1)",
      "zh-cn": "取决于权重的尺度（而且 sigmoid 给出的是 0 和 1）",
    },
  ],
  [
    "06-saturating",
    {
      en: "Normalization always keeps values in the activation's sensitive region",
      "zh-cn": "归一化使数值始终落在激活函数的敏感区",
    },
    { en: "“Always” is false; true at initialization", "zh-cn": "“始终”不对；在初始化时成立" },
  ],
  [
    "04-ics",
    {
      en: "Updating the parameters of earlier layers shifts the inputs of later ones",
      "zh-cn": "前面各层的参数更新会使后面各层的输入分布发生偏移",
    },
    {
      en: "True: it is the definition of Internal Covariate Shift (ICS)",
      "zh-cn": "正确：这就是内部协变量偏移（ICS）的定义",
    },
  ],
  [
    "07-regularization",
    { en: "ICS raises the risk of overfitting", "zh-cn": "ICS 增大过拟合的风险" },
    { en: "No support found", "zh-cn": "没有找到支持它的证据" },
  ],
  [
    "03-bn-from-scratch",
    {
      en: "Normalize before each layer's input (on which side of the activation is not said here)",
      "zh-cn": "在每一层的输入之前做归一化（放在激活函数的哪一侧，这句话没有说）",
    },
    {
      en: "The paper normalizes Wu+b, before the nonlinearity (Ioffe & Szegedy 2015); practice knows both places",
      "zh-cn": "原论文归一化的是 Wu+b，也就是放在非线性之前（Ioffe & Szegedy 2015）；实践中两种放法都有",
    },
  ],
  [
    "03-bn-from-scratch",
    {
      en: "From all elements of the batch BN subtracts the mean, and divides by the standard deviation (whose mean is not said)",
      "zh-cn": "BN 对 batch 中的所有元素减去均值，再除以标准差（没有说是谁的均值）",
    },
    {
      en: "Right if the mean is each feature's (each channel's in convolutions), and with an ε; read as one mean for all, it is not BN",
      "zh-cn":
        "如果指每个特征（卷积中每个通道）自己的均值，并加上 ε，就是对的；如果理解成所有元素共用一个均值，那就不是 BN",
    },
  ],
  [
    "07-regularization",
    {
      en: "The constraint that BN sets can improve generalization",
      "zh-cn": "BN 施加的约束可以增强模型的泛化能力",
    },
    { en: "Contested; see claim 17", "zh-cn": "有争议，见第 17 条" },
  ],
  [
    "03-bn-from-scratch",
    {
      en: "γ and β can, to a degree, restore the original distribution",
      "zh-cn": "γ 和 β 可以在一定程度上还原原来的分布",
    },
    {
      en: "They can: γ = √(v+ε), β = μ undoes the normalization; training need not",
      "zh-cn": "可以做到：γ = √(v+ε)、β = μ 恰好抵消归一化；但训练不一定这样做",
    },
  ],
  [
    "08-ics-debate",
    { en: "BN works because it reduces ICS", "zh-cn": "BN 有效，是因为它减少了 ICS" },
    {
      en: "Contested: Santurkar et al. 2018 argue against it",
      "zh-cn": "有争议：Santurkar 等人（2018）反对",
    },
  ],
  [
    "04-ics",
    {
      en: "Without BN training is prone to fall into the saturated region, which slows convergence",
      "zh-cn": "没有 BN，训练容易陷入饱和区，收敛变慢",
    },
    { en: "Conditional, as claim 4 is", "zh-cn": "有条件成立，同第 4 条" },
  ],
  [
    "05-speed-lr-init",
    { en: "BN makes learning faster and decouples the layers", "zh-cn": "BN 加快学习，并使各层解耦" },
    { en: "Faster: true. Decoupled: contested", "zh-cn": "加快学习：正确；解耦：有争议" },
  ],
  [
    "05-speed-lr-init",
    {
      en: "BN makes a network less sensitive to learning rate and initialization",
      "zh-cn": "BN 使网络对学习率和初始化不那么敏感",
    },
    { en: "True within limits", "zh-cn": "在一定范围内正确" },
  ],
  [
    "06-saturating",
    {
      en: "BN makes saturating activations usable and eases vanishing gradients",
      "zh-cn": "BN 使饱和型激活函数变得可用，并缓解梯度消失",
    },
    {
      en: "Largely true, though a start made for sigmoid helps too; and the reverse exists: with ReLU, gradients explode with depth at the start (Yang et al. 2019)",
      "zh-cn":
        "大体正确，不过专为 sigmoid 设计的初始化也有帮助；也有相反的情形：配合 ReLU 时，初始梯度会随深度爆炸（Yang 等，2019）",
    },
  ],
  [
    "07-regularization",
    {
      en: "By the noise of its batches BN regularizes to a degree, much as Dropout does",
      "zh-cn": "BN 通过批次的噪声在一定程度上起到正则化的作用，与 Dropout 类似",
    },
    {
      en: "Supported: through the noise of the batch, so it depends on the batch's size (Luo et al. 2018)",
      "zh-cn": "得到支持：作用来自批次的噪声，因此取决于批大小（Luo 等，2018）",
    },
  ],
  [
    "07-regularization",
    {
      en: "With BN, Dropout can be removed without lowering accuracy, as its authors have proved",
      "zh-cn": "有了 BN，可以去掉 Dropout 而不降低精度，这一点原作者已经证明",
    },
    {
      en: "Overclaim: the paper has no ablation (Ioffe & Szegedy 2015)",
      "zh-cn": "言过其实：原论文没有做消融实验（Ioffe & Szegedy 2015）",
    },
  ],
  [
    "02-why-normalize",
    {
      en: "Standardized inputs pass through the sensitive part of the activation, so the network learns better",
      "zh-cn": "对输入做标准化，让输入值落在激活函数的敏感部分，网络就学得更好",
    },
    {
      en: "True for large inputs: standardizing is old advice (LeCun et al. 1998); BN in the first layer does it too",
      "zh-cn": "输入较大时正确：标准化是早已有之的建议（LeCun 等，1998）；第一层的 BN 也做到了这一点",
    },
  ],
  [
    "03-bn-from-scratch",
    {
      en: "Normalization may destroy features of the data; learned γ and β let them keep more of the original information",
      "zh-cn": "归一化可能破坏数据本身的特征；学习得到的 γ 与 β 让数据保留更多的原始信息",
    },
    {
      en: "In part: γ and β give a unit its place back; what all samples of a batch share is gone",
      "zh-cn": "部分正确：γ 和 β 能把一个单元的位置和尺度还给它；一批样本共有的信息则找不回来",
    },
  ],
];

/** The article's claims, 1 to 20. */
export const claims: readonly Claim[] = table.map(([notebook, claim, literature], i) => {
  const number = i + 1;
  const quoted = passages.filter(({ quotedFor }) => quotedFor === number);
  return {
    number,
    section: quoted[0]!.section,
    quotes: quoted,
    claim,
    literature,
    notebook,
  };
});

/** The same, by the section in which the article makes them. */
export const claimsBySection: readonly Claim[] = sectionsInOrder.flatMap((section) =>
  claims.filter((claim) => claim.section === section),
);

/** @throws RangeError for a number that no claim has. */
export function claimOf(number: number): Claim {
  const claim = claims[number - 1];
  if (claim === undefined) {
    throw new RangeError(`lesson.verdict: expected a claim from 1 to ${claims.length}, got ${number}`);
  }
  return claim;
}
