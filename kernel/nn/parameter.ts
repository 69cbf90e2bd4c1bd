// A tensor that a module learns.

import { Tensor } from "../tensor";
import { requireKnown, requireTensor } from "../tensor/arguments";

/** A leaf that requires its gradient. A module finds the parameters in its properties by themselves. */
export class Parameter extends Tensor {
  /** Takes over the memory of `data`: no copy. */
  constructor(data: Tensor, { requiresGrad = true }: { requiresGrad?: boolean } = {}) {
    requireTensor("Parameter", data);
    const source = data.detach();
    super(source.storage, source.offset, source.shape, source.strides, source.dtype);
    requireKnown(new.target.name, arguments, 2, ["requiresGrad"]);
    this.requiresGrad = requiresGrad;
  }
}
