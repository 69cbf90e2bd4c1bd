// Instances with private state that go to another process all the same: what they are made of, and how they are made again.
import { data, Generator, type GeneratorState, lesson } from "../bnlab";

export interface Maker {
  /** Whether it is one of these, and of no class of the user's. */
  fits(value: object): boolean;
  partsOf(value: object): unknown;
  make(parts: unknown): object;
}

const maker = <Value extends object, Parts>(
  type: abstract new (...args: never[]) => Value,
  partsOf: (value: Value) => Parts,
  make: (parts: Parts) => Value,
): Maker => ({
  fits: (value) => Object.getPrototypeOf(value) === type.prototype,
  partsOf: (value) => partsOf(value as Value),
  make: (parts) => make(parts as Parts),
});

export const makers: ReadonlyMap<string, Maker> = new Map([
  [
    "Generator",
    maker(
      Generator,
      (stream) => stream.getState(),
      (state: GeneratorState) => new Generator(0).setState(state),
    ),
  ],
  [
    "ImageDataset",
    maker(
      data.ImageDataset,
      ({ images, labels, classes, transform }) => ({ images, labels, classes, transform }),
      ({ images, labels, classes, transform }) =>
        new data.ImageDataset(images, labels, classes, { transform }),
    ),
  ],
  [
    "ConcatDataset",
    maker(
      data.ConcatDataset<unknown>,
      ({ datasets }) => datasets,
      (datasets) => new data.ConcatDataset(datasets),
    ),
  ],
  [
    "DataLoader",
    maker(
      data.DataLoader<unknown, unknown>,
      (loader) => ({ dataset: loader.dataset, options: loader.options, state: loader.stateDict() }),
      ({ dataset, options, state }) => {
        const loader = new data.DataLoader<unknown, unknown>(dataset, options as data.DataLoaderOptions);
        loader.loadStateDict(state);
        return loader;
      },
    ),
  ],
  [
    "BestRates",
    maker(
      lesson.BestRates,
      ({ rates, scores, better }) => ({ rates, scores, better }),
      ({ rates, scores, better }) => lesson.bestRates(rates, scores, { better }),
    ),
  ],
]);
