// The door of kernel/data: `import { data } from "bnlab"`.

export { type CifarOptions, cifar10, cifar100 } from "./cifar";
export { type Collated, collate } from "./collate";
export { type CsvOptions, csv } from "./csv";
export { DataLoader, type DataLoaderOptions, type DataLoaderState } from "./dataLoader";
export {
  ConcatDataset,
  type Dataset,
  ImageDataset,
  type ImageDatasetOptions,
  Subset,
  TableDataset,
  TensorDataset,
} from "./dataset";
export { type DigitsOptions, digits } from "./digits";
export {
  type ImageFolderOptions,
  type ImageMode,
  imageFolder,
  type ReadImageOptions,
  readImage,
} from "./images";
export { type MnistOptions, mnist } from "./mnist";
export {
  type BlobsOptions,
  blobs,
  type CirclesOptions,
  circles,
  moons,
  type PointsOptions,
  type SpiralsOptions,
  spirals,
} from "./points";
export {
  randomSplit,
  type Selectable,
  type SplitOptions,
  type TrainTestSplitOptions,
  trainTestSplit,
} from "./randomSplit";
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from "./samplers";
export * as transforms from "./transforms";
