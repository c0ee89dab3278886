import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { GroupedConvWorkload } from "../workload.ts";
import type { ConvOperands } from "./conv.ts";
import { evaluateConv } from "./conv.ts";

/** Computes y, each group as a convolution of its own. Weights are `[outputs][inputs / groups][kh][kw]`. */
export function evaluateGroupedConv(
  workload: GroupedConvWorkload,
  operands: ConvOperands,
  parameters: KernelParameters,
): void {
  const { groups, window } = workload;
  const [inputs, outputs] = [workload.inputs / groups, workload.outputs / groups];
  const weights = outputs * inputs * window.kernel[0] * window.kernel[1];
  const { weightScale } = operands;
  for (let group = 0; group < groups; group++) {
    const [first, last] = [group * outputs, (group + 1) * outputs];
    evaluateConv(
      { ...workload, op: "conv-u8s8", weights: "oihw", inputs, outputs },
      {
        x: operands.x.subarray(group * inputs),
        weights: operands.weights.subarray(group * weights),
        bias: operands.bias?.subarray(first, last),
        weightScale: weightScale.length === 1 ? weightScale : weightScale.subarray(first, last),
        residual: operands.residual?.subarray(first),
        y: operands.y.subarray(first),
      },
      parameters,
    );
  }
}
