import type { Attribute, Model, Node, Value, ValueType } from "../../src/ir/index.ts";
import { sizeOf, tensorType } from "../../src/ir/index.ts";
import { borderOf } from "../../src/region/index.ts";
import type { PlannedRegion } from "./plan-regions.ts";

/** Operators past which ONNX Runtime moves a quantizer up (qdq_propagation.cc): each yields elements of its first input. */
const passed: ReadonlySet<string> = new Set(["MaxPool", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"]);

/**
 * Puts quantizers that ONNX Runtime would move up to a float32 result of a region there, with a dequantizer behind, so
 * that the region can return bytes. Left to ONNX Runtime, the result gets a new name without a type, which a custom op
 * cannot infer, and the model does not load. What is computed stays the same bit by bit. Returns the number of pairs;
 * regions have to be planned again when there are any.
 */
export function quantizeBeforeMoving({ graph }: Model, regions: readonly PlannedRegion[]): number {
  const found = regions.flatMap(({ nodes }) =>
    borderOf(graph, nodes).outputs.flatMap((value) => {
      const quantizer = movedQuantizer(value);
      return quantizer === undefined ? [] : [{ value, quantizer }];
    }),
  );
  for (const { value, quantizer } of found) insertPair(value, quantizer);
  return found.length;
}

/** The quantizer that ONNX Runtime moves up to a value: behind nodes that move data, with no other reader on the way. */
function movedQuantizer(value: Value): Node | undefined {
  // Bytes that leave dequantized: there is nothing to quantize again.
  if (value.producer?.opType === "DequantizeLinear") return undefined;
  let current = value;
  for (;;) {
    const reader = onlyReader(current);
    if (reader === undefined) return undefined;
    if (reader.opType === "QuantizeLinear" && reader.domain === "")
      return current !== value && isPerTensor(reader) ? reader : undefined;
    const [moved, ...others] = reader.outputs;
    if (!passed.has(reader.opType) || reader.domain !== "" || moved === undefined || others.length > 0)
      return undefined;
    current = moved;
  }
}

/** The one node that reads a value, as its first input. */
function onlyReader(value: Value): Node | undefined {
  const [use, ...others] = value.uses;
  return use?.kind === "node" && use.index === 0 && others.length === 0 ? use.node : undefined;
}

/** Whether scale and zero point, which may be absent, are constants of one element. */
function isPerTensor({ inputs: [, ...parameters] }: Node): boolean {
  return parameters.every(
    (value) => value === undefined || (value.isConstant && sizeOf(value.constant?.shape ?? []) === 1),
  );
}

type Attributes = Readonly<Record<string, Attribute>>;

function insertPair(value: Value, quantizer: Node): void {
  const [{ node: mover }] = [...value.uses] as unknown as readonly [{ readonly node: Node }];
  const { graph } = mover;
  const { type } = quantizer.output;
  const shape = value.type?.kind === "tensor" ? value.type.shape : undefined;
  const [, ...parameters] = quantizer.inputs;
  const attributes = Object.fromEntries([...quantizer.attributes].filter(([name]) => name !== "axis"));
  const insert = (opType: string, x: Value, type: ValueType | undefined, attributes: Attributes): Value =>
    graph.insertBefore(mover, {
      ...{ opType, attributes, name: `${value.name}_${opType}`, inputs: [x, ...parameters] },
      outputs: [{ name: graph.names.fresh(`${value.name}_${opType}_Output`), type }],
    }).output;
  const bytes = type?.kind === "tensor" ? tensorType(type.dtype, shape) : undefined;
  const quantized = insert("QuantizeLinear", value, bytes, attributes);
  const dequantized = insert("DequantizeLinear", quantized, value.type, {});
  graph.setInput(mover, 0, dequantized);
}
