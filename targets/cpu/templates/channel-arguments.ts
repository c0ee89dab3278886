import type { ChannelOrder, KernelArgument, Pack, PackLoop } from "../../../src/codegen/index.ts";
import { biasesOf, numberOf } from "../reference/parameters.ts";
import { multipliesToSteps } from "../reference/epilogue.ts";
import type { Epilogue } from "../workload.ts";

/** How the sums of a kernel become its outputs, channel by channel. */
export interface ChannelConstants {
  readonly epilogue: Epilogue;
  readonly bias: boolean;
  /** The shifts, in natural order, stand behind all multipliers. */
  readonly shift?: true | undefined;
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
  const toSteps = multipliesToSteps(epilogue);
  const multipliers: KernelArgument = {
    name: "multiplier",
    ...shared,
    bytes: shared.bytes + (constants.shift === true ? shiftDistance(padded) : 0),
    packs: (parameters) => [
      ...Array.from({ length: copies }, (_, part): Pack => ({
        ...{ kind: "multiplier", weightScale: "weight-scale" },
        perTensor: numberOf(parameters, "perTensor") === 1,
        inputScale: numberOf(parameters, "xScale"),
        outputScale: toSteps ? numberOf(parameters, "yScale") : 1,
        ...{ channels: channels / copies, targetOffset: 4 * part * (channels / copies), order },
      })),
      ...(constants.shift === true ? [shiftPack(channels, shiftDistance(padded))] : []),
    ],
  };
  return [biases, multipliers];
}

/** Bytes from the multiplier of a channel to its shift; `padded` as in {@link ChannelConstants}. */
export function shiftDistance(padded: number): number {
  return 4 * padded;
}

function shiftPack(channels: number, targetOffset: number): Pack {
  const loops = [{ count: channels, source: 1, target: 4 }];
  return { kind: "copy", from: "shift", elementBytes: 4, sourceOffset: 0, targetOffset, loops };
}
