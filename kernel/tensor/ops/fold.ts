// Windows of pictures laid out as columns, and columns summed back into pictures: each is the other's gradient.

import { requireKnown } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Engine } from "../engine";
import { type Shape, show } from "../shape";
import type { Tensor } from "../tensor";
import type { Pool2dShape } from "../wasm/kernels";
import { requireFloat } from "./check";
import { contiguous, reshape } from "./view";
import { countWindows, type Sizes, sizesOf } from "./windows";

/** How the windows of unfold() and fold() lie. */
export interface FoldOptions {
  /** From one element of a window to the next. Default 1. */
  readonly dilation?: Sizes;
  /** Zeros on each side of the picture. Default 0. */
  readonly padding?: Sizes;
  /** From one window to the next. Default 1. */
  readonly stride?: Sizes;
}

const names = ["dilation", "padding", "stride"];

/** Windows of pictures as columns, or columns as pictures; `shape` is that of the result. */
function moved(x: Tensor, s: Pool2dShape, shape: Shape, rule: Rule<Pool2dShape>): Tensor {
  const y = x.engine.empty(shape, "float32");
  write(x.engine, s, x.pointer, y.pointer, y.count, rule);
  return record(rule, y, [x], s);
}

/** Writes `count` elements, as the forward of a rule does. */
function write(engine: Engine, s: Pool2dShape, x: number, y: number, count: number, rule: unknown): void {
  engine.kernels.fill({ y, value: 0, n: count });
  const toColumns = rule === unfoldRule;
  const [picture, columns] = toColumns ? [x, y] : [y, x];
  move(engine.f32, s, picture >>> 2, columns >>> 2, toColumns);
}

/** Each of the two rules, by the other. */
const adjoint = (name: string, other: () => Rule<Pool2dShape>): Rule<Pool2dShape> => ({
  name,
  sharesGradient: true,
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const dx = pass.allocate(x);
    write(pass.engine, node.info, dy.pointer, dx.pointer, x.count, other());
    pass.give(x, dx);
  },
  formula: ({ inputs: [x], info }, dy) => [() => moved(contiguous(dy), info, x!.shape, other())],
});
const unfoldRule = adjoint("unfold", () => foldRule);
const foldRule: Rule<Pool2dShape> = adjoint("fold", () => unfoldRule);

/**
 * Each window of a picture as a column: [N, C, H, W] → [N, C·height·width, L], L windows row by row; also [C, H, W]. As
 * torch.nn.functional.unfold. Throws a RangeError for other shapes and a kernel larger than the padded input.
 */
export function unfold(input: Tensor, kernelSize: Sizes, options: FoldOptions = {}): Tensor {
  requireKnown("unfold", arguments, 3, names);
  const x = contiguous(requireFloat("unfold", input));
  const leading = x.shape.length - 2;
  if (leading !== 1 && leading !== 2) {
    throw new RangeError(`unfold: expected input [N, C, H, W] or [C, H, W], got ${show(x.shape)}`);
  }
  const [height, width] = x.shape.slice(-2) as [number, number];
  const planes = x.shape.slice(0, -2);
  const s = shapeOf("unfold", height, width, planes, kernelSize, options);
  const rows = planes.at(-1)! * s.kernelHeight * s.kernelWidth;
  return moved(x, s, [...planes.slice(0, -1), rows, s.outHeight * s.outWidth], unfoldRule);
}

/**
 * Columns summed back into pictures of the given size, where their windows lie: [N, C·height·width, L] → [N, C, H, W]; also
 * [C·height·width, L]. As torch.nn.functional.fold. Throws a RangeError for columns that are not windows of such a picture.
 */
export function fold(input: Tensor, outputSize: Sizes, kernelSize: Sizes, options: FoldOptions = {}): Tensor {
  requireKnown("fold", arguments, 4, names);
  const given = contiguous(requireFloat("fold", input));
  const [height, width] = sizesOf("fold", "outputSize", outputSize, 2, 1);
  const x = given.shape.length === 2 ? reshape(given, [1, ...given.shape]) : given;
  const [batch = 0, rows = 0, length = 0] = x.shape;
  const window = sizesOf("fold", "kernelSize", kernelSize, 2, 1);
  const channels = rows / (window[0] * window[1]);
  const s = shapeOf("fold", height, width, [batch, channels], kernelSize, options);
  if (x.shape.length !== 3 || !Number.isInteger(channels) || length !== s.outHeight * s.outWidth) {
    throw new RangeError(
      `fold: expected input [N, C·${window[0] * window[1]}, ${s.outHeight * s.outWidth}] for windows ${show(window)} of pictures ${show([height, width])}, got ${show(given.shape)}`,
    );
  }
  const pictures = moved(x, s, [batch, channels, height, width], foldRule);
  return given === x ? pictures : reshape(pictures, pictures.shape.slice(1));
}

/** Copies every element of a window to its column, or adds it from there. */
function move(f32: Float32Array, s: Pool2dShape, picture: number, columns: number, toColumns: boolean): void {
  let column = columns;
  for (let plane = 0; plane < s.planes; plane++) {
    for (let p = 0; p < s.kernelHeight; p++) {
      for (let q = 0; q < s.kernelWidth; q++) {
        for (let i = 0; i < s.outHeight; i++, column += s.outWidth) {
          const row = i * s.strideHeight - s.paddingHeight + p * s.dilationHeight;
          if (row < 0 || row >= s.inHeight) continue;
          const from = picture + (plane * s.inHeight + row) * s.inWidth;
          for (let j = 0; j < s.outWidth; j++) {
            const at = j * s.strideWidth - s.paddingWidth + q * s.dilationWidth;
            if (at < 0 || at >= s.inWidth) continue;
            if (toColumns) f32[column + j] = f32[from + at]!;
            else f32[from + at]! += f32[column + j]!;
          }
        }
      }
    }
  }
}

function shapeOf(
  operation: string,
  inHeight: number,
  inWidth: number,
  planes: readonly number[],
  kernelSize: Sizes,
  { dilation = 1, padding = 0, stride = 1 }: FoldOptions,
): Pool2dShape {
  const [kernelHeight, kernelWidth] = sizesOf(operation, "kernelSize", kernelSize, 2, 1);
  const [dilationHeight, dilationWidth] = sizesOf(operation, "dilation", dilation, 2, 1);
  const [paddingHeight, paddingWidth] = sizesOf(operation, "padding", padding, 2, 0);
  const [strideHeight, strideWidth] = sizesOf(operation, "stride", stride, 2, 1);
  const [outHeight, outWidth] = countWindows(operation, [
    {
      ...{ size: inHeight, padding: 2 * paddingHeight, kernel: kernelHeight },
      ...{ stride: strideHeight, dilation: dilationHeight },
    },
    {
      ...{ size: inWidth, padding: 2 * paddingWidth, kernel: kernelWidth },
      ...{ stride: strideWidth, dilation: dilationWidth },
    },
  ]);
  return {
    planes: planes.reduce((product, size) => product * size, 1),
    ...{ inHeight, inWidth, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth },
    ...{ paddingHeight, paddingWidth, dilationHeight, dilationWidth },
  };
}
