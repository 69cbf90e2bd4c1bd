// Every layer that there is, each with arguments that it takes, so that what is new is met by itself.
import * as nn from "../../kernel/nn";
import { zeros } from "../../kernel/tensor";

/** A Transformer has 44 million weights without a word of its size. */
const small = { dModel: 4, nhead: 1, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 4 };

type Layer = new (...args: unknown[]) => nn.Module;

/** Returns, by name, what makes one. Those that are made of other layers alone are not among them. */
export function layers(): readonly (readonly [name: string, make: () => nn.Module])[] {
  const isLayer = (entry: [string, unknown]): entry is [string, Layer] =>
    typeof entry[1] === "function" && entry[1].prototype instanceof nn.Module;
  return Object.entries<unknown>(nn)
    .filter(isLayer)
    .flatMap(([name, Layer]) => {
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
      // One argument too many is an error too.
      const args = attempts.find((each) => {
        try {
          return new Layer(...each) instanceof nn.Module;
        } catch {
          return false;
        }
      });
      return args === undefined ? [] : [[name, () => new Layer(...args)] as const];
    });
}
