import type { DType, Graph, Node, Value } from "../ir/index.ts";
import { dtypes, numbersOf, sizeOf } from "../ir/index.ts";
import { macsOf, weightInput } from "./macs.ts";
import { bytesOf, dtypeOf, sizesOf } from "./sizes.ts";
import { isNotation, storedValue } from "./stored-value.ts";

/** What one node costs. Symbolic dimensions count as 1. */
export interface LayerCost {
  readonly name: string;
  readonly op: string;
  /** Multiply-accumulates. */
  readonly macs: number;
  /** Elements that any operator gives: what elementwise work grows with. */
  readonly elements: number;
  /** Element type of what is multiplied, or of the output where nothing is. */
  readonly dtype: DType | undefined;
  /** Constant elements, and their bytes by type, that this node is the first to read. */
  readonly parameters: number;
  readonly weightBytes: Readonly<Partial<Record<DType, number>>>;
  /** Share of the weights that are zero, where the node has weights to multiply with. */
  readonly zeroWeights: number | undefined;
  /** Bytes of activations read and written, by type. */
  readonly readBytes: Readonly<Partial<Record<DType, number>>>;
  readonly writtenBytes: Readonly<Partial<Record<DType, number>>>;
}

/** Costs of the nodes of a graph in their order, and the symbols whose dimensions counted as 1. */
export interface GraphCost {
  readonly layers: readonly LayerCost[];
  readonly assumed: ReadonlySet<string>;
}

type ByType = Partial<Record<DType, number>>;

/** Bytes of all types together. */
export function totalBytes(bytes: Readonly<ByType>): number {
  return Object.values(bytes).reduce((sum, count) => sum + count, 0);
}

/**
 * Costs of a graph and of the graphs nested in it. Conversions of the QDQ format cost nothing by themselves: what they
 * convert counts as the integers it is stored as. A constant with several readers counts for the first. Types must be
 * inferred.
 */
export function graphCost(graph: Graph): GraphCost {
  const assumed = new Set<string>();
  const seen = new Set<Value>();
  const layers: LayerCost[] = [];
  for (const inner of graph.allGraphs())
    for (const node of inner.nodes()) if (!isNotation(node)) layers.push(layerCost(node, seen, assumed));
  return { layers, assumed };
}

function layerCost(node: Node, seen: Set<Value>, assumed: Set<string>): LayerCost {
  const readBytes: ByType = {};
  const writtenBytes: ByType = {};
  const weightBytes: ByType = {};
  let parameters = 0;
  for (const value of new Set(node.inputs)) {
    if (value === undefined) continue;
    const constants = constantsBehind(value);
    if (constants === undefined) addStored(readBytes, value, assumed);
    for (const constant of constants ?? []) {
      if (seen.has(constant)) continue;
      seen.add(constant);
      parameters += sizeOf(sizesOf(constant) ?? []);
      addStored(weightBytes, constant, assumed);
    }
  }
  for (const value of node.outputs) if (value !== undefined) addStored(writtenBytes, value, assumed);
  const elements = node.outputs.reduce(
    (sum, value) => sum + (value === undefined ? 0 : sizeOf(sizesOf(value) ?? [])),
    0,
  );
  return {
    ...{ name: node.name || (node.outputs[0]?.name ?? ""), op: node.opType, macs: macsOf(node), elements },
    ...{ dtype: multipliedType(node), parameters, weightBytes, readBytes, writtenBytes },
    zeroWeights: zeroShare(node),
  };
}

function addStored(bytes: ByType, value: Value, assumed: Set<string>): void {
  const stored = storedValue(value);
  const [dtype, count] = [dtypeOf(stored), bytesOf(stored, assumed)];
  if (dtype !== undefined && count > 0) bytes[dtype] = (bytes[dtype] ?? 0) + count;
}

/** The constants a value is made of: itself, or what is dequantized to it; undefined for activations. */
function constantsBehind(value: Value): readonly Value[] | undefined {
  if (value.constant !== undefined) return [value];
  const { producer } = value;
  const stored = storedValue(value);
  if (producer === undefined || stored === value || stored.constant === undefined) return undefined;
  return producer.inputs.filter((input): input is Value => input !== undefined);
}

/** Products are of integers only where both sides are: the wider type counts. */
function multipliedType(node: Node): DType | undefined {
  const weight = weightInput(node);
  if (weight === undefined) return dtypeOf(node.outputs[0]);
  const sides = [node.input(0), weight].map((side) => side && dtypeOf(storedValue(side)));
  return sides.reduce((wide, side) =>
    side !== undefined && (wide === undefined || dtypes[side].bits > dtypes[wide].bits) ? side : wide,
  );
}

/** Zeros are exact where the zero point is 0, which it is for weights of nearly all quantizers; else nothing is said. */
function zeroShare(node: Node): number | undefined {
  const weight = weightInput(node);
  const [tensor, , zeroPoint] =
    (weight === undefined ? undefined : constantsBehind(weight))?.map((v) => v.constant) ?? [];
  if (tensor === undefined || !isCountable(tensor.dtype)) return undefined;
  if (zeroPoint !== undefined && Array.from(numbersOf(zeroPoint)).some((zero) => zero !== 0)) return undefined;
  const values = numbersOf(tensor);
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros++;
  return values.length === 0 ? undefined : zeros / values.length;
}

/** The types that `numbersOf` decodes. */
function isCountable(dtype: DType): boolean {
  const { kind, bits } = dtypes[dtype];
  return kind === "signed" || kind === "unsigned" || (kind === "float" && bits >= 16);
}
