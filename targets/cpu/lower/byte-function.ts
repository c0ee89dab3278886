import type { Node, Tensor, Value } from "../../../src/ir/index.ts";
import { isTensor, numbersOf, sizeOf, tensorFromElements, tensorFromNumbers } from "../../../src/ir/index.ts";
import { traitsOf } from "../../../src/ops/index.ts";
import { evaluateNode } from "../../../src/reference/index.ts";
import { ortLogistic, ortTanh } from "../reference/activation.ts";
import { quantizeU8 } from "../reference/quantize.ts";
import { dequantizer, uint8Parameters } from "./quantized-values.ts";

/** Nodes that compute one uint8 value from one uint8 value, element by element. */
export interface ByteFunction {
  /** The uint8 value everything depends on. */
  readonly source: Value;
  /** The nodes between, dequantizers included, in topological order; the quantizer is the last. */
  readonly nodes: readonly Node[];
  /** The result for every byte. */
  readonly table: Uint8Array;
}

/** More nodes than this between a DQ and a Q are no activation function. */
const LONGEST = 16;

/** What ONNX Runtime computes of two dequantized operands by an integer operator, which rounds differently. */
const integerForms: ReadonlySet<string> = new Set(["Add", "Mul"]);

/**
 * What a QuantizeLinear computes, when it is a function of single bytes of one tensor: activations, products of a
 * tensor with a function of itself (SiLU), and arithmetic with scalar constants, dequantized ones too. Evaluated in
 * float32 by the reference interpreter. Undefined when it is something else.
 */
export function byteFunction(quantize: Node, opset: number): ByteFunction | undefined {
  const nodes: Node[] = [];
  const seen = new Set<Node>();
  let source: Value | undefined;
  const collect = (node: Node): boolean => {
    if (seen.has(node)) return true;
    if (seen.size > LONGEST) return false;
    seen.add(node);
    for (const value of node.inputs) {
      if (value === undefined || isScalar(value)) continue;
      const dq = dequantizer(value);
      if (dq !== undefined) {
        const read = dq.input(0);
        if (read === undefined) return false;
        if (read.isConstant) {
          if (!isScalar(read) || integerForms.has(node.opType)) return false;
        } else source ??= read;
        if (!read.isConstant && read !== source) return false;
        if (!seen.has(dq)) {
          seen.add(dq);
          nodes.push(dq);
        }
        continue;
      }
      const { producer } = value;
      if (producer === undefined || traitsOf(producer.domain, producer.opType).elementwise === undefined) return false;
      if (!collect(producer)) return false;
    }
    nodes.push(node);
    return true;
  };
  if (!collect(quantize) || source === undefined || nodes.length < 3 || !isClosed(nodes)) return undefined;
  const table = evaluate(nodes, source, opset);
  return table === undefined ? undefined : { source, nodes, table };
}

/** Whether results of all nodes but the last and the dequantizers are read by nodes of the list only. */
function isClosed(nodes: readonly Node[]): boolean {
  const inside = new Set(nodes);
  return nodes.every(
    (node, index) =>
      index === nodes.length - 1 ||
      node.opType === "DequantizeLinear" ||
      [...node.output.uses].every((use) => use.kind === "node" && inside.has(use.node)),
  );
}

function isScalar(value: Value): boolean {
  return value.isConstant && value.constant !== undefined && sizeOf(value.constant.shape) === 1;
}

/** Functions that ONNX Runtime approximates: the table has to hold what it computes. */
const approximated: Readonly<Record<string, (x: number) => number>> = { Sigmoid: ortLogistic, Tanh: ortTanh };

function evaluate(chain: readonly Node[], source: Value, opset: number): Uint8Array | undefined {
  const quantize = chain.at(-1) as Node;
  const quantization = uint8Parameters(quantize);
  if (quantization === undefined) return undefined;
  const bytes = tensorFromElements(
    "uint8",
    [1, 256],
    Uint8Array.from({ length: 256 }, (_, index) => index),
  );
  const known = new Map<Value, Tensor>([[source, bytes]]);
  for (const node of chain.slice(0, -1)) {
    const inputs = node.inputs.map((value) => (value === undefined ? undefined : (known.get(value) ?? value.constant)));
    const own = approximated[node.opType];
    const [first] = inputs;
    const [result] =
      own === undefined || first === undefined
        ? (evaluateNode(node, opset, inputs) ?? [])
        : [tensorFromNumbers("float32", first.shape, Array.from(numbersOf(first), own))];
    if (result === undefined || !isTensor(result)) return undefined;
    known.set(node.output, result);
  }
  const last = known.get(quantize.input(0) as Value);
  if (last === undefined || sizeOf(last.shape) !== 256) return undefined;
  // Not by the interpreter: what becomes of NaN is ONNX Runtime's choice.
  return Uint8Array.from(numbersOf(last), (value) => quantizeU8(value, quantization));
}
