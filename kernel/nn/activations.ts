// Activation functions as layers: no state, any shape.

import {
  celu,
  elu,
  type GeluOptions,
  gelu,
  leakyRelu,
  logSoftmax,
  mish,
  relu,
  type SoftplusOptions,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  type Tensor,
  tanh,
} from "../tensor";
import { optionsOf, requireKnown, requireTensor, show } from "../tensor/arguments";
import { glu, logSigmoid, selu, softmin, tanhshrink } from "./composedActivations";
import { Module } from "./module";
import { addForgetful, addFused } from "./sweep";

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return sigmoid(input);
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return tanh(input);
  }
}

/** max(x, 0), with gradient 0 at 0. */
export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return relu(input);
  }
}

/** x where x > 0, else negativeSlope·x: see functional.leakyRelu. */
export class LeakyReLU extends Module {
  constructor(readonly negativeSlope = 0.01) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return leakyRelu(input, this.negativeSlope);
  }

  override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}`;
  }
}

/** x where x > 0, else alpha·(eˣ − 1): see functional.elu. */
export class ELU extends Module {
  constructor(readonly alpha = 1) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return elu(input, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}

/** x·Φ(x), exact or by the tanh approximation: see functional.gelu. */
export class GELU extends Module {
  readonly approximate: NonNullable<GeluOptions["approximate"]>;

  constructor(options: GeluOptions | NonNullable<GeluOptions["approximate"]> = {}, ...more: never[]) {
    super();
    const names = ["approximate"] as const;
    const { approximate = "none" } = optionsOf<GeluOptions>(new.target.name, names, options, more);
    this.approximate = approximate;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate="${this.approximate}"`;
  }
}

/** x·sigmoid(x): see functional.silu. */
export class SiLU extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return silu(input);
  }
}

/** log(1 + e^(beta·x))/beta: see functional.softplus. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options: SoftplusOptions | number = {}, ...more: [threshold?: number]) {
    super();
    const names = ["beta", "threshold"] as const;
    const { beta = 1, threshold = 20 } = optionsOf<SoftplusOptions>(new.target.name, names, options, more);
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return softplus(input, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/** eˣ/Σeˣ along a dimension. */
export class Softmax extends Module {
  constructor(readonly dim: number) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return softmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** log(eˣ/Σeˣ) along a dimension, stable for any finite x. */
export class LogSoftmax extends Module {
  constructor(readonly dim: number) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return logSoftmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** A scaled elu that keeps mean 0 and variance 1: see functional.selu. */
export class SELU extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return selu(input);
  }
}

/** x where x > 0, else alpha·(e^(x/alpha) − 1): see functional.celu. */
export class CELU extends Module {
  constructor(readonly alpha = 1) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return celu(input, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}

/** x·tanh(softplus(x)): see functional.mish. */
export class Mish extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return mish(input);
  }
}

/** The first half along dim times the sigmoid of the second: see functional.glu. */
export class GLU extends Module {
  constructor(readonly dim = -1) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return glu(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** −log(1 + e⁻ˣ), finite for every finite x. */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return logSigmoid(input);
  }
}

/** x/(1 + |x|). */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return softsign(input);
  }
}

/** x − tanh(x). */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return tanhshrink(input);
  }
}

/** e⁻ˣ/Σe⁻ˣ along a dimension. */
export class Softmin extends Module {
  constructor(readonly dim: number) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return softmin(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** eˣ/Σeˣ over the channels at each place of a picture: [N, C, H, W] or [C, H, W]. Throws a RangeError for other shapes. */
export class Softmax2d extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    requireTensor("Softmax2d", input);
    const { shape } = input;
    if (shape.length !== 3 && shape.length !== 4) {
      throw new RangeError(`Softmax2d: expected input [N, C, H, W] or [C, H, W], got ${show(shape)}`);
    }
    return softmax(input, -3);
  }
}

addForgetful([
  CELU,
  ELU,
  GELU,
  GLU,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  SELU,
  SiLU,
  Sigmoid,
  Softmax,
  Softmax2d,
  Softmin,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
]);
addFused(ReLU, "relu");
addFused(Sigmoid, "sigmoid");
addFused(Tanh, "tanh");
