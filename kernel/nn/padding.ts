// Padding as layers: see functional.pad.

import { type PaddingMode, pad, type Tensor } from "../tensor";
import { requireKnown, requireNumber, requireTensor, show } from "../tensor/arguments";
import { Module } from "./module";
import { showSizes } from "./sizes";
import { addForgetful } from "./sweep";

/** One number for all sides, or [before, after] of the last dimension, then of the one before it, and so on. */
type Padding = number | readonly number[];

abstract class Pad extends Module {
  /** [before, after] of the last dimension, then of the one before it, and so on. */
  readonly padding: readonly number[];

  /** `given` are the arguments of the layer's own constructor, which takes `most` of them. */
  constructor(padding: Padding, given: ArrayLike<unknown>, most: number) {
    super();
    requireKnown(new.target.name, given, most);
    const sides = 2 * this.rank();
    this.padding = Array.isArray(padding) ? padding : new Array<number>(sides).fill(padding as number);
    if (this.padding.length !== sides || !this.padding.every(Number.isSafeInteger)) {
      throw new RangeError(
        `${this.constructor.name}: expected padding as a whole number, or [before, after] of each of ${sides / 2} dims, got ${showSizes(padding)}`,
      );
    }
  }

  /** Number of spatial dimensions. */
  protected abstract rank(): 1 | 2 | 3;

  protected padded(input: Tensor, mode: PaddingMode, value = 0): Tensor {
    const { name } = this.constructor;
    requireTensor(name, input);
    const rank = this.rank();
    if (input.shape.length !== rank + 1 && input.shape.length !== rank + 2) {
      const one = ["C", ...(rank === 1 ? ["L"] : ["D", "H", "W"].slice(-rank))].join(", ");
      throw new RangeError(`${name}: expected input [N, ${one}] or [${one}], got ${show(input.shape)}`);
    }
    return pad(input, this.padding, { mode, value });
  }

  override extraRepr(): string {
    return showSizes(this.padding);
  }
}

abstract class ConstantPad extends Pad {
  constructor(
    padding: Padding,
    readonly value: number,
  ) {
    super(padding, arguments, 2);
    requireNumber(new.target.name, "value", value);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return this.padded(input, "constant", this.value);
  }

  override extraRepr(): string {
    return `padding=${super.extraRepr()}, value=${this.value}`;
  }
}

/** A value around [N, C, L] or [C, L]. */
export class ConstantPad1d extends ConstantPad {
  protected override rank() {
    return 1 as const;
  }
}

/** A value around [N, C, H, W] or [C, H, W]. */
export class ConstantPad2d extends ConstantPad {
  protected override rank() {
    return 2 as const;
  }
}

/** A value around [N, C, D, H, W] or [C, D, H, W]. */
export class ConstantPad3d extends ConstantPad {
  protected override rank() {
    return 3 as const;
  }
}

/** Padding that takes nothing but the amounts. */
abstract class PlainPad extends Pad {
  constructor(padding: Padding) {
    super(padding, arguments, 1);
  }

  protected abstract mode(): PaddingMode;

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return this.padded(input, this.mode());
  }
}

abstract class ZeroPad extends PlainPad {
  protected override mode() {
    return "constant" as const;
  }
}

/** Zeros around [N, C, L] or [C, L]. */
export class ZeroPad1d extends ZeroPad {
  protected override rank() {
    return 1 as const;
  }
}

/** Zeros around [N, C, H, W] or [C, H, W]. */
export class ZeroPad2d extends ZeroPad {
  protected override rank() {
    return 2 as const;
  }
}

/** Zeros around [N, C, D, H, W] or [C, D, H, W]. */
export class ZeroPad3d extends ZeroPad {
  protected override rank() {
    return 3 as const;
  }
}

abstract class ReflectionPad extends PlainPad {
  protected override mode() {
    return "reflect" as const;
  }
}

/** The input mirrored at its border around [N, C, L] or [C, L]. */
export class ReflectionPad1d extends ReflectionPad {
  protected override rank() {
    return 1 as const;
  }
}

/** The input mirrored at its border around [N, C, H, W] or [C, H, W]. */
export class ReflectionPad2d extends ReflectionPad {
  protected override rank() {
    return 2 as const;
  }
}

/** The input mirrored at its border around [N, C, D, H, W] or [C, D, H, W]. */
export class ReflectionPad3d extends ReflectionPad {
  protected override rank() {
    return 3 as const;
  }
}

abstract class ReplicationPad extends PlainPad {
  protected override mode() {
    return "replicate" as const;
  }
}

/** The border repeated around [N, C, L] or [C, L]. */
export class ReplicationPad1d extends ReplicationPad {
  protected override rank() {
    return 1 as const;
  }
}

/** The border repeated around [N, C, H, W] or [C, H, W]. */
export class ReplicationPad2d extends ReplicationPad {
  protected override rank() {
    return 2 as const;
  }
}

/** The border repeated around [N, C, D, H, W] or [C, D, H, W]. */
export class ReplicationPad3d extends ReplicationPad {
  protected override rank() {
    return 3 as const;
  }
}

abstract class CircularPad extends PlainPad {
  protected override mode() {
    return "circular" as const;
  }
}

/** The input again, as if it went on in a circle around [N, C, L] or [C, L]. */
export class CircularPad1d extends CircularPad {
  protected override rank() {
    return 1 as const;
  }
}

/** The input again, as if it went on in a circle around [N, C, H, W] or [C, H, W]. */
export class CircularPad2d extends CircularPad {
  protected override rank() {
    return 2 as const;
  }
}

/** The input again, as if it went on in a circle around [N, C, D, H, W] or [C, D, H, W]. */
export class CircularPad3d extends CircularPad {
  protected override rank() {
    return 3 as const;
  }
}

addForgetful([
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
]);
