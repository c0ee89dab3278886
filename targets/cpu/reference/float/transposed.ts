import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { FloatTransposedConvWorkload } from "../../float-workload.ts";
import { cellsOf, groupOf, phaseChannels, phaseWeight } from "../transposed.ts";
import type { FloatConvOperands } from "./conv.ts";
import { createFloatEpilogue } from "./float-epilogue.ts";

/** Computes y element by element, sums in float64. `bias` has one number a channel of a phase. */
export function evaluateFloatTransposedConv(
  workload: FloatTransposedConvWorkload,
  { x, weights, bias, residual, y }: FloatConvOperands,
  parameters: KernelParameters,
): void {
  const { rows, columns, outputs, window, epilogue } = workload;
  const channels = phaseChannels(workload);
  const finish = createFloatEpilogue(epilogue, parameters);
  const cells = cellsOf(workload);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let output = 0; output < outputs; output++) {
        let sum = bias?.[output % channels] ?? 0;
        const group = groupOf(workload, output);
        for (const cell of cells) {
          const top = row + cell[0] * window.dilation[0];
          const pixel = top * workload.x.row + (column + cell[1] * window.dilation[1]) * workload.x.pixel;
          for (let input = group.first; input < group.first + group.inputs; input++)
            sum += (x[pixel + input] as number) * (weights[phaseWeight(workload, output, input, cell)] as number);
        }
        const at = epilogue.residual;
        const added = at === undefined ? 0 : (residual?.[row * at.row + column * at.pixel + output] ?? 0);
        y[row * workload.y.row + column * workload.y.pixel + output] = finish(sum, added);
      }
}
