// Evaluation in ONNX Runtime on the CPU: the layers become an ONNX model, which its session optimizes as a whole.

import proto, { type onnx as Onnx } from "onnx-proto";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { serve } from "../peer";
import { type Data, floatsOf, type Layer, type Task } from "../workloads";

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;
const [opset, irVersion] = [15, 8]; // one of ONNX 1.10, whose schema onnx-proto has

/** The bytes of a model from "x" of this shape to "y". Operators default to ε = 1e-5 and strides of 1, as the layers do. */
function modelOf(layers: readonly Layer[], shape: readonly number[]): Uint8Array {
  const nodes: Onnx.INodeProto[] = [];
  const initializer: Onnx.ITensorProto[] = [];
  const node = (opType: string, input: string[], attributes: Record<string, number | number[]> = {}) => {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      typeof value === "number"
        ? { name, type: AttributeProto.AttributeType.INT, i: value }
        : { name, type: AttributeProto.AttributeType.INTS, ints: value },
    );
    const output = `${opType}${nodes.length}`;
    nodes.push({ opType, input, output: [output], attribute });
    return output;
  };
  const constants = (...data: readonly (Data | null)[]): string[] =>
    data.flatMap((each) => {
      if (each === null) return [];
      const name = `constant${initializer.length}`;
      const rawData = Buffer.from(each.base64, "base64");
      initializer.push({ name, dims: [...each.shape], dataType: TensorProto.DataType.FLOAT, rawData });
      return [name];
    });
  const network = (parts: readonly Layer[], x: string): string =>
    parts.reduce((value, layer) => apply(layer, value), x);
  const apply = (layer: Layer, x: string): string => {
    switch (layer.kind) {
      case "linear":
        return node("Gemm", [x, ...constants(layer.weight, layer.bias)], { transB: 1 });
      case "conv":
        return node("Conv", [x, ...constants(layer.weight, layer.bias)], {
          pads: new Array(4).fill((layer.weight.shape[2]! - 1) / 2),
        });
      case "norm": {
        const { weight, bias, mean, variance } = layer;
        return node("BatchNormalization", [x, ...constants(weight, bias, mean, variance)]);
      }
      case "branches":
        return node(
          "Concat",
          layer.branches.map((branch) => network(branch, x)),
          { axis: 1 },
        );
      case "sigmoid":
        return node("Sigmoid", [x]);
      case "relu":
        return node("Relu", [x]);
      case "maxPool":
        return node("MaxPool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
      case "averagePool": // padding counts as zeros
        return node("AveragePool", [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 });
      case "globalAveragePool":
        return node("Flatten", [node("GlobalAveragePool", [x])]);
      case "flatten":
        return node("Flatten", [x]);
    }
  };
  nodes.push({ opType: "Identity", input: [network(layers, "x")], output: ["y"] });
  const dim = shape.map((dimValue) => ({ dimValue }));
  const floats = (sizes?: typeof dim): Onnx.ITypeProto => ({
    tensorType: { elemType: TensorProto.DataType.FLOAT, ...(sizes && { shape: { dim: sizes } }) },
  });
  return ModelProto.encode({
    irVersion,
    opsetImport: [{ version: opset }],
    graph: {
      name: "layers",
      node: nodes,
      initializer,
      input: [{ name: "x", type: floats(dim) }],
      output: [{ name: "y", type: floats() }],
    },
  }).finish();
}

async function start(task: Task): Promise<() => Promise<number>> {
  if (task.kind !== "infer") throw new Error(`onnxruntime: expected a task to infer, got ${task.kind}`);
  const session = await InferenceSession.create(modelOf(task.layers, task.x.shape), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    intraOpNumThreads: Number(process.env.OMP_NUM_THREADS),
    interOpNumThreads: 1,
  });
  const x = new Tensor("float32", floatsOf(task.x), task.x.shape);
  return async () => ((await session.run({ x })).y!.data as Float32Array)[0]!;
}

await serve(`onnxruntime ${env.versions.node}`, start);
