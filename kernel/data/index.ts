// The door of kernel/data: `import { data } from "bnlab"`.

export { type Collated, collate } from "./collate";
export { type CsvOptions, csv } from "./csv";
export { DataLoader, type DataLoaderOptions } from "./dataLoader";
export {
  type Dataset,
  ImageDataset,
  type ImageDatasetOptions,
  Subset,
  TableDataset,
  TensorDataset,
} from "./dataset";
export { type DigitsOptions, digits } from "./digits";
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
export * as transforms from "./transforms";
