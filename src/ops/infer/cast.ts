import type { DType, Dim } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { dtypeFromCode, dtypes, isInteger, stringAttr } from "../../ir/index.ts";
import { representable } from "./arithmetic.ts";
import { dtypeAttr, dtypeOf, reject, shapeOf, typed, types, withContent } from "./rules.ts";

/** Opset 1 names the type by a string such as `FLOAT`. */
const namedTypes: Readonly<Record<string, number>> = {
  ...{ FLOAT: 1, UINT8: 2, INT8: 3, UINT16: 4, INT16: 5, INT32: 6, INT64: 7, STRING: 8, BOOL: 9, FLOAT16: 10 },
  ...{ DOUBLE: 11, UINT32: 12, UINT64: 13, COMPLEX64: 14, COMPLEX128: 15 },
};

function converted(value: Dim, to: DType): Dim {
  if (typeof value !== "number") return dtypes[to].kind === "bool" ? undefined : value;
  return representable(isInteger(to) ? Math.trunc(value) : value, to);
}

function castTo(context: InferContext, dtype: DType | undefined): InferResult {
  const type = typed(dtype, shapeOf(context, 0));
  if (dtype === undefined) return types(type);
  return withContent(
    type,
    context.shapeValue(0)?.map((value) => converted(value, dtype)),
  );
}

/** Cast: the element type of the attribute `to`. */
function inferCast(context: InferContext): InferResult {
  const name = stringAttr(context, "to")?.toUpperCase();
  if (name === undefined) return castTo(context, dtypeAttr(context, "to"));
  const code = namedTypes[name] ?? reject(context, `attribute "to" names no element type: ${name}`);
  return castTo(context, dtypeFromCode(code));
}

/** CastLike: the element type of input 1. */
function inferCastLike(context: InferContext): InferResult {
  return castTo(context, dtypeOf(context, 1));
}

/** BitCast: the same bits under another type of the same width. */
function inferBitCast(context: InferContext): InferResult {
  const from = dtypeOf(context, 0);
  const to = dtypeAttr(context, "to");
  if (from !== undefined && to !== undefined && dtypes[from].bits !== dtypes[to].bits)
    reject(context, `${from} and ${to} differ in width`);
  return types(typed(to, shapeOf(context, 0)));
}

/** Conversions of the element type. */
export const castInference: readonly OpInference[] = [
  { names: ["Cast"], infer: inferCast },
  { names: ["CastLike"], infer: inferCastLike },
  { names: ["BitCast"], infer: inferBitCast },
];
