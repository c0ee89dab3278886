import type { Node, Value } from "../ir/index.ts";
import { isFloat } from "../ir/index.ts";
import { traitsOf } from "../ops/index.ts";
import { macsOf } from "./macs.ts";
import { dtypeOf } from "./sizes.ts";

type Conversion = "quantizes" | "dequantizes" | undefined;

/** What a node of the QDQ format does: float to integers, integers to float, or something else. */
function conversionOf(node: Node): Conversion {
  const { quantized } = traitsOf(node.domain, node.opType);
  if (quantized !== true || node.outputs.length !== 1 || macsOf(node) > 0) return undefined;
  const [from, to] = [dtypeOf(node.input(0)), dtypeOf(node.outputs[0])];
  if (from === undefined || to === undefined || isFloat(from) === isFloat(to)) return undefined;
  return isFloat(from) ? "quantizes" : "dequantizes";
}

/**
 * True for the conversions that say how neighbours are stored and computed, which runtimes fuse into them: of constants,
 * and of values between nodes. Those of the graph's own inputs and outputs run.
 */
export function isNotation(node: Node): boolean {
  const conversion = conversionOf(node);
  if (conversion === "dequantizes") return node.outputs[0]?.isOutput !== true;
  return conversion === "quantizes" && (node.input(0)?.producer !== undefined || isConstant(node.input(0)));
}

function isConstant(value: Value | undefined): boolean {
  return value?.constant !== undefined;
}

/** The value that is in memory for another: the integers behind a dequantization, or those that all readers make of it. */
export function storedValue(value: Value): Value {
  const { producer } = value;
  if (producer !== undefined && isNotation(producer) && conversionOf(producer) === "dequantizes") {
    const source = producer.input(0);
    return source === undefined ? value : storedValue(source);
  }
  const reader = value.isOutput ? undefined : value.soleUser;
  const integers = reader !== undefined && isNotation(reader) ? reader.outputs[0] : undefined;
  return integers !== undefined && conversionOf(reader as Node) === "quantizes" ? integers : value;
}
