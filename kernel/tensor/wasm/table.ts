// Every kernel by its name: the whole of what the runtime asks of WebAssembly. A new kernel is one file and one line here.
// In families, so that who bundles the library gets those alone whose operations it names.

import {
  conv2d,
  conv2dBackwardInput,
  conv2dBackwardWeight,
  conv2dPack,
  conv2dPacked,
  conv2dScratch,
} from "./conv/conv";
import { activation, activationGrad } from "./map/activations";
import { binary } from "./map/binary";
import { chain } from "./map/chain";
import { gru, gruBackward, lstm, lstmBackward } from "./map/gates";
import { axpy, fill, scale } from "./map/linear";
import { reduce } from "./map/reduce";
import { crossEntropy, logSoftmax } from "./map/softmax";
import { transpose } from "./map/transpose";
import { unary, unaryGrad } from "./map/unary";
import { uniform } from "./map/uniform";
import { batchNormApply, batchNormBackward, batchNormForward } from "./norm/batchNorm";
import { normalize, normalizeBackward } from "./norm/normalize";
import { avgPool2d, avgPool2dBackward, maxPool2d, maxPool2dBackward } from "./pool/pool";
import { gemm } from "./product/gemm";
import { adadelta } from "./update/adadelta";
import { adagrad } from "./update/adagrad";
import { adam } from "./update/adam";
import { adamax } from "./update/adamax";
import { nadam } from "./update/nadam";
import { rmsprop } from "./update/rmsprop";
import { rprop } from "./update/rprop";
import { sgd } from "./update/sgd";

/** What methods of tensors run on: nobody is without them. */
export const basics = {
  // map
  unary,
  unaryGrad,
  activation,
  activationGrad,
  binary,
  chain,
  fill,
  axpy,
  scale,
  transpose,
  uniform,
  reduce,
  logSoftmax,
  crossEntropy,
  // product
  gemm,
};

export const recurrences = { lstm, lstmBackward, gru, gruBackward };

export const norms = {
  batchNormForward,
  batchNormApply,
  batchNormBackward,
  normalize,
  normalizeBackward,
};

export const convolutions = {
  conv2dScratch,
  conv2dPacked,
  conv2dPack,
  conv2d,
  conv2dBackwardInput,
  conv2dBackwardWeight,
};

export const pools = { maxPool2d, maxPool2dBackward, avgPool2d, avgPool2dBackward };

/** The optimizers. */
export const steps = { sgd, adam, rmsprop, adagrad, nadam, adamax, adadelta, rprop };
