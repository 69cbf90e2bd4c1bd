// What the front page trains: two networks on the same batches, one of them with Batch Normalization.
import { digits as drawDigits } from "../../../kernel/data/digits";
import {
  BatchNorm1d,
  Flatten,
  functional,
  Linear,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from "../../../kernel/nn";
import { SGD } from "../../../kernel/optim";
import { Generator, manualSeed, noGrad, type Tensor, tidy } from "../../../kernel/tensor";

export const activations = { sigmoid: Sigmoid, tanh: Tanh, relu: ReLU } as const;
export type Activation = keyof typeof activations;
export const arms = ["plain", "batchNorm"] as const;
export type Arm = (typeof arms)[number];

const trainCount = 2000;
const testCount = 200;
const batchSize = 60;
/** As in the paper's figure 1: three hidden layers of 100 units. */
const hidden = [100, 100, 100];

export interface Digits {
  /** [2000, 1, 28, 28] */
  readonly images: Tensor;
  /** [2000] */
  readonly labels: Tensor;
  readonly testImages: Tensor;
  readonly testLabels: Tensor;
}

export function drawAll(): Digits {
  const { images, labels } = drawDigits({ count: trainCount + testCount, seed: 1 });
  return {
    images: images.slice(0, 0, trainCount),
    labels: labels.slice(0, 0, trainCount),
    testImages: images.slice(0, trainCount),
    testLabels: labels.slice(0, trainCount),
  };
}

/** Both networks and where they are on their way. */
export class Race {
  step = 0;
  readonly #digits: Digits;
  readonly #networks: Record<Arm, Sequential>;
  readonly #optimizers: Record<Arm, SGD>;
  readonly #generator = new Generator(3);
  #order: Int32Array = new Int32Array();
  #next = 0;

  constructor(digits: Digits, activation: Activation, learningRate: number) {
    this.#digits = digits;
    const make = (batchNorm: boolean) => network(batchNorm, activation);
    this.#networks = { plain: make(false), batchNorm: make(true) };
    const steps = (arm: Arm) => new SGD(this.#networks[arm].parameters(), { lr: learningRate });
    this.#optimizers = { plain: steps("plain"), batchNorm: steps("batchNorm") };
  }

  set learningRate(rate: number) {
    for (const arm of arms) this.#optimizers[arm].lr = rate;
  }

  /** One step of both, on the same batch. */
  train(): void {
    tidy(() => {
      const places = this.#batch();
      const images = this.#digits.images.indexSelect(0, places);
      const labels = this.#digits.labels.indexSelect(0, places);
      for (const arm of arms) {
        this.#optimizers[arm].zeroGrad();
        functional.crossEntropy(this.#networks[arm].train().forward(images), labels).backward();
        this.#optimizers[arm].step();
      }
    });
    this.step++;
  }

  /** What each network takes the test digits for. */
  guesses(): Record<Arm, Int32Array> {
    const of = (arm: Arm) =>
      noGrad(() =>
        tidy(() =>
          Int32Array.from(this.#networks[arm].eval().forward(this.#digits.testImages).argmax(1).data),
        ),
      );
    return { plain: of("plain"), batchNorm: of("batchNorm") };
  }

  #batch(): Int32Array {
    if (this.#next + batchSize > this.#order.length) {
      this.#order = this.#generator.permutation(trainCount);
      this.#next = 0;
    }
    const batch = this.#order.slice(this.#next, this.#next + batchSize);
    this.#next += batchSize;
    return batch;
  }
}

function network(batchNorm: boolean, activation: Activation): Sequential {
  manualSeed(0); // the same initial weights for both
  const layers: Module[] = [new Flatten()];
  let inputs = 28 * 28;
  for (const units of hidden) {
    layers.push(new Linear(inputs, units));
    if (batchNorm) layers.push(new BatchNorm1d(units));
    layers.push(new activations[activation]());
    inputs = units;
  }
  return new Sequential(...layers, new Linear(inputs, 10));
}
