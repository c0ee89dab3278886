import type { ConvWorkload, GroupedConvWorkload, Phases, TransposedConvWorkload } from "../../workload.ts";

/** How weights stand in the constant, in elements. Output channel c of part p is at `parts[p] + c * output`. */
export interface WeightSource {
  readonly input: number;
  readonly output: number;
  /** From one tap of the window to the next, along rows and along columns. */
  readonly taps: readonly [number, number];
  /** First weight of each part of a slice's outputs; parts are of one size. */
  readonly parts: readonly number[];
  /** From one slice to the next. */
  readonly slice: number;
}

/** Input channels of a group and its output channels. */
export interface Group {
  readonly inputs: number;
  readonly outputs: number;
}

/** A sum of products over a window and input channels: what is multiplied by what, whatever the elements are. */
export interface Product extends Pick<
  ConvWorkload,
  "rows" | "columns" | "inputs" | "outputs" | "window" | "bias" | "x" | "y"
> {
  readonly source: WeightSource;
  /** Times that the product is computed, on slices of channels that follow one another: `inputs` and `outputs` are a slice's. */
  readonly slices: number;
  /** Input channels from one slice to the next. */
  readonly sliceInputs: number;
  /** A slice has several groups: each lane of a vector takes the channels of its own; `inputs` are a group's. */
  readonly gather: Group | undefined;
  /** Times that the channels' biases and scales are repeated: outputs that differ in their phase alone. */
  readonly copies: number;
}

/** A product of uint8 by int8. */
export interface IgemmProduct extends Product {
  readonly epilogue: ConvWorkload["epilogue"];
  readonly shift?: true;
  /** `table`: biases come with the zero point folded in. */
  readonly biases: "fold" | "table";
}

type Sizes = Pick<ConvWorkload, "rows" | "columns" | "inputs" | "outputs" | "window" | "bias" | "x" | "y">;

/** A dense convolution as it is. */
export function denseProduct<W extends Sizes & Pick<ConvWorkload, "weights">>(workload: W): W & Product {
  const { weights, inputs, outputs, window } = workload;
  const taps = window.kernel[0] * window.kernel[1];
  const source: WeightSource =
    weights === "io"
      ? { input: outputs, output: 1, taps: [1, 1], parts: [0], slice: 0 }
      : { input: taps, output: inputs * taps, taps: [window.kernel[1], 1], parts: [0], slice: 0 };
  return { ...workload, source, slices: 1, sliceInputs: inputs, gather: undefined, copies: 1 };
}

/**
 * A grouped convolution as slices: one group each, or as many as fit the lanes of one vector and `mostInputs` input
 * channels, where a lane can take the channels of its group.
 */
export function groupedProduct<W extends Sizes & Pick<GroupedConvWorkload, "groups">>(
  workload: W,
  lanes: number,
  mostInputs: number,
): W & Product {
  const { groups, window } = workload;
  const taps = window.kernel[0] * window.kernel[1];
  const group: Group = { inputs: workload.inputs / groups, outputs: workload.outputs / groups };
  const together = groupsTogether(groups, group, lanes, mostInputs);
  return {
    ...workload,
    inputs: group.inputs,
    outputs: together * group.outputs,
    source: {
      ...{ input: taps, output: group.inputs * taps, taps: [window.kernel[1], 1], parts: [0] },
      slice: together * group.outputs * group.inputs * taps,
    },
    slices: groups / together,
    sliceInputs: together * group.inputs,
    gather: together > 1 ? group : undefined,
    copies: 1,
  };
}

function groupsTogether(groups: number, { inputs, outputs }: Group, lanes: number, mostInputs: number): number {
  const most = Math.min(Math.floor(lanes / outputs), Math.floor(mostInputs / inputs));
  for (let count = most; count > 1; count--) if (groups % count === 0) return count;
  return 1;
}

/** Phases of a transposed convolution, or slices of one phase as {@link groupedProduct}: taps are taken backwards. */
export function transposedProduct<W extends Sizes & { readonly phases: Phases; readonly groups?: number }>(
  workload: W,
  lanes: number,
  mostInputs: number,
): W & Product {
  const { inputs, outputs, phases, groups = 1 } = workload;
  const [kh, kw] = phases.kernel;
  const copies = phases.taps.length;
  if (groups > 1 && copies > 1) throw new Error("groups of a transposed convolution have one phase");
  const group: Group = { inputs: inputs / groups, outputs: outputs / groups / copies };
  const between = group.inputs * group.outputs * kh * kw;
  const together = groups === 1 ? 1 : groupsTogether(groups, group, lanes, mostInputs);
  const first = phases.taps.map(([row, column]) => row * kw + column);
  return {
    ...workload,
    inputs: group.inputs,
    outputs: together * copies * group.outputs,
    source: {
      input: group.outputs * kh * kw,
      output: kh * kw,
      taps: [-phases.step[0] * kw, -phases.step[1]],
      parts: Array.from({ length: together }, (_, index) => first.map((tap) => tap + index * between)).flat(),
      slice: together * between,
    },
    slices: groups / together,
    sliceInputs: together * group.inputs,
    gather: together > 1 ? group : undefined,
    copies,
  };
}

/** The product of an integer workload; `lanes` are int32 elements of a vector. */
export function igemmProduct(
  workload: ConvWorkload | GroupedConvWorkload | TransposedConvWorkload,
  lanes: number,
): IgemmProduct {
  switch (workload.op) {
    case "conv-u8s8":
      return { ...denseProduct(workload), biases: "fold" };
    case "grouped-u8s8":
      return { ...groupedProduct(workload, lanes, shuffledBytes), biases: "fold" };
    case "transposed-u8s8":
      return { ...transposedProduct(workload, lanes, shuffledBytes), biases: "table" };
  }
}

/** Bytes that one shuffle takes from. */
export const shuffledBytes = 16;
