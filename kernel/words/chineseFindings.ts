// What probe.lint says, in Chinese.
import type { Dictionary } from "./language";

export const findings: Dictionary = {
  error: "错误",
  warning: "警告",
  note: "提示",
  "the batch": "这个批次",
  "the loader": "加载器",
  "▲ the batch": "▲ 这个批次",
  "✗ the loader": "✗ 加载器",
  "· the batch": "· 这个批次",
  "nothing found in {#0} BatchNorm layers": "{#0} 个 BatchNorm 层中没有发现问题",
  "nothing found in {#0} BatchNorm layer": "{#0} 个 BatchNorm 层中没有发现问题",
  "{#0} findings in {#1} BatchNorm layers": "{#0} 处发现，共 {#1} 个 BatchNorm 层",
  "{#0} finding in {#1} BatchNorm layers": "{#0} 处发现，共 {#1} 个 BatchNorm 层",
  "{#0} findings in {#1} BatchNorm layer": "{#0} 处发现，共 {#1} 个 BatchNorm 层",
  "{#0} finding in {#1} BatchNorm layer": "{#0} 处发现，共 {#1} 个 BatchNorm 层",
  "is in evaluation mode while you train: it ignores the batch, and its running statistics stand still":
    "训练时处于推理模式：它不看这个批次，滑动统计量也不会更新",
  "call net.train() before the training loop, and again after each evaluation":
    "在训练循环之前调用 net.train()，每次评估之后再调用一次",
  "is in training mode while you evaluate: a sample's output depends on its batch, and evaluating moves the running statistics":
    "评估时处于训练模式：样本的输出取决于同批的样本，评估还会改动滑动统计量",
  "call net.eval() before evaluating": "评估之前调用 net.eval()",
  "is in training mode inside a model in evaluation mode: a sample's output depends on its batch":
    "模型在推理模式，它却在训练模式：样本的输出取决于同批的样本",
  "call net.eval()": "调用 net.eval()",
  "is in evaluation mode inside a model in training mode: its running statistics stand still":
    "模型在训练模式，它却在推理模式：滑动统计量不会更新",
  "call net.train(); if it is frozen on purpose, freeze γ and β too: requiresGrad_(false)":
    "调用 net.train()；若是有意冻结，γ 和 β 也要冻结：requiresGrad_(false)",
  "has momentum {#0}, which freezes its running statistics at mean 0 and variance 1, while it trains on the batch's":
    "动量为 {#0}，滑动统计量停在均值 0、方差 1，训练用的却是批次的统计量",
  "has momentum {#0}, which freezes its running statistics at where they are, while it trains on the batch's":
    "动量为 {#0}，滑动统计量停在原处，训练用的却是批次的统计量",
  "use 0.99 or 0.9, or put the layer in evaluation mode": "改用 0.99 或 0.9，或让这一层处于推理模式",
  "use 0.1, or put the layer in evaluation mode": "改用 0.1，或让这一层处于推理模式",
  "has momentum {#0}: its running statistics are little more than the last batch's":
    "动量为 {#0}：滑动统计量几乎就是最后一个批次的统计量",
  "Keras's momentum is the share that is kept: use 0.9 or 0.99": "Keras 的动量是保留的比例：改用 0.9 或 0.99",
  "PyTorch's momentum is the share of the new batch (Keras's 0.99 is 0.01 here): use 0.1 or 0.01":
    "PyTorch 的动量是新批次所占的比例（Keras 的 0.99 在这里是 0.01）：改用 0.1 或 0.01",
  "evaluates with mean 0 and variance 1: its running statistics have never seen a batch":
    "推理时用的是均值 0、方差 1：滑动统计量从未见过任何批次",
  "train first, load a state with running_mean and running_var, or measure them: nn.utils.updateBn(loader, net)":
    "先训练，或载入含 running_mean 和 running_var 的状态，或重新测量：nn.utils.updateBn(loader, net)",
  "has learned γ and β, but its running statistics have never seen a batch: it was trained in evaluation mode, or loaded without its buffers":
    "γ 和 β 已学过，滑动统计量却从未见过任何批次：训练时处于推理模式，或载入时缺了缓冲区",
  "train in training mode, or measure them: nn.utils.updateBn(loader, net)":
    "在训练模式下训练，或重新测量：nn.utils.updateBn(loader, net)",
  "has running statistics that are not finite: a batch with NaN or infinity went through":
    "滑动统计量不是有限值：有一个批次含有 NaN 或无穷大",
  "find that batch, then resetRunningStats() and train on":
    "找出那个批次，然后 resetRunningStats()，再继续训练",
  "has a bias that {*0} subtracts again with the mean: its gradient is 0":
    "它的偏置会被 {*0} 随均值一起减掉：梯度为 0",
  "make it with { bias: false }; β does its work": "用 { bias: false } 创建；β 会代替它",
  "comes after {*0}: dropout raises the variance in training and not in evaluation, so the running variance is too large (Li et al. 2018)":
    "位于 {*0} 之后：Dropout 在训练时增大方差，推理时不会，因此滑动方差偏大（Li 等，2018）",
  "move dropout behind the last BatchNorm, or leave it out":
    "把 Dropout 移到最后一个 BatchNorm 之后，或去掉它",
  "normalizes again what {*0} has just normalized: the first one's γ and β have no effect":
    "把 {*0} 刚归一化的结果又归一化一次：前者的 γ 和 β 不起作用",
  "leave one of the two out": "去掉其中一个",
  "is used {#0} times in a forward: each use moves the same running statistics towards its own":
    "一次前向中用了 {#0} 次：每次都把同一组滑动统计量拉向自己",
  "make a BatchNorm for each place": "每处各用一个 BatchNorm",
  "is the model's last layer: its outputs are held to mean β and deviation γ over each batch, whatever the samples are":
    "是模型的最后一层：无论样本是什么，每个批次的输出都被固定为均值 β、标准差 γ",
  "leave it out; normalize between layers, not the outputs": "去掉它；归一化放在层与层之间，不要放在输出上",
  "gets a batch of 1: one value has no variance, and training throws":
    "得到大小为 1 的批次：一个值没有方差，训练会报错",
  "gets a batch of 1: each sample is normalized by itself, evaluation by all":
    "得到大小为 1 的批次：每个样本只用自己归一化，推理时用全体",
  "gets two values a channel: they become +1 and −1 whatever they are, and no gradient passes but where they nearly tie":
    "每个通道只有两个值：无论是什么都会变成 +1 和 −1，除非两者几乎相等，否则梯度传不过去",
  "gets batches of {#0}: the mean of so few samples is off by {#1} of their deviation":
    "批大小为 {#0}：样本这么少，均值的误差是标准差的 {#1}",
  "use larger batches, or nn.GroupNorm or nn.LayerNorm, which do not look at the batch":
    "用更大的批次，或不依赖批次的 nn.GroupNorm、nn.LayerNorm",
  "evaluates with statistics that do not fit this batch: its means are off by {#0} running deviations, its variance is {#1} times the running one":
    "推理用的统计量与这个批次不符：均值相差 {#0} 个滑动标准差，方差是滑动方差的 {#1} 倍",
  "evaluates with statistics that do not fit this batch: its means are off by {#0} running deviations, its variance is {#1} times the running one; after {#2} batches they still hold {#3} of their start":
    "推理用的统计量与这个批次不符：均值相差 {#0} 个滑动标准差，方差是滑动方差的 {#1} 倍；经过 {#2} 个批次，仍有 {#3} 来自初值",
  "evaluates with statistics that do not fit this batch: its means are off by {#0} running deviations, its variance is {#1} times the running one; after {#2} batch they still hold {#3} of their start":
    "推理用的统计量与这个批次不符：均值相差 {#0} 个滑动标准差，方差是滑动方差的 {#1} 倍；经过 {#2} 个批次，仍有 {#3} 来自初值",
  "train on before you evaluate, or measure them: nn.utils.updateBn(loader, net)":
    "再训练一段时间，或重新测量：nn.utils.updateBn(loader, net)",
  "holds samples of one class ({*0}) only: its mean is that of the class, which BatchNorm subtracts":
    "只有一个类别（{*0}）的样本：它的均值就是这个类别的均值，会被 BatchNorm 减掉",
  "mix the classes: new data.DataLoader(set, { shuffle: true, … })":
    "把类别混在一起：new data.DataLoader(set, { shuffle: true, … })",
  "ends an epoch with a batch of 1: {#0} samples in batches of {#1}":
    "一轮的最后一个批次只有 1 个样本：共 {#0} 个样本，批大小 {#1}",
  "make it with { dropLast: true }, or choose another batchSize":
    "用 { dropLast: true } 创建，或换一个 batchSize",
};
