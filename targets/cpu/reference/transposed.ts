import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { Phases, TransposedConvWorkload } from "../workload.ts";
import type { ConvOperands } from "./conv.ts";
import { createEpilogue, multipliers } from "./epilogue.ts";
import { biasesOf } from "./parameters.ts";

/** What tells where the weights of phases stand. */
export type PhaseWeights = Pick<TransposedConvWorkload, "inputs" | "outputs" | "window" | "groups"> & {
  readonly phases: Phases;
};

/** The group of an output: its first input channel, and how many there are. */
export function groupOf(workload: PhaseWeights, output: number): { readonly first: number; readonly inputs: number } {
  const { groups = 1 } = workload;
  const channels = phaseChannels(workload);
  const inputs = workload.inputs / groups;
  return { first: Math.floor(((output % channels) * groups) / channels) * inputs, inputs };
}

/** Channels of one phase. */
export function phaseChannels({ outputs, phases }: Pick<PhaseWeights, "outputs" | "phases">): number {
  return outputs / phases.taps.length;
}

/**
 * Index of a weight in the constant `[inputs][channels of a group][kh][kw]`: that of an output of a phase, one of all input
 * channels and a cell of the window.
 */
export function phaseWeight(
  workload: PhaseWeights,
  output: number,
  input: number,
  [row, column]: readonly [number, number],
): number {
  const { kernel, taps, step } = workload.phases;
  const { groups = 1 } = workload;
  const channels = phaseChannels(workload);
  const [ky, kx] = taps[Math.floor(output / channels)] as readonly [number, number];
  const filter = input * (channels / groups) + (output % (channels / groups));
  return (filter * kernel[0] + ky - row * step[0]) * kernel[1] + kx - column * step[1];
}

/** The cells of a window, row by row. */
export function cellsOf({ window }: Pick<PhaseWeights, "window">): readonly (readonly [number, number])[] {
  return Array.from({ length: window.kernel[0] }, (_, row) =>
    Array.from({ length: window.kernel[1] }, (__, column) => [row, column] as const),
  ).flat();
}

/** Table `bias` of a workload: int32 `bias - xZero · Σ weights` of each output, as bytes. `bias` has one number a channel. */
export function foldPhaseBiases(
  workload: PhaseWeights,
  weights: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
  xZero: number,
): Uint8Array {
  const channels = phaseChannels(workload);
  const cells = cellsOf(workload);
  const folded = Int32Array.from({ length: workload.outputs }, (_, output) => {
    let sum = 0;
    const { first, inputs } = groupOf(workload, output);
    for (let input = first; input < first + inputs; input++)
      for (const cell of cells) sum += weights[phaseWeight(workload, output, input, cell)] as number;
    return (bias?.[output % channels] ?? 0) - xZero * sum;
  });
  return new Uint8Array(folded.buffer);
}

/**
 * Computes y, element by element: sums in int32 (modulo 2^32), then the epilogue. Biases are those of table `bias`;
 * `weightScale` has one number, or one a channel of a phase.
 */
export function evaluateTransposedConv(
  workload: TransposedConvWorkload,
  { x, weights, weightScale, residual, y }: Omit<ConvOperands, "bias">,
  parameters: KernelParameters,
): void {
  const { rows, columns, outputs, window, epilogue } = workload;
  const bias = new Int32Array(biasesOf(parameters).slice().buffer);
  const channels = phaseChannels(workload);
  const finish = createEpilogue(epilogue, multipliers(epilogue, channels, weightScale, parameters), parameters);
  const cells = cellsOf(workload);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let output = 0; output < outputs; output++) {
        let sum = bias[output] as number;
        const group = groupOf(workload, output);
        for (const cell of cells) {
          const top = row + cell[0] * window.dilation[0];
          const pixel = top * workload.x.row + (column + cell[1] * window.dilation[1]) * workload.x.pixel;
          for (let input = group.first; input < group.first + group.inputs; input++)
            sum += (x[pixel + input] as number) * (weights[phaseWeight(workload, output, input, cell)] as number);
        }
        const at = epilogue.residual;
        const added = at === undefined ? 0 : (residual?.[row * at.row + column * at.pixel + output] ?? 0);
        y[row * workload.y.row + column * workload.y.pixel + output] = finish(sum | 0, output % channels, added);
      }
}
