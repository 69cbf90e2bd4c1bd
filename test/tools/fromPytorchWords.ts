// Where a word of ours is not quite PyTorch's: what a table of names cannot show.

/** Our word, as it is written → what differs. */
export const differences: Readonly<Record<string, { en: string; "zh-cn": string }>> = {
  tensor: {
    en: '`tensor([1, 2], { dtype: "int32", requiresGrad: true })`; numbers are float32 unless said otherwise',
    "zh-cn": '`tensor([1, 2], { dtype: "int32", requiresGrad: true })`；不写 dtype 时数字都是 float32',
  },
  zeros: { en: "the shape is one array: `zeros([2, 3])`", "zh-cn": "形状写成一个数组：`zeros([2, 3])`" },
  ones: { en: "the shape is one array", "zh-cn": "形状写成一个数组" },
  rand: { en: "the shape is one array", "zh-cn": "形状写成一个数组" },
  randn: {
    en: "the shape is one array; other draws from the same seed",
    "zh-cn": "形状写成一个数组；同一个种子得到的随机数不同",
  },
  empty: { en: "the shape is one array", "zh-cn": "形状写成一个数组" },
  manualSeed: {
    en: "seeds our own generator: other numbers than PyTorch's",
    "zh-cn": "这里用自己的随机数发生器，数字与 PyTorch 不同",
  },
  noGrad: { en: "takes a function: `noGrad(() => …)`", "zh-cn": "接受一个函数：`noGrad(() => …)`" },
  enableGrad: { en: "takes a function", "zh-cn": "接受一个函数" },
  save: { en: "one file of safetensors", "zh-cn": "写成一个 safetensors 文件" },
  load: {
    en: "reads `.safetensors`, and PyTorch's `.pt` without running anything in it",
    "zh-cn": "读取 `.safetensors`，也读取 PyTorch 的 `.pt`，不会运行其中任何代码",
  },
  max: { en: "with a dimension: `{ values, indices }`", "zh-cn": "给出维度时返回 `{ values, indices }`" },
  min: { en: "with a dimension: `{ values, indices }`", "zh-cn": "给出维度时返回 `{ values, indices }`" },
  sort: { en: "`{ values, indices }`", "zh-cn": "返回 `{ values, indices }`" },
  topk: { en: "`{ values, indices }`", "zh-cn": "返回 `{ values, indices }`" },
  argmax: { en: "int32", "zh-cn": "int32" },
  argmin: { en: "int32", "zh-cn": "int32" },
  randint: { en: "int32", "zh-cn": "int32" },
  size: { en: "also `x.shape`, an array", "zh-cn": "也可以用 `x.shape`，是一个数组" },
  "nn.SyncBatchNorm": {
    en: "says why there is none: one process trains",
    "zh-cn": "会说明为什么没有：训练只在一个进程里",
  },
  "nn.Module": {
    en: "call `model.forward(x)`: objects cannot be called; hooks run",
    "zh-cn": "写 `model.forward(x)`，对象不能被调用；hook 照样运行",
  },
  "nn.ModuleDict": {
    en: "takes pairs or an object, but no whole numbers as an object's names",
    "zh-cn": "接受键值对或对象，但对象的键不能是整数",
  },
  "data.DataLoader": {
    en: "`for` and `for await`; no workers",
    "zh-cn": "可用 `for` 和 `for await`；没有 worker",
  },
  "optim.Optimizer": {
    en: "`optimizer.lr` reads and sets the rate of all groups",
    "zh-cn": "`optimizer.lr` 读取并设置所有参数组的学习率",
  },
};
