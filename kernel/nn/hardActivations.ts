// Activation functions of straight lines as layers: fixed ones, one that learns its slopes, one that draws them.

import {
  full,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  softshrink,
  type Tensor,
  threshold,
} from "../tensor";
import { optionsOf, requireInteger, requireKnown, requireNumber } from "../tensor/arguments";
import { prelu, type RReluOptions, relu6, rrelu } from "./composedActivations";
import { Module } from "./module";
import { Parameter } from "./parameter";
import { addForgetful } from "./sweep";

/** min(max(x, 0), 6). */
export class ReLU6 extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return relu6(input);
  }
}

/** x between minVal and maxVal: see functional.hardtanh. */
export class Hardtanh extends Module {
  constructor(
    readonly minVal = -1,
    readonly maxVal = 1,
  ) {
    super();
    requireKnown(new.target.name, arguments, 2);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return hardtanh(input, this.minVal, this.maxVal);
  }

  override extraRepr(): string {
    return `minVal=${this.minVal}, maxVal=${this.maxVal}`;
  }
}

/** (x + 3)/6 between 0 and 1. */
export class Hardsigmoid extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return hardsigmoid(input);
  }
}

/** x·hardsigmoid(x). */
export class Hardswish extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return hardswish(input);
  }
}

/** x moved towards 0 by lambd, 0 where |x| ≤ lambd. */
export class Softshrink extends Module {
  constructor(readonly lambd = 0.5) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return softshrink(input, this.lambd);
  }

  override extraRepr(): string {
    return `lambd=${this.lambd}`;
  }
}

/** x, but 0 where |x| ≤ lambd. */
export class Hardshrink extends Module {
  constructor(readonly lambd = 0.5) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return hardshrink(input, this.lambd);
  }

  override extraRepr(): string {
    return `lambd=${this.lambd}`;
  }
}

/** x where x > threshold, else value. */
export class Threshold extends Module {
  constructor(
    readonly threshold: number,
    readonly value: number,
  ) {
    super();
    requireKnown(new.target.name, arguments, 2);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return threshold(input, this.threshold, this.value);
  }

  override extraRepr(): string {
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}

/** What PReLU can be told. */
export interface PReLUOptions {
  /** One slope for all (1, the default) or one for each channel, dim 1. */
  numParameters?: number;
  /** Where the slopes start. Default 0.25. */
  init?: number;
}

/** x where x > 0, else weight·x, with slopes `weight` that it learns: see functional.prelu. */
export class PReLU extends Module {
  readonly numParameters: number;
  /** The slopes, [numParameters]. */
  readonly weight: Parameter;

  constructor(options: PReLUOptions | number = {}, ...more: [init?: number]) {
    super();
    const names = ["numParameters", "init"] as const;
    const { numParameters = 1, init = 0.25 } = optionsOf<PReLUOptions>(new.target.name, names, options, more);
    requireInteger(new.target.name, "numParameters", numParameters, 1);
    requireNumber(new.target.name, "init", init);
    this.numParameters = numParameters;
    this.weight = new Parameter(full([numParameters], init));
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `numParameters=${this.numParameters}`;
  }
}

/** x where x > 0, else slope·x, the slopes drawn anew in training: see functional.rrelu. */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;

  constructor(options: Omit<RReluOptions, "training"> | number = {}, ...more: [upper?: number]) {
    super();
    const names = ["lower", "upper"] as const;
    const { lower = 1 / 8, upper = 1 / 3 } = optionsOf<RReluOptions>(new.target.name, names, options, more);
    this.lower = lower;
    this.upper = upper;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return rrelu(input, { lower: this.lower, upper: this.upper, training: this.training });
  }

  override extraRepr(): string {
    return `lower=${this.lower}, upper=${this.upper}`;
  }
}

addForgetful([Hardshrink, Hardsigmoid, Hardswish, Hardtanh, PReLU, RReLU, ReLU6, Softshrink, Threshold]);
