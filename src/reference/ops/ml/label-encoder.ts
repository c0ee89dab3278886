import type { DType, Node, Tensor } from "../../../ir/index.ts";
import {
  dtypes,
  floatAttr,
  floatsAttr,
  intAttr,
  stringAttr,
  stringsAttr,
  tensorAttr,
  tensorFromStrings,
} from "../../../ir/index.ts";
import { encodeBigints, encodeReals, scalarsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { mlOp } from "./ml-op.ts";

type Scalar = number | bigint | string;
interface Labels {
  readonly dtype: DType;
  readonly items: ArrayLike<Scalar>;
}

/** LabelEncoder: each element replaced by the value of its key, or by the default. */
export const labelEncoder = mlOp("LabelEncoder", (call) => {
  const { node } = call;
  const x = tensorInput(call, 0);
  const [keys, values] = call.opset < 2 ? legacyMapping(node, x) : [labels(node, "keys"), labels(node, "values")];
  const map = new Map<Scalar, Scalar>();
  for (let i = 0; i < keys.items.length; i++) map.set(keys.items[i] as Scalar, values.items[i] as Scalar);
  // NaN is a key like any other: Map compares by SameValueZero, so it is found.
  const fallback = defaultOf(node, values.dtype);
  const found = Array.from(scalarsOf(x), (key) => map.get(key) ?? fallback);
  return [encodeScalars(values.dtype, x.shape, found)];
});

/** The mapping of opset 1: a list of strings stands for its positions, in the direction that the input's type tells. */
function legacyMapping(node: Node, x: Tensor): readonly [Labels, Labels] {
  const names = stringsAttr(node, "classes_strings") ?? [];
  const strings: Labels = { dtype: "string", items: names };
  const positions: Labels = { dtype: "int64", items: names.map((_, i) => BigInt(i)) };
  return x.dtype === "string" ? [strings, positions] : [positions, strings];
}

function labels(node: Node, role: "keys" | "values"): Labels {
  const tensor = tensorAttr(node, `${role}_tensor`);
  if (tensor !== undefined) return { dtype: tensor.dtype, items: scalarsOf(tensor) };
  const integers = node.attributes.get(`${role}_int64s`);
  if (integers?.kind === "ints") return { dtype: "int64", items: integers.value };
  const strings = stringsAttr(node, `${role}_strings`);
  if (strings !== undefined) return { dtype: "string", items: strings };
  return { dtype: "float32", items: floatsAttr(node, `${role}_floats`) ?? [] };
}

function defaultOf(node: Node, dtype: DType): Scalar {
  const tensor = tensorAttr(node, "default_tensor");
  if (tensor !== undefined) return scalarsOf(tensor)[0] as Scalar;
  if (dtype === "string") return stringAttr(node, "default_string", "_Unused");
  return dtype === "int64" ? BigInt(intAttr(node, "default_int64", -1)) : floatAttr(node, "default_float", -0);
}

function encodeScalars(dtype: DType, shape: readonly number[], items: readonly Scalar[]): Tensor {
  if (dtype === "string") return tensorFromStrings(shape, items.map(String));
  if (dtypes[dtype].bits === 64 && dtype !== "float64")
    return encodeBigints(
      dtype,
      shape,
      items.map((v) => BigInt(v)),
    );
  return encodeReals(dtype, shape, items.map(Number));
}
