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
 * and of values between nodes that nothing else reads; and for what clamps in between. Those of the graph's own inputs and outputs run, and those from
 * integers to others.
 */
export function isNotation(node: Node): boolean {
  if (isEpilogue(node)) return true;
  const conversion = conversionOf(node);
  if (conversion === "dequantizes") return node.outputs[0]?.isOutput !== true;
  const source = node.input(0);
  return conversion === "quantizes" && source !== undefined && (source.constant !== undefined || endsIn(source, node));
}

/**
 * Whether a node only clamps or rounds what a product gives to its quantizer, such as a Relu between them: runtimes compute
 * all three in one kernel, and the values between them are never stored.
 */
function isEpilogue(node: Node): boolean {
  const { elementwise, monotone, idempotent } = traitsOf(node.domain, node.opType);
  if (elementwise !== "unary" || monotone !== true || idempotent !== true) return false;
  const [source, result] = [node.input(0), node.outputs[0]];
  const [product, quantizer] = [source?.producer, result?.soleUser];
  if (source?.soleUser !== node || source.isOutput || product === undefined || macsOf(product) === 0) return false;
  return result?.isOutput === false && quantizer !== undefined && conversionOf(quantizer) === "quantizes";
}

/** Whether a value is made for its quantizer alone, so that its node can write the integers itself. */
function endsIn({ producer, isOutput, soleUser }: Value, quantizer: Node): boolean {
  if (producer === undefined || isOutput || soleUser !== quantizer) return false;
  return conversionOf(producer) !== "dequantizes";
}

/** The value that is in memory for another: the integers behind a dequantization, or those that its only reader makes of it. */
export function storedValue(value: Value): Value {
  const { producer, soleUser } = value;
  if (producer !== undefined && conversionOf(producer) === "dequantizes" && isNotation(producer)) {
    const source = producer.input(0);
    return source === undefined ? value : storedValue(source);
  }
  if (soleUser !== undefined && isEpilogue(soleUser)) return storedValue(soleUser.outputs[0] ?? value);
  const isFused = soleUser !== undefined && conversionOf(soleUser) === "quantizes" && isNotation(soleUser);
  return isFused ? (soleUser.outputs[0] ?? value) : value;
}
