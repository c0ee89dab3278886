import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { Strides } from "../../workload.ts";
import { stridedBytes } from "../bytes/constants.ts";

/** The extents of a tensor that a kernel touches. */
export interface Touched {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** An activation of float32, touched exactly. */
export function activationArgument(
  name: string,
  extents: Touched,
  strides: Strides,
  access: KernelArgument["access"] = "read",
): KernelArgument {
  return { name, bytes: stridedBytes(extents, strides, 4), access, alignment: 1 };
}

/** The argument `bias`: one number a channel and zeros for what fills the last vectors. */
export function biasArgument(channels: number, padded: number): KernelArgument {
  return {
    name: "bias",
    bytes: 4 * padded,
    access: "read",
    alignment: 64,
    packs: () => [
      {
        ...{ kind: "copy", from: "bias", elementBytes: 4, sourceOffset: 0, targetOffset: 0 },
        loops: [{ count: channels, source: 1, target: 4 }],
      },
    ],
  };
}
