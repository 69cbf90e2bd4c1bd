// What a watch keeps of a layer at one step: plain numbers that survive JSON. Imports nothing outside this folder.
import type { Distribution } from "./distribution";
import type { ActivationName } from "./saturation";

export interface LayerRecord {
  /** Training forwards of the model before this one, since the watch began. */
  readonly step: number;
  /** What the layer gave; of a layer that ran several times, the last run. */
  readonly activations: Distribution;
  /** What an activation layer was given; null for other layers. */
  readonly preActivations: Distribution | null;
  /** The gradient of the loss with respect to `activations`; null if no backward came by. */
  readonly gradients: Distribution | null;
  /** The share of an activation's values where its slope is below the threshold; null for other layers. */
  readonly saturated: number | null;
  /** The share of an activation's units that are flat for the whole batch; null for other layers. */
  readonly dead: number | null;
  /** The layer's own parameters by name: `weight`, `bias`. */
  readonly parameters: Readonly<Record<string, ParameterRecord>>;
  /** Null but for BatchNorm and BatchRenorm. */
  readonly batchNorm: BatchNormRecord | null;
}

export interface ParameterRecord {
  /** Its sizes. */
  readonly shape: readonly number[];
  /** Before the step. */
  readonly values: Distribution;
  /** What the backward gave it; null if none came by, or if it was added to a gradient that was there already. */
  readonly gradients: Distribution | null;
  /**
   * ‖change‖ / ‖values‖ of the step's update: about 1e-3 is healthy. 0 if nothing changed it before the next watched step;
   * null while no forward has come after it, and for values that are all 0.
   */
  readonly update: number | null;
}

/** By channel; of more than 256 channels, as many taken evenly. */
export interface BatchNormRecord {
  /** The batch's means. */
  readonly batchMean: readonly number[];
  /** Biased: the variance that the batch is divided by. */
  readonly batchVar: readonly number[];
  /** After this batch moved it; null where none are kept. */
  readonly runningMean: readonly number[] | null;
  /** As runningMean, of the variance. */
  readonly runningVar: readonly number[] | null;
  /** γ; null without. */
  readonly gamma: readonly number[] | null;
  /** β; null without. */
  readonly beta: readonly number[] | null;
}

/** A layer that is watched. */
export interface WatchedLayer {
  /** `2 Sigmoid`, or the label it was given. */
  readonly label: string;
  /** What its saturation is judged by; null for other layers. */
  readonly activation: ActivationName | null;
  /** Oldest first. */
  readonly records: readonly LayerRecord[];
}
