// The workloads in this project's own words.

import { nn, noGrad, optim, type Tensor, tensor } from "../kernel/cell/bnlab";
import { serve } from "./peer";
import { type Data, floatsOf, type Layer, labelsOf, type Norm, type Task } from "./workloads";

const floats = (data: Data): Tensor => tensor(floatsOf(data)).reshape(data.shape);

function norm({ weight, bias, mean, variance }: Norm, rank: number): nn.Module {
  const layer = new (rank === 2 ? nn.BatchNorm1d : nn.BatchNorm2d)(weight.shape[0]!);
  const state = { weight, bias, running_mean: mean, running_var: variance };
  const values = Object.fromEntries(Object.entries(state).map(([name, data]) => [name, floats(data)]));
  layer.loadStateDict(values, { strict: false });
  return layer;
}

/** `rank`: of the input, 2 for rows and 4 for pictures. */
function network(layers: readonly Layer[], rank: number): nn.Module {
  const modules: nn.Module[] = [];
  let dimensions = rank;
  for (const layer of layers) {
    switch (layer.kind) {
      case "linear": {
        const linear = new nn.Linear(layer.weight.shape[1]!, layer.weight.shape[0]!);
        linear.loadStateDict({ weight: floats(layer.weight), bias: floats(layer.bias) });
        modules.push(linear);
        break;
      }
      case "conv": {
        const [outputs, inputs, size] = layer.weight.shape as [number, number, number];
        const conv = new nn.Conv2d(inputs, outputs, size, {
          padding: (size - 1) / 2,
          bias: layer.bias !== null,
        });
        const weight = floats(layer.weight);
        conv.loadStateDict(layer.bias === null ? { weight } : { weight, bias: floats(layer.bias) });
        modules.push(conv);
        break;
      }
      case "norm":
        modules.push(norm(layer, dimensions));
        break;
      case "branches":
        modules.push(new nn.Branches(...layer.branches.map((branch) => network(branch, dimensions))));
        break;
      case "sigmoid":
        modules.push(new nn.Sigmoid());
        break;
      case "relu":
        modules.push(new nn.ReLU());
        break;
      case "maxPool":
        modules.push(new nn.MaxPool2d(2));
        break;
      case "averagePool":
        modules.push(new nn.AvgPool2d(3, { stride: 1, padding: 1 }));
        break;
      case "globalAveragePool":
        modules.push(new nn.AdaptiveAvgPool2d(1), new nn.Flatten());
        dimensions = 2;
        break;
      case "flatten":
        modules.push(new nn.Flatten());
        dimensions = 2;
        break;
    }
  }
  return new nn.Sequential(...modules);
}

function start(task: Task): () => number {
  switch (task.kind) {
    case "train": {
      const net = network(task.layers, task.batches[0]!.x.shape.length);
      const optimizer = new optim.SGD(net.parameters(), { lr: task.lr, momentum: task.momentum });
      const batches = task.batches.map(({ x, labels }) => ({
        x: floats(x),
        labels: tensor(labelsOf(labels)),
      }));
      let taken = 0;
      return () => {
        const { x, labels } = batches[taken++ % batches.length]!;
        const loss = nn.functional.crossEntropy(net.forward(x), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      };
    }
    case "norm": {
      const layer = norm(task.norm, task.x.shape.length);
      const x = floats(task.x).requiresGrad_();
      const dy = floats(task.dy);
      const [weight] = layer.parameters() as [nn.Parameter];
      return () => {
        layer.zeroGrad();
        x.grad = null;
        layer.forward(x).backward(dy);
        return weight.grad!.data[0]!;
      };
    }
    case "chain": {
      const x = floats(task.x);
      const w = floats(task.w).requiresGrad_();
      const b = floats(task.b).requiresGrad_();
      return () => {
        w.grad = null;
        b.grad = null;
        const value = x.mul(w).add(b).sigmoid().square().mean();
        value.backward();
        return value.item();
      };
    }
    case "infer": {
      const net = network(task.layers, task.x.shape.length).eval();
      const x = floats(task.x);
      return () => noGrad(() => net.forward(x).data[0]!);
    }
  }
}

await serve(`bnlab, Node ${process.version}`, start);
