import type { Model, Node, Value } from "../../src/ir/index.ts";
import { numbersOf, sizeOf, tensorFromElements } from "../../src/ir/index.ts";
import { byteViews } from "./lower/match-byte-view.ts";
import { dequantizer } from "./lower/quantized-values.ts";

/** The distance from int8 to the uint8 that stands for the same number. */
const shift = 128;

/** Operators that read constants as they read activations. */
const elementwise: ReadonlySet<string> = new Set(["Add", "Mul"]);

/**
 * Makes int8 activations uint8, which kernels compute with: bytes and their zero points are 128 more, and stand for the
 * same numbers. ONNX Runtime has integer operators for more of the result, and its sums may round a half the other way.
 * Returns how many tensors changed. Types must be inferred again.
 */
export function unsignedActivations(model: Model): number {
  const { graph } = model;
  const zeros = new Map<Value, Value>();
  const unsigned = (zero: Value): Value => {
    const known = zeros.get(zero) ?? graph.addConstant(`${zero.name}_unsigned`, shifted(zero));
    zeros.set(zero, known);
    return known;
  };
  let count = 0;
  for (const node of graph.nodes()) {
    if (!isSigned(node, "QuantizeLinear") || node.output.isOutput) continue;
    const span = spanOf(node.output);
    if (span === undefined) continue;
    for (const one of [node, ...span.dequantizers]) graph.setInput(one, 2, unsigned(one.input(2) as Value));
    for (const value of span.values) if (value.type?.kind === "tensor") value.type = { ...value.type, dtype: "uint8" };
    count++;
  }
  if (count === 0) return 0;
  for (const node of graph.nodes()) {
    if (node.domain !== "" || !elementwise.has(node.opType)) continue;
    for (const value of node.inputs) {
      const own = dequantizer(value);
      const bytes = own?.input(0);
      if (own === undefined || bytes?.isConstant !== true || !isSigned(own, "DequantizeLinear")) continue;
      if (own.output.uses.size > 1 || bytes.constant?.dtype !== "int8") continue;
      graph.setInput(own, 0, graph.addConstant(`${bytes.name}_unsigned`, shifted(bytes)));
      graph.setInput(own, 2, unsigned(own.input(2) as Value));
    }
  }
  return count;
}

/** The values that hold a quantizer's bytes, views included, and their dequantizers; undefined where others read them. */
function spanOf(
  bytes: Value,
): { readonly values: readonly Value[]; readonly dequantizers: readonly Node[] } | undefined {
  const values: Value[] = [];
  const dequantizers = new Set<Node>();
  const follow = (value: Value): boolean => {
    values.push(value);
    return [...value.uses].every((use) => {
      if (use.kind !== "node" || use.index !== 0) return false;
      if (isSigned(use.node, "DequantizeLinear")) return dequantizers.add(use.node) !== undefined;
      return use.node.domain === "" && byteViews.has(use.node.opType) && follow(use.node.output);
    });
  };
  return follow(bytes) ? { values, dequantizers: [...dequantizers] } : undefined;
}

/** Whether a node converts from or to int8, one scale for all, constant. */
function isSigned(node: Node, opType: string): boolean {
  if (node.opType !== opType || node.domain !== "") return false;
  const [, scale, zero] = node.inputs;
  if (zero?.isConstant !== true || zero.constant?.dtype !== "int8" || sizeOf(zero.constant.shape) !== 1) return false;
  return scale?.isConstant === true && sizeOf(scale.constant?.shape ?? [0]) === 1 && zero.graph === node.graph;
}

function shifted(value: Value): ReturnType<typeof tensorFromElements> {
  const { constant } = value;
  if (constant === undefined) throw new Error(`"${value.name}" is no constant`);
  return tensorFromElements(
    "uint8",
    constant.shape as readonly number[],
    Uint8Array.from(numbersOf(constant), (byte) => byte + shift),
  );
}
