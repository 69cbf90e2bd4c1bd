// The workloads in TensorFlow.js: `tfjs.ts cpu|wasm`. It keeps no running statistics in training, which the others do.

import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { serve } from "../peer";
import { type Data, floatsOf, type Layer, labelsOf, type Norm, type Task } from "../workloads";

const backend = process.argv[2]!;
setWasmPaths(`${import.meta.dirname}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
await tf.setBackend(backend);

type Apply = (x: tf.Tensor, training: boolean) => tf.Tensor;

const variable = (data: Data): tf.Variable => tf.variable(tf.tensor(floatsOf(data), [...data.shape]));
/** Pictures are [N, H, W, C] here, and kernels [size, size, in, out]. */
const picture = (data: Data): tf.Tensor => {
  const x = tf.tensor(floatsOf(data), [...data.shape]);
  return x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x;
};

interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** By the moments given, or the batch's own. */
function normalize(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, given?: Moments): tf.Tensor {
  const channels = x.rank - 1;
  const { mean, variance } = given ?? tf.moments(x, [...Array(channels).keys()]);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
}

function norm(layer: Norm): Apply {
  const [weight, bias] = [variable(layer.weight), variable(layer.bias)];
  const fixed = { mean: picture(layer.mean), variance: picture(layer.variance) };
  return (x, training) => normalize(x, weight, bias, training ? undefined : fixed);
}

function network(layers: readonly Layer[]): Apply {
  const steps = layers.map(step);
  return (x, training) => steps.reduce((y, apply) => apply(y, training), x);
}

function step(layer: Layer): Apply {
  switch (layer.kind) {
    case "linear": {
      const [weight, bias] = [variable(layer.weight), variable(layer.bias)];
      return (x) => tf.add(tf.matMul(x as tf.Tensor2D, weight as unknown as tf.Tensor2D, false, true), bias);
    }
    case "conv": {
      const weight = tf.variable(
        tf.transpose(tf.tensor(floatsOf(layer.weight), [...layer.weight.shape]), [2, 3, 1, 0]),
      ) as unknown as tf.Tensor4D;
      const bias = layer.bias && variable(layer.bias);
      return (x) => {
        const y = tf.conv2d(x as tf.Tensor4D, weight, 1, "same");
        return bias ? tf.add(y, bias) : y;
      };
    }
    case "norm":
      return norm(layer);
    case "branches": {
      const branches = layer.branches.map(network);
      return (x, training) =>
        tf.concat(
          branches.map((branch) => branch(x, training)),
          -1,
        );
    }
    case "sigmoid":
      return (x) => tf.sigmoid(x);
    case "relu":
      return (x) => tf.relu(x);
    case "maxPool":
      return (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid");
    case "averagePool": // padding counts as zeros
      return (x) =>
        tf.avgPool(
          tf.pad(x, [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ]) as tf.Tensor4D,
          3,
          1,
          "valid",
        );
    case "globalAveragePool":
      return (x) => tf.mean(x, [1, 2]);
    case "flatten":
      return (x) => tf.reshape(x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x, [x.shape[0]!, -1]);
  }
}

const number = (x: tf.Tensor): number => x.dataSync()[0]!;

function start(task: Task): () => number {
  switch (task.kind) {
    case "train": {
      const net = network(task.layers);
      const { lr, momentum } = task;
      const optimizer = momentum === 0 ? tf.train.sgd(lr) : tf.train.momentum(lr, momentum);
      const batches = task.batches.map(({ x, labels }) => ({
        x: picture(x),
        labels: tf.oneHot(tf.tensor1d(labelsOf(labels), "int32"), 10),
      }));
      let taken = 0;
      return () => {
        const { x, labels } = batches[taken++ % batches.length]!;
        return tf.tidy(() =>
          number(
            optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, net(x, true)) as tf.Scalar, true)!,
          ),
        );
      };
    }
    case "norm": {
      const inputs = [task.x, task.norm.weight, task.norm.bias].map(picture);
      const dy = picture(task.dy);
      const gradients = tf.grads((x, weight, bias) => normalize(x, weight, bias));
      return () => tf.tidy(() => number(gradients(inputs, dy)[1]!));
    }
    case "chain": {
      const x = picture(task.x);
      const [w, b] = [picture(task.w), picture(task.b)];
      const chain = tf.valueAndGrads((weight: tf.Tensor, bias: tf.Tensor) =>
        tf.mean(tf.square(tf.sigmoid(tf.add(tf.mul(x, weight), bias)))),
      );
      return () => tf.tidy(() => number(chain([w, b]).value));
    }
    case "infer": {
      const net = network(task.layers);
      const x = picture(task.x);
      return () => tf.tidy(() => number(net(x, false)));
    }
  }
}

await serve(`tfjs ${tf.version.tfjs} ${backend}`, start);
