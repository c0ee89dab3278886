import type { DType, Tensor } from "../../../ir/index.ts";
import { dtypes, isInteger, shortestFloat32, stringsOf, tensorFromStrings } from "../../../ir/index.ts";
import { bigintArrayOf, domainOf, realsOf } from "../../numeric/decode.ts";
import { encodeBigints, encodeReals } from "../../numeric/encode.ts";
import type { SmallFloatOptions } from "../../numeric/small-float.ts";

/** The tensor converted to another element type by the rules of Cast; complex types convert to themselves only. */
export function castElements(tensor: Tensor, to: DType, options: SmallFloatOptions): Tensor {
  if (to === tensor.dtype) return tensor;
  if (to === "string") return tensorFromStrings(tensor.shape, printed(tensor));
  if (tensor.dtype === "string") return parsed(tensor, to, options);
  if (dtypes[to].kind === "complex") throw new TypeError(`no cast from ${tensor.dtype} to ${to}`);
  if (domainOf(tensor.dtype) === "bigint") return encodeBigints(to, tensor.shape, bigintArrayOf(tensor));
  return encodeReals(to, tensor.shape, realsOf(tensor), options);
}

function parsed(tensor: Tensor, to: DType, options: SmallFloatOptions): Tensor {
  const texts = stringsOf(tensor).map((text) => text.trim());
  if (isInteger(to) && texts.every((text) => /^[+-]?\d+$/.test(text)))
    return encodeBigints(
      to,
      tensor.shape,
      texts.map((text) => BigInt(text.replace(/^\+/, ""))),
    );
  return encodeReals(to, tensor.shape, texts.map(parseReal), options);
}

const literals: ReadonlyMap<string, number> = new Map([
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["nan", NaN],
]);

function parseReal(text: string): number {
  const value = literals.get(text.toLowerCase()) ?? (text === "" ? NaN : Number(text));
  if (Number.isNaN(value) && !literals.has(text.toLowerCase())) throw new RangeError(`"${text}" is not a number`);
  return value;
}

/** Numbers as text: the shortest that reads back as the same element, with the specification's names of infinities. */
function printed(tensor: Tensor): string[] {
  if (domainOf(tensor.dtype) === "bigint") return Array.from(bigintArrayOf(tensor), String);
  const digits = dtypes[tensor.dtype].kind === "float" && tensor.dtype !== "float64";
  return Array.from(realsOf(tensor), (value) => {
    if (value === Infinity) return "INF";
    if (value === -Infinity) return "-INF";
    if (Object.is(value, -0)) return "-0";
    return digits ? shortestFloat32(value) : String(value);
  });
}
