import type { ChannelOrder, KernelArgument, PackLoop } from "../../../src/codegen/index.ts";
import { biasesOf, numberOf } from "../reference/parameters.ts";
import type { Epilogue } from "../workload.ts";

/** How the sums of a kernel become its outputs, channel by channel. */
export interface ChannelConstants {
  readonly epilogue: Epilogue;
  readonly bias: boolean;
  readonly channels: number;
  /** Channels including those that fill the last vector. */
  readonly padded: number;
  /** Elements of the weights between channels, and the loops over those of one. */
  readonly channelStride: number;
  readonly loops: readonly PackLoop[];
  readonly order: ChannelOrder;
  /** Times that the scales are repeated; one when left out. */
  readonly copies?: number;
  /** `table`: the table `bias` has the biases, the zero point folded in. */
  readonly biases?: "table" | "fold";
}

/** The argument `bias` (int32, the zero point of x folded in) and, where sums are scaled, `multiplier` (float32). */
export function channelArguments(constants: ChannelConstants): readonly KernelArgument[] {
  const { epilogue, bias, channels, padded, channelStride, loops, order, copies = 1 } = constants;
  const shared = { bytes: 4 * padded, access: "read", alignment: 64 } as const;
  const placed = { channels, targetOffset: 0, order } as const;
  const biases: KernelArgument = {
    name: "bias",
    ...shared,
    packs: (parameters) =>
      constants.biases === "table"
        ? [{ kind: "literal", targetOffset: 0, bytes: biasesOf(parameters) }]
        : [
            {
              ...{ kind: "fold-bias", weights: "weights", bias: bias ? "bias" : undefined },
              zeroPoint: numberOf(parameters, "xZero"),
              ...{ channelStride, loops, ...placed },
            },
          ],
  };
  if (epilogue.out === "s32") return [biases];
  const isScaled = epilogue.out === "u8" && epilogue.activation === undefined;
  const multipliers: KernelArgument = {
    name: "multiplier",
    ...shared,
    packs: (parameters) =>
      Array.from({ length: copies }, (_, part) => ({
        ...{ kind: "multiplier", weightScale: "weight-scale" },
        perTensor: numberOf(parameters, "perTensor") === 1,
        inputScale: numberOf(parameters, "xScale"),
        outputScale: isScaled ? numberOf(parameters, "yScale") : 1,
        ...{ channels: channels / copies, targetOffset: 4 * part * (channels / copies), order },
      })),
  };
  return [biases, multipliers];
}
