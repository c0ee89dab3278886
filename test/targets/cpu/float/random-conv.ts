import type { FloatConvWorkload } from "../../../../targets/cpu/float-workload.ts";
import type { FloatConvOperands } from "../../../../targets/cpu/reference/float/conv.ts";
import { evaluateFloatConv } from "../../../../targets/cpu/reference/float/conv.ts";
import type { Choices } from "./random-float.ts";
import { elementsOf, functionParameters } from "./random-float.ts";

/** Normally distributed contents of a convolution, weights scaled so that sums are of size one. */
export function fillFloatConv(workload: FloatConvWorkload, { floats }: Choices): Omit<FloatConvOperands, "y"> {
  const { rows, columns, inputs, outputs, window, x, epilogue } = workload;
  const { kernel, stride, dilation } = window;
  const reach = (axis: 0 | 1, count: number): number =>
    (count - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
  const terms = inputs * kernel[0] * kernel[1];
  const { residual } = epilogue;
  return {
    x: floats(elementsOf(reach(0, rows), reach(1, columns), inputs, x)),
    weights: floats(outputs * terms, 1 / Math.sqrt(terms)),
    bias: workload.bias ? floats(outputs) : undefined,
    residual: residual === undefined ? undefined : floats(elementsOf(rows, columns, outputs, residual)),
  };
}

/** What the oracle writes to y, over NaN. */
export function expectedFloatConv(workload: FloatConvWorkload, operands: Omit<FloatConvOperands, "y">): Float64Array {
  const { rows, columns, outputs, y } = workload;
  const expected = new Float64Array(elementsOf(rows, columns, outputs, y)).fill(Number.NaN);
  evaluateFloatConv(workload, { ...operands, y: expected }, functionParameters);
  return expected;
}
