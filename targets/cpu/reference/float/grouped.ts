import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { FloatGroupedConvWorkload } from "../../float-workload.ts";
import type { FloatConvOperands } from "./conv.ts";
import { evaluateFloatConv } from "./conv.ts";

/** Computes y, each group as a convolution of its own. Weights are `[outputs][inputs / groups][kh][kw]`. */
export function evaluateFloatGroupedConv(
  workload: FloatGroupedConvWorkload,
  operands: FloatConvOperands,
  parameters: KernelParameters,
): void {
  const { groups, window } = workload;
  const [inputs, outputs] = [workload.inputs / groups, workload.outputs / groups];
  const weights = outputs * inputs * window.kernel[0] * window.kernel[1];
  for (let group = 0; group < groups; group++) {
    const [first, last] = [group * outputs, (group + 1) * outputs];
    evaluateFloatConv(
      { ...workload, op: "conv-f32", weights: "oihw", inputs, outputs },
      {
        x: operands.x.subarray(group * inputs),
        weights: operands.weights.subarray(group * weights),
        bias: operands.bias?.subarray(first, last),
        residual: operands.residual?.subarray(first),
        y: operands.y.subarray(first),
      },
      parameters,
    );
  }
}
