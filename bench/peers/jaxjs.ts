// The workloads in jax-js on its WebAssembly backend, each step one jit. It keeps no running statistics in training.

import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad, vjp } from "@jax-js/jax";
import { serve } from "../peer";
import { type Data, floatsOf, type Layer, labelsOf, type Norm, type Task } from "../workloads";

await init("wasm");
defaultDevice("wasm");

const floats = (data: Data): np.Array => np.array(floatsOf(data)).reshape([...data.shape]);

/** Functions own their arguments here: what is used again is passed as `x.ref`. */
type Apply = (x: np.Array, parameters: np.Array[]) => np.Array;

/** [C] as it meets [N, C] or [N, C, H, W]. */
const perChannel = (x: np.Array, rank: number): np.Array => (rank === 2 ? x : x.reshape([1, -1, 1, 1]));

function normalize(x: np.Array, weight: np.Array, bias: np.Array, fixed?: [np.Array, np.Array]): np.Array {
  const rank = x.shape.length;
  const axes = rank === 2 ? [0] : [0, 2, 3];
  const mean = fixed ? perChannel(fixed[0], rank) : np.mean(x.ref, axes, { keepdims: true });
  const centered = x.sub(mean);
  const variance = fixed
    ? perChannel(fixed[1], rank)
    : np.mean(np.square(centered.ref), axes, { keepdims: true });
  const scale = perChannel(weight, rank).div(np.sqrt(variance.add(1e-5)));
  return centered.mul(scale).add(perChannel(bias, rank));
}

/** The network as a function of its parameters, which it takes from `parameters` in order. */
function network(layers: readonly Layer[], parameters: np.Array[], training: boolean): Apply {
  const parameter = (data: Data): ((from: np.Array[]) => np.Array) => {
    const index = parameters.push(floats(data)) - 1;
    return (from) => from[index]!.ref;
  };
  const norm = (layer: Norm): Apply => {
    const [weight, bias] = [parameter(layer.weight), parameter(layer.bias)];
    if (training) return (x, from) => normalize(x, weight(from), bias(from));
    const [mean, variance] = [parameter(layer.mean), parameter(layer.variance)];
    return (x, from) => normalize(x, weight(from), bias(from), [mean(from), variance(from)]);
  };
  const step = (layer: Layer): Apply => {
    switch (layer.kind) {
      case "linear": {
        const [weight, bias] = [parameter(layer.weight), parameter(layer.bias)];
        return (x, from) => np.matmul(x, weight(from).transpose()).add(bias(from));
      }
      case "conv": {
        const weight = parameter(layer.weight);
        const bias = layer.bias && parameter(layer.bias);
        return (x, from) => {
          const y = lax.conv(x, weight(from), [1, 1], "SAME");
          return bias ? y.add(perChannel(bias(from), 4)) : y;
        };
      }
      case "norm":
        return norm(layer);
      case "branches": {
        const branches = layer.branches.map((branch) => network(branch, parameters, training));
        return (x, from) => {
          const y = np.concatenate(
            branches.map((branch) => branch(x.ref, from)),
            1,
          );
          x.dispose();
          return y;
        };
      }
      case "sigmoid":
        return (x) => nn.sigmoid(x);
      case "relu":
        return (x) => nn.relu(x);
      case "maxPool":
        return (x) => {
          const [n, c, h, w] = x.shape as [number, number, number, number];
          return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
        };
      case "averagePool": // of each channel by itself: a convolution over N·C pictures
        return (x) => {
          const [n, c, h, w] = x.shape as [number, number, number, number];
          const ones = np.ones([1, 1, 3, 3]).mul(1 / 9);
          return lax.conv(x.reshape([n * c, 1, h, w]), ones, [1, 1], "SAME").reshape([n, c, h, w]);
        };
      case "globalAveragePool":
        return (x) => np.mean(x, [2, 3]);
      case "flatten":
        return (x) => x.reshape([x.shape[0]!, -1]);
    }
  };
  const steps = layers.map(step);
  return (x, from) => steps.reduce((y, apply) => apply(y, from), x);
}

function start(task: Task): () => number {
  switch (task.kind) {
    case "train": {
      let parameters: np.Array[] = [];
      const net = network(task.layers, parameters, true);
      let velocities = parameters.map((parameter) => np.zeros(parameter.shape));
      const batches = task.batches.map(({ x, labels }) => ({
        x: floats(x),
        labels: nn.oneHot(np.array(labelsOf(labels)), 10),
      }));
      const loss = (from: np.Array[], x: np.Array, labels: np.Array): np.Array =>
        nn
          .logSoftmax(net(x, from))
          .mul(labels)
          .sum()
          .mul(-1 / task.batches[0]!.labels.shape[0]!);
      const { lr, momentum } = task;
      const trainStep = jit((from: np.Array[], velocity: np.Array[], x: np.Array, labels: np.Array) => {
        const [value, gradients] = valueAndGrad(loss)(
          from.map((each) => each.ref),
          x,
          labels,
        ) as unknown as [np.Array, np.Array[]];
        const next = gradients.map((gradient, i) =>
          momentum === 0 ? gradient : velocity[i]!.ref.mul(momentum).add(gradient),
        );
        const moved = from.map((each, i) => each.sub(next[i]!.ref.mul(lr)));
        return [value, moved, next] as [np.Array, np.Array[], np.Array[]];
      });
      let taken = 0;
      return () => {
        const { x, labels } = batches[taken++ % batches.length]!;
        const [value, moved, next] = trainStep(parameters, velocities, x.ref, labels.ref) as [
          np.Array,
          np.Array[],
          np.Array[],
        ];
        parameters = moved;
        velocities = next;
        return value.item();
      };
    }
    case "norm": {
      const inputs = [task.x, task.norm.weight, task.norm.bias].map(floats) as [np.Array, np.Array, np.Array];
      const dy = floats(task.dy);
      const gradients = jit((x: np.Array, weight: np.Array, bias: np.Array, gradient: np.Array) => {
        const [y, back] = vjp(
          (a: np.Array, b: np.Array, c: np.Array) => normalize(a, b, c),
          [x, weight, bias],
        );
        y.dispose();
        return back(gradient) as np.Array[];
      });
      return () => {
        const [x, weight, bias] = inputs;
        const [dx, dWeight, dBias] = gradients(x.ref, weight.ref, bias.ref, dy.ref) as np.Array[];
        const [first] = dWeight!.dataSync() as Float32Array; // before the disposals: it runs the whole jit
        dx!.dispose();
        dBias!.dispose();
        return first!;
      };
    }
    case "chain": {
      const [x, w, b] = [task.x, task.w, task.b].map(floats) as [np.Array, np.Array, np.Array];
      const chain = jit(
        valueAndGrad(
          (weight: np.Array, bias: np.Array, input: np.Array) =>
            np.mean(np.square(nn.sigmoid(input.mul(weight).add(bias)))),
          { argnums: [0, 1] },
        ) as (weight: np.Array, bias: np.Array, input: np.Array) => [np.Array, [np.Array, np.Array]],
      );
      return () => {
        const [value, gradients] = chain(w.ref, b.ref, x.ref) as [np.Array, [np.Array, np.Array]];
        const number = value.item(); // before the disposals: it runs the whole jit
        for (const gradient of gradients) gradient.dispose();
        return number;
      };
    }
    case "infer": {
      const parameters: np.Array[] = [];
      const net = network(task.layers, parameters, false);
      const x = floats(task.x);
      const infer = jit((input: np.Array, from: np.Array[]) => net(input, from));
      return () =>
        (
          infer(
            x.ref,
            parameters.map((each) => each.ref),
          ).dataSync() as Float32Array
        )[0]!;
    }
  }
}

await serve("jax-js 0.1.25 wasm", start);
