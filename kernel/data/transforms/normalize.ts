// Images to zero mean and unit variance.

import { type Tensor, tensor } from "../../tensor";
import { requireKnown, show } from "../../tensor/arguments";

/**
 * (x − mean)/std, one number for all channels or one a channel: images [N, C, H, W] or [C, H, W]. For MNIST:
 * `new Normalize(0.1307, 0.3081)`. As torchvision.transforms.Normalize.
 */
export class Normalize {
  readonly mean: readonly number[];
  readonly std: readonly number[];

  /** Throws a RangeError for a std that is not > 0 and for lists of different lengths. */
  constructor(mean: number | readonly number[], std: number | readonly number[]) {
    requireKnown(new.target.name, arguments, 2);
    this.mean = [mean].flat();
    this.std = [std].flat();
    if (
      this.mean.length !== this.std.length ||
      !this.mean.every(Number.isFinite) ||
      !this.std.every((s) => s > 0)
    ) {
      throw new RangeError(
        `Normalize: expected as many finite means as standard deviations > 0, got ${show(this.mean)} and ${show(this.std)}`,
      );
    }
  }

  /** Throws a RangeError for images of another number of channels. */
  forward(images: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { mean, std } = this;
    const { shape } = images;
    const channels = mean.length;
    if ((shape.length !== 4 && shape.length !== 3) || (channels !== 1 && shape.at(-3) !== channels)) {
      const c = channels === 1 ? "C" : channels;
      throw new RangeError(`Normalize: expected images [N, ${c}, H, W] or [${c}, H, W], got ${show(shape)}`);
    }
    const column = (values: readonly number[]) => tensor(values).reshape(channels, 1, 1);
    return images.sub(column(mean)).div(column(std));
  }
}
