// The article, 《Batch-Normalization》 (2017-03-15), to the letter, its slips too, and which claims each of its passages makes.
import type { Words } from "./words";

/** A part of the article: its introduction, or one of its four sections. */
export type Section = "intro" | 1 | 2 | 3 | 4;

/** The sections' headings; the article's introduction has none. */
export const sections: Readonly<Record<Section, Words>> = {
  intro: { en: "introduction", "zh-cn": "导语" },
  1: { en: "1 Why normalize?", "zh-cn": "1 为什么要进行归一化？" },
  2: { en: "2 How BN works", "zh-cn": "2 简述 BN 的原理" },
  3: { en: "3 What BN solves", "zh-cn": "3 BN 解决了什么问题" },
  4: { en: "4 What BN is good for", "zh-cn": "4 使用 BN 有什么好处" },
};

/** As they follow one another. */
export const sectionsInOrder: readonly Section[] = ["intro", 1, 2, 3, 4];

/** Some words of the article that stand together. */
export interface Passage {
  /** Where they stand. */
  readonly section: Section;
  /** The claims they make, or lead to. */
  readonly claims: readonly number[];
  /** The claim whose card quotes them; 0 where none does. */
  readonly quotedFor: number;
  /** The article's own words, and a translation. */
  readonly text: Words;
}

/** The whole article in its order. */
export const passages: readonly Passage[] = [
  {
    section: "intro",
    claims: [1],
    quotedFor: 1,
    text: {
      en: "Building on V1, Inception V2 introduces BN layers,",
      "zh-cn": "InceptionV2 在 V1 的基础上引入了 BN 层,",
    },
  },
  {
    section: "intro",
    claims: [12],
    quotedFor: 0,
    text: {
      en: "reduces Internal Covariate Shift (the difference in the distributions of the data of inner neurons),",
      "zh-cn": "减少了 Internal Covariate Shift(内部神经元的数据分布差异),",
    },
  },
  {
    section: "intro",
    claims: [2],
    quotedFor: 2,
    text: {
      en: "so that the output of every layer can be normalized to a standard Gaussian distribution.",
      "zh-cn": "使得每一层的输出都可以规范化到一个标准高斯分布上.",
    },
  },
  {
    section: 1,
    claims: [19],
    quotedFor: 0,
    text: {
      en: "In neural networks the distribution of the data influences training.",
      "zh-cn": "在神经网络中, 数据分布对训练会产生影响.",
    },
  },
  {
    section: 1,
    claims: [3],
    quotedFor: 3,
    text: {
      en: "Where the data are large, the output of some activation functions, sigmoid or tanh say, comes close to 1; the gradient there is close to 0: the activation is saturated,",
      "zh-cn":
        "当数据较大时, 有的激活函数比如 sigmoid 或者 tanh 的输出就会接近于 1, 此时的梯度就会接近于0, 处于激活函数的饱和阶段,",
    },
  },
  {
    section: 1,
    claims: [3],
    quotedFor: 0,
    text: {
      en: "that is, however much the input grows, the output of sigmoid or tanh stays close to 1. In other words, from the start the network is no longer sensitive to the range of the larger features x.",
      "zh-cn":
        "也就是说无论输入再怎么扩大, sigmoid 或者 tanh 激励函数输出值也还是接近1. 换句话说, 神经网络在初始阶段已经不对那些比较大的 x 特征范围敏感了.",
    },
  },
  {
    section: 1,
    claims: [19],
    quotedFor: 19,
    text: {
      en: "So we have to preprocess the data by the normalization mentioned before, so that the inputs x do not range too far and pass through the sensitive part of the activation.",
      "zh-cn":
        "因此我们需要用之前提到的对数据做 normalization 预处理, 使得输入的 x 变化范围不会太大, 让输入值经过激励函数的敏感部分.",
    },
  },
  {
    section: 1,
    claims: [4],
    quotedFor: 0,
    text: {
      en: "Note that this insensitivity does not occur in the input layer alone; it often occurs in hidden layers too.",
      "zh-cn": "需要注意的是, 这个不敏感问题不仅仅发生在神经网络的输入层, 而且在隐藏层中也经常会发生.",
    },
  },
  {
    section: 1,
    claims: [4],
    quotedFor: 4,
    text: {
      en: "Without normalization the distribution of the data is arbitrary, so that much of the data lies outside the sensitive region of the activation; behind the activation most of these values become 1 or −1,",
      "zh-cn":
        "当没有进行normalizatin时,数据的分布是任意的,那么就会有大量的数据处在激活函数的敏感区域外, 对这样的数据分布进行激活后, 大部分的值都会变成1或-1,",
    },
  },
  {
    section: 1,
    claims: [4],
    quotedFor: 0,
    text: {
      en: "which makes the distribution behind the activation unbalanced; with normalization it is comparatively balanced.",
      "zh-cn": "造成激活后的数据分布不均衡, 而如果进行了Normallizatin, 那么相对来说数据的分布比较均衡.",
    },
  },
  {
    section: 1,
    claims: [5],
    quotedFor: 5,
    text: {
      en: "In one sentence: normalization always keeps the distribution of the data in the region where the activation is sensitive.",
      "zh-cn": "一句话总结就是: 通过Normalization让数据的分布始终处在激活函数敏感的区域",
    },
  },
  {
    section: 2,
    claims: [6],
    quotedFor: 6,
    text: {
      en: "While a deep network is trained, changes of the parameters of each hidden layer change the input of the next one, and with it the distribution of every batch of training data,",
      "zh-cn":
        "在训练深度神经网络时, 每个隐藏层的参数变化会使得后一层的输入发生变化, 从而每一批训练数据的分布也随之改变,",
    },
  },
  {
    section: 2,
    claims: [7],
    quotedFor: 7,
    text: {
      en: "so that in each iteration the network has to fit another distribution, which raises the complexity of the training and the risk of overfitting.",
      "zh-cn": "导致网络在每次迭代中都需要拟合不同的数据分布, 增大了训练的复杂度以及过拟合的风险.",
    },
  },
  {
    section: 2,
    claims: [15],
    quotedFor: 0,
    text: {
      en: "This is why we have to be very careful with the learning rate, the initial weights and the like.",
      "zh-cn": "这使得我们需要非常谨慎的去设定学习率, 初始化权重等参数更新策略.",
    },
  },
  {
    section: 2,
    claims: [8],
    quotedFor: 8,
    text: {
      en: "So, to have every batch in a layer under the same distribution, we need to add normalization before the input of every layer of the network;",
      "zh-cn":
        "因此, 为了保证网络层中的每一批数据都处于相同的数据分布下, 我们需要在网络的每一层输入之前增加归一化处理,",
    },
  },
  {
    section: 2,
    claims: [9],
    quotedFor: 9,
    text: {
      en: "concretely: from all elements of the current batch subtract the mean, then divide by the standard deviation.",
      "zh-cn": "具体来说, 就是对当前 batch 中的所有元素减去均值再除以标准差.",
    },
  },
  {
    section: 2,
    claims: [10],
    quotedFor: 10,
    text: {
      en: "Such normalization can put an additional constraint on the original data, and so can improve how the model generalizes;",
      "zh-cn": "这样的归一化操作可以对原始数据添加额外的约束, 从而可以增强模型的泛化能力,",
    },
  },
  {
    section: 2,
    claims: [20],
    quotedFor: 20,
    text: {
      en: "but at the same time, since mean 0 and standard deviation 1 are forced on the data, features of the original data may be destroyed.",
      "zh-cn":
        "但同时, 由于简单归一化之后的数据分布被强制为 0 均值和 1 标准差, 因此可能会破坏原始数据本身的特征.",
    },
  },
  {
    section: 2,
    claims: [11],
    quotedFor: 0,
    text: {
      en: "To be able to restore the original distribution, BN's second key operation introduces the linear parameters γ and β for a reconstruction, which scale and shift the normalized data",
      "zh-cn":
        "为了能够还原原始数据分布, BN 的第二个关键操作就是引入了用于变换重构的线性偏移参数 γ 和 β, 它们分别对简单归一化后的数据执行 scale 和 shift 操作,",
    },
  },
  {
    section: 2,
    claims: [11],
    quotedFor: 11,
    text: {
      en: "and can, to a degree, restore what is particular to the distribution of the data.",
      "zh-cn": "可以在一定程度还原数据本身的分布特别.",
    },
  },
  {
    section: 2,
    claims: [11, 20],
    quotedFor: 0,
    text: {
      en: "In sum, BN is two steps: the first normalizes, to make the distributions of different layers alike; the second reconstructs, to recover the information of the original data's features.",
      "zh-cn":
        "总体来说, BN 的作用可以简单概括为两步, 第一步是进行归一化, 用于统一不同网络层的数据分布; 第二步变换重构, 用于恢复原始数据的特征信息.",
    },
  },
  {
    section: 3,
    claims: [12],
    quotedFor: 12,
    text: {
      en: "What BN mainly solves is that in deep networks the distributions of the data keep changing, that is, Internal Covariate Shift.",
      "zh-cn":
        "BN 主要解决的是深层网络中不同网络数据分布不断发生变化的问题, 也就是 Internal Covariate Shift.",
    },
  },
  {
    section: 3,
    claims: [6],
    quotedFor: 0,
    text: {
      en: "This means that while a deep network is trained, changes of its parameters change the distributions of the data at inner nodes; this process is called Internal Covariate Shift.",
      "zh-cn":
        "该问题是指在深层网络训练的过程中，由于网络中参数变化而引起内部结点数据分布发生变化的这一过程被称作Internal Covariate Shift.",
    },
  },
  {
    section: 3,
    claims: [12],
    quotedFor: 0,
    text: {
      en: "ICS causes two problems: upper layers have to keep adapting to the changing distribution of their inputs, which makes the network learn more slowly;",
      "zh-cn": "ICS 带来了两个问题: 上层网络需要不停调整来适应输入数据分布的变化，导致网络学习速度的降低",
    },
  },
  {
    section: 3,
    claims: [13],
    quotedFor: 13,
    text: {
      en: "training is prone to fall into the region where gradients saturate, which slows the network's convergence.",
      "zh-cn": "网络的训练过程容易陷入梯度饱和区,减缓网络收敛速度",
    },
  },
  {
    section: 4,
    claims: [12, 14],
    quotedFor: 12,
    text: {
      en: "On the whole, by normalizing the input of every layer BN keeps mean and variance of the inputs fixed within a certain range, reduces Internal Covariate Shift, and speeds up convergence;",
      "zh-cn":
        "总的来说，BN通过将每一层网络的输入进行归一化, 保证输入分布的均值与方差固定在一定范围内, 减少了网络中的 Internal Covariate Shift问题，加速了模型收敛;",
    },
  },
  {
    section: 4,
    claims: [15],
    quotedFor: 15,
    text: {
      en: "BN can also make the network less sensitive to settings such as the learning rate and the initial weights, which simplifies tuning and makes learning more stable;",
      "zh-cn":
        "并且 BN 可以使得网络对参数的设置如学习率, 初始权重等不那么敏感, 简化了调参过程, 使得网络学习更加稳定;",
    },
  },
  {
    section: 4,
    claims: [16],
    quotedFor: 16,
    text: {
      en: "at the same time BN lets the network use saturating activations such as sigmoid, tanh and others, and so eases vanishing gradients;",
      "zh-cn": "同时 BN 使得网络可以使用饱和性激活函数如 Sigmoid, tahh 等, 从而缓解了梯度消失问题;",
    },
  },
  {
    section: 4,
    claims: [17],
    quotedFor: 17,
    text: {
      en: "last, since the mean and variance of the mini-batches that BN uses in training differ each time, they bring in random noise, which to a degree regularizes the model; that is, BN can act in a way similar to Dropout;",
      "zh-cn":
        "最后 BN 在训练过程中由于使用的 mini-batch 的均值和方差每次都不同，因此引入了随机噪声，在一定程度上对模型起到了正则化的效果, 也就是说, BN 可以起到和 Dropout 类似的作用,",
    },
  },
  {
    section: 4,
    claims: [18],
    quotedFor: 18,
    text: {
      en: "so with BN the Dropout layers can be removed without lowering the model's accuracy.",
      "zh-cn": "因此在使用 BN 时可以去掉 Dropout 层而不会降级模型精度.",
    },
  },
  {
    section: 4,
    claims: [14],
    quotedFor: 0,
    text: {
      en: "The reasons: (1) BN makes the distribution of every layer's inputs relatively stable and speeds up learning.",
      "zh-cn": "原因如下: (1) BN使得网络中每层输入数据的分布相对稳定，加速模型学习速度",
    },
  },
  {
    section: 4,
    claims: [14],
    quotedFor: 0,
    text: {
      en: "By normalization and a linear map BN keeps mean and variance of every layer's inputs within a certain range, so that the next layer need not keep adapting to changes below it;",
      "zh-cn":
        "BN通过规范化与线性变换使得每一层网络的输入数据的均值与方差都在一定范围内，使得后一层网络不必不断去适应底层网络中输入的变化，",
    },
  },
  {
    section: 4,
    claims: [14],
    quotedFor: 14,
    text: {
      en: "this decouples the layers of the network from one another, helps optimization, and raises the speed at which the whole network learns.",
      "zh-cn": "从而实现了网络中层与层之间的解耦，更加有利于优化的过程,提高整个神经网络的学习速度。",
    },
  },
  {
    section: 4,
    claims: [15],
    quotedFor: 0,
    text: {
      en: "(2) BN makes the model less sensitive to the initialization and to the network's parameters, simplifies tuning, and makes learning more stable.",
      "zh-cn": "(2) BN使得模型对初始化方法和网络中的参数不那么敏感，简化调参过程，使得网络学习更加稳定",
    },
  },
  {
    section: 4,
    claims: [15],
    quotedFor: 0,
    text: {
      en: "In neural networks we often choose an initialization (Xavier's, say) or a suitable learning rate with care, to have training stable. With too high a learning rate the parameters take too large steps, and are prone to oscillate and not to converge …",
      "zh-cn":
        "在神经网络中，我们经常会谨慎地采用一些权重初始化方法（例如Xavier）或者合适的学习率来保证网络稳定训练。当学习率设置太高时，会使得参数更新步伐过大，容易出现震荡和不收敛…",
    },
  },
  {
    section: 4,
    claims: [16],
    quotedFor: 0,
    text: {
      en: "(3) BN allows the network to use saturating activations (sigmoid, tanh and others) and eases vanishing gradients.",
      "zh-cn": "(3) BN允许网络使用饱和性激活函数（例如sigmoid，tanh等），缓解梯度消失问题",
    },
  },
  {
    section: 4,
    claims: [13, 16],
    quotedFor: 0,
    text: {
      en: "Without BN layers, the depth and complexity of the network make it easy for changes below to accumulate above, so that training easily enters the saturated region of the activation;",
      "zh-cn":
        "在不使用BN层的时候，由于网络的深度与复杂性，很容易使得底层网络变化累积到上层网络中，导致模型的训练很容易进入到激活函数的梯度饱和区；",
    },
  },
  {
    section: 4,
    claims: [8, 16],
    quotedFor: 0,
    text: {
      en: "normalizing can place the inputs of the activation where gradients do not saturate, which eases vanishing gradients;",
      "zh-cn": "通过normalize操作可以让激活函数的输入数据落在梯度非饱和区，缓解梯度消失的问题；",
    },
  },
  {
    section: 4,
    claims: [20],
    quotedFor: 20,
    text: {
      en: "besides, learning γ and β adaptively lets the data keep more of their original information.",
      "zh-cn": "另外通过自适应学习 γ 与 β 又让数据保留更多的原始信息。",
    },
  },
  {
    section: 4,
    claims: [17],
    quotedFor: 0,
    text: {
      en: "(4) BN regularizes to a degree.",
      "zh-cn": "(4)BN具有一定的正则化效果",
    },
  },
  {
    section: 4,
    claims: [17],
    quotedFor: 0,
    text: {
      en: "In Batch Normalization we use mean and variance of a mini-batch as estimates of those of all training samples; each batch is drawn from all samples, yet mean and variance differ from one mini-batch to the next, which adds random noise to the learning;",
      "zh-cn":
        "在Batch Normalization中，由于我们使用mini-batch的均值与方差作为对整体训练样本均值与方差的估计，尽管每一个batch中的数据都是从总体样本中抽样得到，但不同mini-batch的均值与方差会有所不同，这就为网络的学习过程中增加了随机噪音，",
    },
  },
  {
    section: 4,
    claims: [17],
    quotedFor: 0,
    text: {
      en: "as Dropout brings noise into training by switching off neurons, this to a degree regularizes the model.",
      "zh-cn": "与Dropout通过关闭神经元给网络训练带来噪音类似，在一定程度上对模型起到了正则化的效果。",
    },
  },
  {
    section: 4,
    claims: [18],
    quotedFor: 18,
    text: {
      en: "The original authors have also proved that with BN in the network Dropout can be discarded and the model generalizes as well.",
      "zh-cn": "原作者也证明了网络加入BN后，可以丢弃Dropout，模型也同样具有很好的泛化效果",
    },
  },
];
