import type { Graph, Model, Node, Tensor, Value } from "../../src/ir/index.ts";
import {
  NameScope,
  attr,
  float32Scalar,
  hashTensor,
  numbersOf,
  tensorFromElements,
  tensorFromNumbers,
  tensorType,
} from "../../src/ir/index.ts";
import type { QuantizationParameters } from "../../src/quant/index.ts";
import { channelLayout, quantizeBias, quantizeValues, quantizeWeights } from "../../src/quant/index.ts";
import type { BiasPlan, NodePlan, QuantizationPlan, WeightPlan } from "./plan.ts";
import { inputKey } from "./plan.ts";

/** Writes a plan into the model: Q/DQ, integer constants with their DQ, and the metadata that ONNX Runtime's tools look for. */
export function applyPlan(model: Model, plan: QuantizationPlan): void {
  const writer = new Writer(model.graph, plan);
  writer.write();
  // Names and value are those of onnxruntime.quantization, whose debugging tools ask for them.
  model.metadata.set("onnx.quant.pre_process", "onnxruntime.quant");
  model.metadata.set("onnx.infer", "onnxruntime.quant");
}

/** A quantized tensor and how to read it back. */
interface StoredConstant {
  readonly values: Tensor;
  readonly scale: Tensor;
  readonly zeroPoint: Tensor;
  readonly axis: number | undefined;
}

class Writer {
  readonly #graph: Graph;
  readonly #plan: QuantizationPlan;
  readonly #values = new Map<string, Value>();
  readonly #nodes = new Map<string, Node>();
  /** Dequantized constants by what they hold, so that shared weights stay shared. */
  readonly #stored = new Map<string, Value>();
  readonly #replaced = new Set<Value>();
  /** Node names must be unique too: ONNX Runtime refuses a model in which two nodes share one. */
  readonly #nodeNames = new NameScope();

  constructor(graph: Graph, plan: QuantizationPlan) {
    this.#graph = graph;
    this.#plan = plan;
    for (const value of [...graph.inputs, ...graph.constants]) this.#values.set(value.name, value);
    for (const node of graph.allNodes()) this.#nodeNames.reserve(node.name);
    for (const node of graph.nodes()) {
      for (const output of node.outputs) if (output !== undefined) this.#values.set(output.name, output);
      const [first] = node.outputs;
      if (first !== undefined) this.#nodes.set(first.name, node);
    }
  }

  write(): void {
    // Integer inputs are looked up before any value is renamed.
    const integerUses = this.#integerUses();
    for (const node of this.#plan.nodes) {
      if (node.weights !== undefined) this.#writeWeights(node, node.weights);
      if (node.weights !== undefined && node.bias !== undefined) this.#writeBias(node.bias, node.weights);
    }
    for (const [name, parameters] of Object.entries(this.#plan.constants))
      this.#writeConstant(this.#value(name), parameters, integerUses.get(name) ?? []);
    for (const [name, { parameters, readers }] of Object.entries(this.#plan.activations))
      this.#writeActivation(
        this.#value(name),
        parameters,
        readers === "all" ? undefined : (integerUses.get(name) ?? []),
      );
    for (const value of this.#replaced)
      if (value.uses.size === 0 && value.isConstant) this.#graph.removeConstant(value);
  }

  #value(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`the plan names "${name}", which the graph does not have`);
    return value;
  }
  #node(name: string): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`the plan names the node of "${name}", which the graph does not have`);
    return node;
  }

  /** The inputs that read integers, by the name of the value they read. */
  #integerUses(): ReadonlyMap<string, readonly { readonly node: Node; readonly index: number }[]> {
    const wanted = new Set(this.#plan.integerInputs);
    const uses = new Map<string, { readonly node: Node; readonly index: number }[]>();
    for (const [name, node] of this.#nodes)
      node.inputs.forEach((value, index) => {
        if (value === undefined || !wanted.has(inputKey(name, index))) return;
        const list = uses.get(value.name);
        if (list === undefined) uses.set(value.name, [{ node, index }]);
        else list.push({ node, index });
      });
    return uses;
  }

  /** Q and DQ behind a value; `uses` undefined gives the dequantized value to every reader and to the interface. */
  #writeActivation(
    value: Value,
    parameters: QuantizationParameters,
    uses: readonly { readonly node: Node; readonly index: number }[] | undefined,
  ): void {
    const graph = this.#graph;
    const { name } = value;
    const scale = graph.addConstant(`${name}_scale`, float32Scalar(parameters.scale));
    const zeroPoint = graph.addConstant(
      `${name}_zero_point`,
      tensorFromNumbers(parameters.dtype, [], [parameters.zeroPoint]),
    );
    const shape = value.type?.kind === "tensor" ? value.type.shape : undefined;
    const quantizeSpec = {
      opType: "QuantizeLinear",
      name: this.#nodeNames.fresh(`${name}_QuantizeLinear`),
      inputs: [value, scale, zeroPoint],
      outputs: [
        { name: graph.names.fresh(`${name}_QuantizeLinear_Output`), type: tensorType(parameters.dtype, shape) },
      ],
    };
    const quantize =
      value.producer === undefined ? graph.prepend(quantizeSpec) : graph.insertAfter(value.producer, quantizeSpec);
    const dequantize = graph.insertAfter(quantize, {
      opType: "DequantizeLinear",
      name: this.#nodeNames.fresh(`${name}_DequantizeLinear`),
      inputs: [quantize.output, scale, zeroPoint],
      outputs: [{ name: graph.names.fresh(`${name}_DequantizeLinear_Output`), type: value.type }],
    });
    if (uses === undefined) {
      graph.replaceUses(value, dequantize.output);
      graph.setInput(quantize, 0, value);
    } else for (const { node, index } of uses) graph.setInput(node, index, dequantize.output);
  }

  /** An integer constant with its DQ; one for each distinct content of a constant. */
  #dequantized(anchor: Node, hint: string, stored: StoredConstant): Value {
    const key = [hint, stored.axis, hashTensor(stored.scale), hashTensor(stored.values)].join("|");
    const known = this.#stored.get(key);
    if (known !== undefined) return known;
    const graph = this.#graph;
    const values = graph.addConstant(`${hint}_quantized`, stored.values);
    const scale = graph.addConstant(`${hint}_scale`, stored.scale);
    const zeroPoint = graph.addConstant(`${hint}_zero_point`, stored.zeroPoint);
    const dequantize = graph.insertBefore(anchor, {
      opType: "DequantizeLinear",
      name: this.#nodeNames.fresh(`${hint}_DequantizeLinear`),
      inputs: [values, scale, zeroPoint],
      outputs: [
        {
          name: graph.names.fresh(`${hint}_DequantizeLinear_Output`),
          type: tensorType("float32", stored.values.shape),
        },
      ],
      ...(stored.axis === undefined ? {} : { attributes: { axis: attr.int(stored.axis) } }),
    });
    this.#stored.set(key, dequantize.output);
    return dequantize.output;
  }

  #writeWeights(plan: NodePlan, weights: WeightPlan): void {
    const node = this.#node(plan.node);
    const source = this.#value(weights.value);
    const tensor = source.constant;
    if (tensor === undefined) throw new Error(`weights "${weights.value}" are no constant`);
    const layout = channelLayout(tensor.shape, weights.axis);
    const scales = Float32Array.from(weights.scales);
    const { values } = quantizeWeights(numbersOf(tensor), layout, scales, weights.largest);
    const scaleShape = weights.axis === undefined ? [] : [scales.length];
    const dequantized = this.#dequantized(node, source.name, {
      values: tensorFromElements("int8", tensor.shape, values),
      scale: tensorFromElements("float32", scaleShape, scales),
      zeroPoint: tensorFromElements("int8", scaleShape, new Int8Array(scales.length)),
      axis: weights.axis,
    });
    this.#graph.setInput(node, weights.input, dequantized);
    this.#replaced.add(source);
  }

  #writeBias(plan: BiasPlan, weights: WeightPlan): void {
    const node = this.#node(plan.node);
    const source = plan.value === undefined ? undefined : this.#value(plan.value);
    const length = plan.correction.length > 0 ? plan.correction.length : (source?.constant?.shape[0] ?? 0);
    const before = source?.constant === undefined ? new Float32Array(length) : numbersOf(source.constant);
    const bias = Float64Array.from({ length }, (_, i) => (before[i] as number) + (plan.correction[i] ?? 0));
    const hint = source?.name ?? `${plan.node}_bias`;
    if (source !== undefined) this.#replaced.add(source);
    if (plan.activationScale === undefined) {
      const changed = this.#graph.addConstant(hint, tensorFromElements("float32", [length], Float32Array.from(bias)));
      this.#graph.setInput(node, plan.input, changed);
      return;
    }
    const { values, scales } = quantizeBias(bias, plan.activationScale, Float32Array.from(weights.scales));
    const dequantized = this.#dequantized(node, hint, {
      values: tensorFromElements("int32", [length], values),
      scale: tensorFromElements("float32", scales.length === 1 ? [] : [length], scales),
      zeroPoint: tensorFromElements("int32", scales.length === 1 ? [] : [length], new Int32Array(scales.length)),
      axis: scales.length === 1 ? undefined : 0,
    });
    this.#graph.setInput(node, plan.input, dequantized);
  }

  #writeConstant(
    source: Value,
    parameters: QuantizationParameters,
    uses: readonly { readonly node: Node; readonly index: number }[],
  ): void {
    const tensor = source.constant;
    const [first] = uses;
    if (tensor === undefined || first === undefined) throw new Error(`"${source.name}" is no constant that is read`);
    const dequantized = this.#dequantized(first.node, source.name, {
      values: tensorFromElements(parameters.dtype, tensor.shape, quantizeValues(numbersOf(tensor), parameters)),
      scale: float32Scalar(parameters.scale),
      zeroPoint: tensorFromNumbers(parameters.dtype, [], [parameters.zeroPoint]),
      axis: undefined,
    });
    for (const { node, index } of uses) this.#graph.setInput(node, index, dequantized);
    this.#replaced.add(source);
  }
}
