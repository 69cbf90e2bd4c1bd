// Every layer as the compiler lists them, each with arguments that it takes, so that what is new is met by itself.
import * as nn from "../../kernel/nn";
import { zeros } from "../../kernel/tensor";
import type { Surface } from "./surface";

/** A Transformer has 44 million weights without a word of its size. */
const small = { dModel: 4, nhead: 1, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 4 };

/** By name, what makes one. Classes that only a subclass of the user's makes are not among them. */
export function layersOf(surface: Surface): readonly (readonly [name: string, make: () => nn.Module])[] {
  return surface.constructors("nn").flatMap(({ name, parameters }) => {
    const Layer = (nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>)[name]!;
    const attempts = [
      ...(name === "Transformer" ? [[small]] : []),
      [],
      [4],
      [4, 4],
      [4, 4, 1],
      [[new nn.ReLU()]],
      [new nn.ReLU()],
      [{ a: new nn.ReLU() }],
      [4, { oneByOne: 1 }],
      [zeros([2])],
    ];
    const args = attempts
      .filter(({ length }) => length <= Math.max(1, parameters.length))
      .find((each) => {
        try {
          return new Layer(...each) instanceof nn.Module;
        } catch {
          return false;
        }
      });
    return args === undefined ? [] : [[name, () => new Layer(...args)] as const];
  });
}
