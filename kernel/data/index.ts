// The door of kernel/data: `import { data } from "bnlab"`.

export { DataLoader, type DataLoaderOptions } from "./dataLoader";
export { type Dataset, ImageDataset, TensorDataset } from "./dataset";
export { type DigitsOptions, digits } from "./digits";
export { mnist } from "./mnist";
export { randomSplit, type Selectable } from "./randomSplit";
