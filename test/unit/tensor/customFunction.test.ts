// Operations of the user's own: what autograd.Function promises of forward, backward and what they share.

import assert from "node:assert/strict";
import test from "node:test";
import { autograd, isGradEnabled, noGrad, ones, type Tensor, tensor, tidy } from "../../../kernel/tensor";
import { leaf } from "./gradient";

const { grad, gradcheck, gradgradcheck } = autograd;
type Context = autograd.FunctionContext;

class Exp extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static backward(ctx: Context, dy: Tensor): Tensor {
    return dy.mul(ctx.savedTensors[0]!);
  }
}

class Power extends autograd.Function {
  static forward(ctx: Context & { exponent?: number }, x: Tensor, exponent: number): Tensor {
    ctx.saveForBackward(x);
    ctx.exponent = exponent;
    return x.pow(exponent);
  }
  static backward(ctx: Context & { exponent?: number }, dy: Tensor): [Tensor, null] {
    const [x] = ctx.savedTensors as [Tensor];
    return [dy.mul(x.pow(ctx.exponent! - 1)).mul(ctx.exponent!), null];
  }
}

/** The two parts of a product and a sum, and where the first is larger. */
class Both extends autograd.Function {
  static seen: boolean[][] = [];
  static forward(ctx: Context, a: Tensor, b: Tensor): [Tensor, Tensor, Tensor, Tensor] {
    ctx.saveForBackward(a, null, b);
    const floor = a.floor();
    ctx.markNonDifferentiable(floor);
    return [a.mul(b), a.add(b), a.gt(b), floor];
  }
  static backward(ctx: Context, product: Tensor, sum: Tensor): (Tensor | null)[] {
    const [a, none, b] = ctx.savedTensors as (Tensor | null)[];
    assert.equal(none, null);
    Both.seen.push([...ctx.needsInputGrad]);
    return [product.mul(b!).add(sum), ctx.needsInputGrad[1] ? product.mul(a!).add(sum) : null];
  }
}

test("a function of one's own has its own gradient, and the gradient's", () => {
  const x = leaf([2, 3]);
  gradcheck((a) => Exp.apply(a), x);
  gradgradcheck((a) => Exp.apply(a), x);
  gradcheck((a) => Power.apply(a, 3).sum(), x);
  gradgradcheck((a) => Power.apply(a.mul(2), 3), x);
  const y: Tensor = Power.apply(x, 2);
  assert.equal(y.requiresGrad, true);
  assert.match(y.toString(), /Power/);
  y.sum().backward();
  assert.deepEqual(x.grad!.toArray(), x.mul(2).toArray());
});

test("several outputs: each gives its gradient, those without a part count as 0, and some give none", () => {
  const [a, b] = [leaf([3], { seed: 1 }), leaf([3], { seed: 2 })];
  const both = (x: Tensor, y: Tensor) => Both.apply(x, y).slice(0, 2);
  gradcheck((x, y) => both(x!, y!), [a, b]);
  gradgradcheck((x, y) => both(x!, y!), [a, b]);
  const [product, sum, larger, floor] = Both.apply(a, b);
  assert.deepEqual(
    [product, sum, larger, floor].map(({ requiresGrad }) => requiresGrad),
    [true, true, false, false],
  );
  sum.sum().backward({ retainGraph: true });
  assert.deepEqual(a.grad!.toArray(), [1, 1, 1]);
  product.sum().backward();
  assert.ok(a.grad!.allclose(b.add(1)));
  const fixed = b.detach();
  Both.seen.length = 0;
  Both.apply(a, fixed)[0].sum().backward();
  assert.deepEqual(Both.seen, [[true, false]]);
});

test("forward records nothing, and nothing is recorded where nothing requires grad", () => {
  const modes: boolean[] = [];
  class Spy extends autograd.Function {
    static forward(_: Context, x: Tensor): Tensor {
      modes.push(isGradEnabled());
      return x;
    }
    static backward(_: Context, dy: Tensor): Tensor {
      modes.push(isGradEnabled());
      return dy;
    }
  }
  const x = leaf([2]);
  const y = Spy.apply(x);
  assert.notEqual(y, x);
  y.sum().backward();
  grad(Spy.apply(x).sum(), x, { createGraph: true });
  assert.deepEqual(modes, [false, false, false, true]);
  assert.equal(Spy.apply(ones([2])).requiresGrad, false);
  assert.equal(noGrad(() => Spy.apply(x)).requiresGrad, false);
  assert.deepEqual(x.grad!.toArray(), [1, 1]);
});

test("gradients of another number, shape or kind are refused by the function's name", () => {
  const returning = (value: unknown, ...more: number[]) => {
    class Wrong extends autograd.Function {
      static forward(_: Context, x: Tensor, ..._others: number[]): Tensor {
        return x.clone();
      }
      static backward(): Tensor {
        return value as Tensor;
      }
    }
    return () =>
      Wrong.apply(leaf([2]), ...more)
        .sum()
        .backward();
  };
  const g = ones([2]);
  assert.throws(
    returning(g, 5),
    /^Error: Wrong\.backward: expected 2 gradients, one for each argument of forward, got 1; return null/,
  );
  assert.throws(returning([g, g]), /Wrong\.backward: expected 1 gradients/);
  assert.throws(
    returning(ones([3])),
    /Wrong\.backward: expected for argument 0 a float32 gradient of shape \[2\], got a tensor \[3\] float32/,
  );
  assert.throws(returning([g, g], 5), /expected null for argument 1, which is no tensor, got a tensor/);
  assert.throws(returning(3), /for argument 0 a float32 gradient of shape \[2\], got 3/);
  returning([g, null, undefined])();
  const bare = autograd.Function as unknown as { apply(x: Tensor): Tensor };
  assert.throws(() => bare.apply(g), /apply: expected a subclass of autograd\.Function .*without forward/);
  class NoTensor extends autograd.Function {
    static forward(): Tensor {
      return 3 as never;
    }
    static backward(): null {
      return null;
    }
  }
  assert.throws(() => NoTensor.apply(), /NoTensor\.forward: expected what it returns to be a tensor, got 3/);
});

test("null is no gradient: what it was asked for stays without", () => {
  class Cut extends autograd.Function {
    static forward(_: Context, x: Tensor): Tensor {
      return x.mul(2);
    }
    static backward(): null {
      return null;
    }
  }
  const x = leaf([2]);
  Cut.apply(x).sum().backward();
  assert.equal(x.grad, null);
});

test("a saved tensor that was changed in place is refused, and so is a graph used up", () => {
  const x = leaf([2]);
  const y = Power.apply(x, 2);
  noGrad(() => x.add_(1));
  assert.throws(
    () => y.sum().backward(),
    /Power\.backward: a tensor that it saved, \[2\], was changed in place/,
  );
  const z = Exp.apply(x);
  z.sum().backward();
  assert.throws(() => z.sum().backward(), /second time/);
});

test("onceDifferentiable: createGraph refuses it by name, backward goes on", () => {
  class Once extends autograd.Function {
    static forward(_: Context, x: Tensor): Tensor {
      return x.mul(3);
    }
    static backward = autograd.onceDifferentiable((_: Context, dy: Tensor) => dy.mul(3));
  }
  const x = leaf([2]);
  const y = Once.apply(x).sum();
  assert.deepEqual(grad(y, x, { retainGraph: true })[0]!.toArray(), [3, 3]);
  assert.throws(
    () => grad(y, x, { createGraph: true }),
    /^Error: createGraph: the gradient of "Once" cannot itself be differentiated here/,
  );
});

test("a backward that fails leaves nothing for the next walk", () => {
  let fails = true;
  class Fragile extends autograd.Function {
    static forward(_: Context, x: Tensor): [Tensor, Tensor] {
      return [x.mul(1), x.mul(1)];
    }
    static backward(_: Context, a: Tensor, b: Tensor): Tensor {
      if (fails) throw new Error("from backward");
      return a.add(b);
    }
  }
  const x = leaf([2]);
  const [first, second] = Fragile.apply(x);
  assert.throws(() => first.add(second).sum().backward({ retainGraph: true }), /from backward/);
  fails = false;
  second.mul(10).sum().backward();
  assert.deepEqual(x.grad!.toArray(), [10, 10]);
});

test("tidy keeps what a function saved, and the gradient that backward passes on is nobody's to write over", () => {
  const x = leaf([3]);
  const y = tidy(() => Exp.apply(x.mul(1)));
  y.sum().backward();
  assert.ok(x.grad!.allclose(x.exp()));
  const kept: Tensor[] = [];
  class Keep extends autograd.Function {
    static forward(_: Context, a: Tensor): Tensor {
      return a.clone();
    }
    static backward(_: Context, dy: Tensor): Tensor {
      kept.push(dy);
      return dy;
    }
  }
  const z = leaf([3]);
  Keep.apply(z.exp().neg()).sum().backward();
  assert.deepEqual(kept[0]!.toArray(), [1, 1, 1]);
});

test("anomalies: the operation that gave the first NaN is named, with the call that recorded it", () => {
  const x = tensor([0, 1], { requiresGrad: true });
  const bad = () => x.mul(0).sqrt().mul(0).sum();
  autograd.detectAnomaly(() =>
    assert.throws(
      () => bad().backward(),
      /^Error: detectAnomaly: expected numbers, got NaN in the gradient that "sqrt" gives its input 0: inputs \[2\], output \[2\]; it was called here:\n.*customFunction\.test/,
    ),
  );
  bad().backward(); // as before
  assert.ok(Number.isNaN(x.grad!.sum().item()));
  autograd.setDetectAnomaly(true);
  try {
    assert.throws(() => bad().backward(), /detectAnomaly/);
  } finally {
    autograd.setDetectAnomaly(false);
  }
  assert.throws(
    () => autograd.setDetectAnomaly(1 as never),
    /setDetectAnomaly: expected true or false, got 1/,
  );
  const y = leaf([2, 2]);
  autograd.detectAnomaly(() => y.matmul(y).sum().backward());
  assert.ok(y.grad !== null);
});
