import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { quantizerFor } from "./quantizer.ts";

/** DynamicQuantizeLinear: uint8 over the input's own range, widened to hold 0; each step in float32. */
export const dynamicQuantizeLinear: ReferenceOp = {
  domain: "",
  name: "DynamicQuantizeLinear",
  run: (call) => {
    const x = tensorInput(call, 0);
    const values = realsOf(x);
    const low = values.reduce((a, b) => Math.min(a, b), 0);
    const high = values.reduce((a, b) => Math.max(a, b), 0);
    const scale = Math.fround(Math.fround(high - low) / 255);
    const quantize = quantizerFor("uint8");
    const zeroPoint = scale === 0 ? 0 : quantize(Math.fround(-low / scale), 0);
    const y = values.map((value) => (scale === 0 ? 0 : quantize(Math.fround(value / scale), zeroPoint)));
    return [
      encodeReals("uint8", x.shape, y),
      encodeReals("float32", [], [scale]),
      encodeReals("uint8", [], [zeroPoint]),
    ];
  },
};
