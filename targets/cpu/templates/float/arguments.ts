import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { FloatEpilogue, FloatStorage } from "../../float-workload.ts";
import type { Strides } from "../../workload.ts";
import { stridedBytes } from "../bytes/constants.ts";

/** The extents of a tensor that a kernel touches. */
export interface Touched {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** Bytes of an element that is stored so. */
export function storedBytes(storage: FloatStorage | undefined): 4 | 2 {
  return storage === "bf16" ? 2 : 4;
}

/** An activation, of float32 where not said otherwise, touched exactly. */
export function activationArgument(
  name: string,
  extents: Touched,
  strides: Strides,
  access: KernelArgument["access"] = "read",
  storage: FloatStorage = "f32",
): KernelArgument {
  return { name, bytes: stridedBytes(extents, strides, storedBytes(storage)), access, alignment: 1 };
}

/** The arguments of what an epilogue adds, if anything, and writes. */
export function epilogueArguments(
  extents: Touched,
  { residual, out }: FloatEpilogue,
  y: Strides,
): readonly KernelArgument[] {
  return [
    ...(residual === undefined ? [] : [activationArgument("residual", extents, residual, "read", residual.from)]),
    activationArgument("y", extents, y, "write", out),
  ];
}

/**
 * The argument `bias`: one number a channel and zeros for what fills the last vectors; `copies` times the same where
 * several outputs share a channel.
 */
export function biasArgument(channels: number, padded: number, copies = 1): KernelArgument {
  return {
    name: "bias",
    bytes: 4 * padded,
    access: "read",
    alignment: 64,
    packs: () => [
      {
        ...{ kind: "copy", from: "bias", elementBytes: 4, sourceOffset: 0, targetOffset: 0 },
        loops: [
          ...(copies === 1 ? [] : [{ count: copies, source: 0, target: 4 * (channels / copies) }]),
          { count: channels / copies, source: 1, target: 4 },
        ],
      },
    ],
  };
}
