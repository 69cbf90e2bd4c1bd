// The base of all optimizers: which parameters, with which settings.

import { Tensor } from "../tensor";

/** Parameters with settings of their own; what is left out follows the optimizer's. */
export type ParamGroup<Settings> = { params: Iterable<Tensor> } & Partial<Settings>;

/** Parameters with all their settings: change one (`optimizer.paramGroups[0].lr`) and the next step follows it. */
export type FullParamGroup<Settings> = { readonly params: readonly Tensor[] } & Settings;

/** Updates parameters from their gradients: opt.zeroGrad(); loss.backward(); opt.step(). */
export abstract class Optimizer<Settings extends object> {
  readonly paramGroups: readonly FullParamGroup<Settings>[];

  /** Throws unless there is at least one parameter, each a leaf tensor that requires grad, none given twice. */
  constructor(params: Iterable<Tensor> | Iterable<ParamGroup<Settings>>, defaults: Settings) {
    const name = this.constructor.name;
    const given: (Tensor | ParamGroup<Settings>)[] = [...params];
    if (given.length === 0) throw new RangeError(`${name}: expected parameters, got an empty list`);
    const tensors = given.filter((each) => each instanceof Tensor);
    const groups = given.filter((each): each is ParamGroup<Settings> => !(each instanceof Tensor));
    if (tensors.length > 0 && groups.length > 0) {
      throw new TypeError(`${name}: expected parameters or groups { params, ... }, got both`);
    }
    this.paramGroups =
      tensors.length > 0
        ? [{ ...defaults, params: tensors }]
        : groups.map((group) => ({ ...defaults, ...group, params: [...group.params] }));
    const seen = new Set<Tensor>();
    for (const param of this.paramGroups.flatMap((group) => group.params)) {
      if (!(param instanceof Tensor))
        throw new TypeError(`${name}: expected parameters to be tensors, got ${typeof param}`);
      if (!param.requiresGrad || !param.isLeaf) {
        const got = param.requiresGrad ? "the result of an operation" : "one that requires no grad";
        throw new TypeError(
          `${name}: expected leaf tensors that require grad, got ${got}: [${param.shape.join(", ")}]`,
        );
      }
      if (seen.has(param)) throw new TypeError(`${name}: expected each parameter once, got one twice`);
      seen.add(param);
    }
  }

  /** Forgets the gradients: without it backward() adds to those of the last step. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.grad = null;
  }

  /** Changes each parameter by its gradient; one without a gradient stays. */
  abstract step(): void;
}
