import type { DType } from "../../ir/index.ts";
import { fromBFloat16Bits, fromFloat16Bits, toBFloat16Bits, toFloat16Bits } from "../../ir/index.ts";

/** The rounding of a double to a floating-point type of at least 16 bits, for results that the type holds on the way. */
export function roundingTo(dtype: DType): (value: number) => number {
  switch (dtype) {
    case "float64":
      return (value) => value;
    case "float32":
      return Math.fround;
    case "float16":
      return (value) => fromFloat16Bits(toFloat16Bits(value));
    case "bfloat16":
      return (value) => fromBFloat16Bits(toBFloat16Bits(value));
    default:
      throw new TypeError(`no arithmetic in ${dtype}`);
  }
}
