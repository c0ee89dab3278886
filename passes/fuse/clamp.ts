import type { DType, Node, Value } from "../../src/ir/index.ts";
import { attr, dtypes, floatAttr, numbersOf, sizeOf, tensorFromNumbers } from "../../src/ir/index.ts";
import type { Builder } from "../../src/rewrite/index.ts";
import { constantOf, dtypeOf, rankOf } from "../support/facts.ts";

/** min(max(x, low), high) of one value. */
export interface Clamp {
  readonly input: Value;
  readonly low: number;
  readonly high: number;
}

const maxFloat32 = 3.4028234663852886e38;

/** Operators that may be a clamp. */
export const clampOps: readonly string[] = ["Relu", "Clip", "Max", "Min"];

/**
 * Reads Relu, Clip with constant bounds, and Max or Min with one scalar constant as a clamp; undefined when it is none.
 * The bounds of ±3.4e38 that Clip had before opset 11 count as none.
 */
export function clampOf(node: Node): Clamp | undefined {
  if (node.domain !== "" || !isFloating(node.output)) return undefined;
  const [input] = node.inputs;
  if (input === undefined) return undefined;
  switch (node.opType) {
    case "Relu":
      return { input, low: 0, high: Infinity };
    case "Clip":
      return clipOf(node, input);
    case "Max":
    case "Min":
      return extremeOf(node);
    default:
      return undefined;
  }
}

function isFloating(value: Value): boolean {
  const dtype = dtypeOf(value);
  return dtype !== undefined && dtypes[dtype].kind === "float";
}

function clipOf(node: Node, input: Value): Clamp | undefined {
  const bound = (index: number, name: string, fallback: number): number | undefined => {
    const value = node.input(index);
    if (value === undefined) return floatAttr(node, name, fallback);
    const tensor = constantOf(value);
    return tensor === undefined ? undefined : numbersOf(tensor)[0];
  };
  const low = bound(1, "min", -Infinity);
  const high = bound(2, "max", Infinity);
  if (low === undefined || high === undefined || Number.isNaN(low) || Number.isNaN(high)) return undefined;
  return { input, low: low <= -maxFloat32 ? -Infinity : low, high: high >= maxFloat32 ? Infinity : high };
}

function extremeOf(node: Node): Clamp | undefined {
  if (node.inputs.length !== 2) return undefined;
  for (const [input, other] of [
    [node.input(0), node.input(1)],
    [node.input(1), node.input(0)],
  ] as const) {
    const tensor = constantOf(other);
    if (tensor === undefined || input === undefined || sizeOf(tensor.shape) !== 1) continue;
    const rank = rankOf(input);
    // A constant of more axes than the input would add axes to the result.
    if (tensor.shape.length > 0 && (rank === undefined || tensor.shape.length > rank)) continue;
    const bound = numbersOf(tensor)[0] as number;
    if (Number.isNaN(bound)) return undefined;
    return node.opType === "Max" ? { input, low: bound, high: Infinity } : { input, low: -Infinity, high: bound };
  }
  return undefined;
}

/** The clamp that does `inner` first and `outer` after. */
export function composeClamps(outer: Clamp, inner: Clamp): Clamp {
  const apply = (value: number): number => Math.min(Math.max(value, outer.low), outer.high);
  return { input: inner.input, low: apply(inner.low), high: apply(inner.high) };
}

/** Builds a clamp: Relu where it is one, else Clip in the form of the opset. */
export function buildClamp(clamp: Clamp, dtype: DType, build: Builder): Value {
  const { input, low, high } = clamp;
  if (low === 0 && high === Infinity) return build.op("Relu", [input]);
  if (build.opset < 11)
    return build.op("Clip", [input], {
      ...(low === -Infinity ? {} : { min: attr.float(low) }),
      ...(high === Infinity ? {} : { max: attr.float(high) }),
    });
  const bound = (hint: string, value: number): Value | undefined =>
    Number.isFinite(value) ? build.constant(hint, tensorFromNumbers(dtype, [], [value])) : undefined;
  const bounds = [bound("clip_min", low), bound("clip_max", high)];
  while (bounds.length > 0 && bounds.at(-1) === undefined) bounds.pop();
  return build.op("Clip", [input, ...bounds]);
}

/** What an operator's results are known to lie in, as far as clamps are concerned. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  Relu: [0, Infinity],
  Sigmoid: [0, 1],
  HardSigmoid: [0, 1],
  Softmax: [0, 1],
  Tanh: [-1, 1],
  Erf: [-1, 1],
  Sin: [-1, 1],
  Cos: [-1, 1],
  Softsign: [-1, 1],
  Abs: [0, Infinity],
  Exp: [0, Infinity],
  Sqrt: [0, Infinity],
  Softplus: [0, Infinity],
};

/** True when the clamp changes no value that the operator before it can give. */
export function isIdle(clamp: Clamp): boolean {
  const { producer } = clamp.input;
  const range = producer?.domain === "" ? ranges[producer.opType] : undefined;
  return range !== undefined && clamp.low <= range[0] && clamp.high >= range[1];
}
