// The door of kernel/data/transforms: `data.transforms`, torchvision's names for images [N, C, H, W].

export { RandomAffine, type RandomAffineOptions, RandomRotation } from "./affine";
export { RandomCrop, type RandomCropOptions } from "./crop";
export { RandomHorizontalFlip, RandomVerticalFlip } from "./flip";
export { Normalize } from "./normalize";
export { Compose, type RandomTransformOptions, type Transform } from "./transform";
