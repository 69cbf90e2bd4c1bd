// Windows as columns, and columns as pictures: layers.

import type { Sizes, Tensor } from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { type FoldOptions, fold, unfold } from "../tensor/doors/nn";
import { Module } from "./module";
import { showSizes } from "./sizes";

abstract class Folding extends Module {
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;

  constructor(
    readonly kernelSize: Sizes,
    options: FoldOptions | Sizes,
    more: readonly unknown[],
  ) {
    super();
    const names = ["dilation", "padding", "stride"] as const;
    const {
      dilation = 1,
      padding = 0,
      stride = 1,
    } = optionsOf<FoldOptions>(...([new.target.name, names, options, more] as const));
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  protected get options(): FoldOptions {
    const { dilation, padding, stride } = this;
    return { dilation, padding, stride };
  }

  override extraRepr(): string {
    const { kernelSize, dilation, padding, stride } = this;
    return `kernelSize=${showSizes(kernelSize)}, dilation=${showSizes(dilation)}, padding=${showSizes(padding)}, stride=${showSizes(stride)}`;
  }
}

/** Each window of a picture as a column, [N, C, H, W] → [N, C·height·width, L]: see functional.unfold. */
export class Unfold extends Folding {
  constructor(
    kernelSize: Sizes,
    options: FoldOptions | Sizes = {},
    ...more: [padding?: Sizes, stride?: Sizes]
  ) {
    super(kernelSize, options, more);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return unfold(input, this.kernelSize, this.options);
  }
}

/** Columns summed back into pictures, [N, C·height·width, L] → [N, C, H, W]: see functional.fold. */
export class Fold extends Folding {
  constructor(
    readonly outputSize: Sizes,
    kernelSize: Sizes,
    options: FoldOptions | Sizes = {},
    ...more: [padding?: Sizes, stride?: Sizes]
  ) {
    super(kernelSize, options, more);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return fold(input, this.outputSize, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return `outputSize=${showSizes(this.outputSize)}, ${super.extraRepr()}`;
  }
}
