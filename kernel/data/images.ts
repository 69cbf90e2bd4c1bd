// Pictures from files: one, or a folder of folders of them.

import { bytesOf, machine } from "../machine/machine";
import { stack, type Tensor, tensor } from "../tensor";
import { describe, requireKnown } from "../tensor/arguments";
import { ImageDataset, type ImageDatasetOptions } from "./dataset";
import { decodePng, type Pixels } from "./png";

/** What channels a picture is to have. */
export type ImageMode = "unchanged" | "gray" | "grayAlpha" | "rgb" | "rgbAlpha";

/** What readImage() can be told. */
export interface ReadImageOptions {
  /** The channels: as the file has them (default), or gray, RGB, with alpha or without. */
  mode?: ImageMode;
}

const modes: { readonly [mode in ImageMode]: { readonly color: boolean; readonly alpha: boolean } | null } = {
  unchanged: null,
  gray: { color: false, alpha: false },
  grayAlpha: { color: false, alpha: true },
  rgb: { color: true, alpha: false },
  rgbAlpha: { color: true, alpha: true },
};

/**
 * The picture in a PNG file, of 1 to 16 bits, gray, RGB or by a palette, with alpha or without, interlaced or not: [C, height,
 * width] float32 in 0…1. As torchvision.io.read_image, divided by the largest value as ToTensor does; gray of colors is
 * 0.299·R + 0.587·G + 0.114·B. Throws an Error that names the file and what is wrong with it.
 */
export function readImage(path: string, { mode = "unchanged" }: ReadImageOptions = {}): Tensor {
  requireKnown("readImage", arguments, 2, ["mode"]);
  requirePath("readImage", path);
  requireMode("readImage", mode);
  const file = machine().resolve(path);
  return pictureOf(decodePng(bytesOf(file), file), mode);
}

function requirePath(operation: string, path: string): void {
  if (typeof path === "string") return;
  throw new TypeError(`${operation}: expected a path, got ${describe(path)}`);
}

function requireMode(operation: string, mode: ImageMode): void {
  if (Object.hasOwn(modes, mode)) return;
  const names = Object.keys(modes).map((name) => `"${name}"`);
  throw new RangeError(`${operation}: expected mode ${names.join(", ")}, got ${describe(mode)}`);
}

function pictureOf({ width, height, channels, most, samples }: Pixels, mode: ImageMode): Tensor {
  const has = { color: channels >= 3, alpha: channels % 2 === 0 };
  const wanted = modes[mode] ?? has;
  const colors = has.color ? 3 : 1;
  const count = (wanted.color ? 3 : 1) + (wanted.alpha ? 1 : 0);
  const pixels = width * height;
  const values = new Float32Array(count * pixels);
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    if (wanted.color) {
      for (let c = 0; c < 3; c++) values[c * pixels + i] = samples[at + (has.color ? c : 0)]! / most;
    } else if (has.color) {
      const gray = 0.299 * samples[at]! + 0.587 * samples[at + 1]! + 0.114 * samples[at + 2]!;
      values[i] = gray / most;
    } else values[i] = samples[at]! / most;
    if (wanted.alpha) values[(count - 1) * pixels + i] = has.alpha ? samples[at + colors]! / most : 1;
  }
  return tensor(values, { shape: [count, height, width] });
}

/** What imageFolder() can be told. */
export interface ImageFolderOptions extends ImageDatasetOptions {
  /** The channels of all pictures. Default "rgb", as torchvision has it. */
  mode?: Exclude<ImageMode, "unchanged">;
}

/**
 * The PNG pictures in the folders of `root`, one folder a class, by name: `root/cat/1.png`. All in memory, [N, C, height,
 * width] in 0…1, so all of one size. As torchvision.datasets.ImageFolder. Throws an Error that names the folder or file.
 */
export function imageFolder(
  root: string,
  { mode = "rgb", transform }: ImageFolderOptions = {},
): ImageDataset {
  requireKnown("imageFolder", arguments, 2, ["mode", "transform"]);
  requirePath("imageFolder", root);
  requireMode("imageFolder", mode);
  const folder = machine().resolve(root);
  const classes = machine().folders(folder);
  if (classes === null || classes.length === 0) {
    const got = classes === null ? "which is no folder" : "which has none";
    throw new Error(`imageFolder: expected a folder of folders, one a class, got ${folder}, ${got}`);
  }
  const images: Tensor[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const files = (machine().files(machine().resolve(folder, name)) ?? []).sort();
    const pictures = files.filter((file) => /\.png$/i.test(file));
    if (pictures.length === 0) {
      throw new Error(
        `imageFolder: expected PNG pictures in ${machine().resolve(folder, name)}, got ${files.length === 0 ? "an empty folder" : `only others, ${files[0]} first`}`,
      );
    }
    for (const picture of pictures) {
      const file = machine().resolve(folder, name, picture);
      const image = readImage(file, { mode });
      const shape = images[0]?.shape ?? image.shape;
      if (image.shape.join() !== shape.join()) {
        throw new Error(
          `imageFolder: expected all pictures of one size, ${shape[2]}×${shape[1]} as the first, got ${image.shape[2]}×${image.shape[1]} in ${file}`,
        );
      }
      images.push(image);
      labels.push(label);
    }
  }
  return new ImageDataset(stack(images), tensor(Int32Array.from(labels)), classes, { transform });
}
