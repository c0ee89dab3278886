import { floatAttr, floatsAttr, intAttr, intsAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { matrixShape, mlOp } from "./ml-op.ts";

/** Imputer: missing values (NaN or a marked value) replaced, by one value for all features or one for each. */
export const imputer = mlOp("Imputer", (call) => {
  const x = tensorInput(call, 0);
  const [, columns] = matrixShape(x.shape);
  const integers = intsAttr(call.node, "imputed_value_int64s");
  const imputed = floatsAttr(call.node, "imputed_value_floats") ?? integers ?? [0];
  const missing =
    integers === undefined
      ? floatAttr(call.node, "replaced_value_float", 0)
      : intAttr(call.node, "replaced_value_int64", 0);
  const values = realsOf(x).map((value, i) =>
    Object.is(value, missing) || value === missing
      ? (imputed[imputed.length === 1 ? 0 : i % columns] as number)
      : value,
  );
  return [encodeReals(x.dtype, x.shape, values)];
});
